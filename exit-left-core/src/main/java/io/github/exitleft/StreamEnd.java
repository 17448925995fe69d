package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What ends a stream by itself: a message, a number, a silence or a deadline (M16).
 *
 * <p>The thread whose turn it is to hand on decides. The timer only makes it look, and steps in where the executor does not come to
 * it. There is no silence while messages wait to be requested.
 */
final class StreamEnd<T, M> {

    private static final long NEVER = Long.MAX_VALUE;

    private final StageParts<T, M> parts;
    private final Until<? super M> until;

    /** How long the stream may take; null for ever. */
    private final @Nullable Duration timeout;

    private @Nullable Mailbox<T, M> box;
    private @Nullable Recipient stream;
    private long start;
    private long deadline;

    // by the thread whose turn it is

    /** When the last message was received, or the stream began. */
    private long lastAt;

    private int heard;
    private boolean over;

    /** When the timer is to fire. */
    private long due;

    /** Whether the timer has fired much later, as after a pause of the process, and no message has come since. */
    private boolean lookedOn;

    /** Whether the timer has fired, and nothing has been made of it yet. */
    private volatile boolean fired;

    private volatile boolean cancelled;
    private volatile Runnable cancelTimer = Timer.NOTHING;
    private volatile Runnable cancelLook = Timer.NOTHING;

    StreamEnd(StageParts<T, M> parts, Until<? super M> until, @Nullable Duration timeout) {
        this.parts = parts;
        this.until = until;
        this.timeout = timeout;
    }

    /** Begins to keep the time of a stream that is registered. */
    void begin(Mailbox<T, M> messages, Recipient told) {
        box = messages;
        stream = told;
        start = parts.bare.nanoTime();
        deadline = timeout == null ? start : parts.bare.deadline(start, timeout);
        lastAt = start;
        setTimer(start, rest(start));
    }

    /** Notes a message that is about to be handed on; returns what the predicate has thrown, in an exception that says so. */
    @Nullable
    Throwable heard(Received<M> received) {
        heard++;
        lastAt = received.receivedAt();
        lookedOn = false;
        over = heard == until.most;
        try {
            over |= until.last != null && until.last.test(received.message());
        } catch (Throwable e) { // a user's code
            parts.bare.callbackFailed(e);
            return new GatherFailedException(
                    "predicate of the stream with the " + box + " threw " + Texts.of(e) + "; look at the cause", e);
        }
        return null;
    }

    /** Whether the stream is to be completed. */
    boolean isOver() {
        return over;
    }

    /** Looks at the time, if the timer has fired; returns why the stream ends by an error, or null. */
    @Nullable
    Throwable looked() {
        if (!fired || over) {
            return null;
        }
        fired = false;
        long now = parts.bare.nanoTime();
        long rest = rest(now);
        long late = now - due;
        if (rest > 0) {
            setTimer(now, rest);
        } else if (late > Call.OVERSHOT_NANOS && !lookedOn) {
            lookedOn = true; // messages may be there already that the keeper has not had the time to read
            setTimer(now, Math.min(late, Call.LAST_LOOK_NANOS));
        } else if (isEmpty() && (heard > 0 || timeLeft(now) > 0)) {
            over = true;
        } else if (timeLeft(now) <= 0) {
            return timedOut(now);
        } else {
            setTimer(now, until.quietNanos); // until what is there has been requested
        }
        return null;
    }

    private boolean isEmpty() {
        return Objects.requireNonNull(box).isEmpty();
    }

    private long timeLeft(long now) {
        return timeout == null ? NEVER : deadline - now;
    }

    /** Returns how long nothing ends the stream by itself if no message comes. */
    private long rest(long now) {
        return until.quietNanos < 0 ? timeLeft(now) : Math.min(timeLeft(now), lastAt + until.quietNanos - now);
    }

    private StageTimeoutException timedOut(long now) {
        Mailbox<T, M> messages = Objects.requireNonNull(box);
        return new StageTimeoutException(
                parts.bare.name(),
                messages.token(),
                messages.toString(),
                Duration.ofNanos(now - start),
                heard + " were handed on before" + (isEmpty() ? "" : ", and some that came have not been requested"));
    }

    private void setTimer(long now, long nanos) {
        if (nanos == NEVER || cancelled) {
            return;
        }
        due = now + nanos;
        cancelTimer = parts.jobs.after(nanos, this::fire);
        if (cancelled) {
            cancelTimer.run();
        }
    }

    private void fire() {
        fired = true;
        Recipient told = Objects.requireNonNull(stream);
        cancelLook = parts.jobs.after(AsyncWaits.GRACE_NANOS, told::lookNow); // first: an executor may block
        if (cancelled) {
            cancelLook.run();
        }
        told.lookAgain();
    }

    /** Ends the timer of a stream that is over. */
    void cancel() {
        cancelled = true;
        cancelTimer.run();
        cancelLook.run();
    }
}
