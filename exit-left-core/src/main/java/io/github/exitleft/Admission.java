package io.github.exitleft;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a question gets what it needs before its ticket: a place in the window, and a token if it brings none. It holds the place.
 *
 * <p>The place comes first, so the window's line is the order of all. The time that both take is part of the question's own.
 */
final class Admission<T, M> {

    private final StageParts<T, M> parts;

    /** When the question began, and when its time is up. */
    final long start;

    final long deadline;

    /** Null if there is no window, or none has been given yet. */
    private volatile Window.@Nullable Place place;

    /** When it began to wait for a place; without meaning if it did not. */
    private long since;

    /** How long it has waited for a place, and for a token. */
    private volatile long placeNanos;

    private volatile long tokenNanos;

    Admission(StageParts<T, M> parts, long start, long deadline) {
        this.parts = parts;
        this.start = start;
        this.deadline = deadline;
    }

    /** Begins a question now. */
    static <T, M> Admission<T, M> begin(StageParts<T, M> parts, Duration timeout) {
        long start = parts.bare.nanoTime();
        return new Admission<>(parts, start, parts.bare.deadline(start, timeout));
    }

    // on a thread that waits

    /**
     * Waits until the question may take its ticket, and counts the wait if it ends without that.
     *
     * @param brought its token; null to have one issued
     * @param peer whose token is to be issued
     * @return its token
     * @throws StageTimeoutException if the time is up
     */
    T enter(@Nullable T brought, @Nullable InetSocketAddress peer) throws InterruptedException {
        // first, since what can't be issued is not to be waited for
        if (brought == null) {
            parts.gate.issuing().requirePeer(peer);
        }
        boolean entered = false;
        try {
            takePlace();
            T token = brought != null ? brought : takeToken(peer);
            entered = true;
            return token;
        } finally {
            if (!entered) {
                leave();
            }
        }
    }

    /** Waits for a place in the window, if there is one; counts the wait if it ends without a place. */
    void takePlace() throws InterruptedException {
        Window window = parts.gate.window;
        if (window == null) {
            return;
        }
        place = window.tryAcquire();
        if (place != null) {
            return;
        }
        beginToWait();
        place = await(() -> window.acquire(placeDeadline()), "a place in the window");
        endWait();
        if (place == null) {
            throw timedOut(noPlace());
        }
    }

    private T takeToken(@Nullable InetSocketAddress peer) throws InterruptedException {
        TokenSupply<T> tokens = parts.gate.issuing();
        T token = tokens.tryIssue(peer);
        if (token != null) {
            return token;
        }
        long before = parts.bare.nanoTime();
        token = await(() -> tokens.issue(peer, deadline), "a token");
        tokenNanos = parts.bare.nanoTime() - before;
        if (token == null) {
            throw timedOut(noToken());
        }
        return token;
    }

    private interface Wait<V> {
        @Nullable
        V run() throws InterruptedException;
    }

    /** Waits; a wait that does not end well is counted. */
    private <V> @Nullable V await(Wait<V> wait, String what) throws InterruptedException {
        parts.requireMayWait();
        Object recorded = parts.listeners.recorder.beginLine();
        boolean granted = false;
        Outcome outcome = Outcome.FAILED;
        boolean over = true;
        try {
            V got = wait.run();
            granted = got != null;
            over = false;
            return got;
        } catch (InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            throw new InterruptedException(
                    "interrupted while waiting for " + what + " of " + parts.bare + "; nothing was sent");
        } catch (StageClosedException e) {
            outcome = Outcome.CLOSED;
            throw e;
        } finally {
            parts.listeners.recorder.endLine(recorded, what, granted);
            if (over) {
                parts.listeners.exited(outcome, start);
            }
        }
    }

    private StageTimeoutException timedOut(StageTimeoutException thrown) {
        parts.listeners.exited(Outcome.TIMED_OUT, start);
        return thrown;
    }

    // with a thread or without

    /** Returns when to give up waiting for a place. */
    long placeDeadline() {
        long until = parts.bare.deadline(start, parts.gate.windowWait);
        return until - deadline < 0 ? until : deadline;
    }

    void beginToWait() {
        since = parts.bare.nanoTime();
    }

    /** Notes that the wait for a place has ended, with one or without. */
    void endWait() {
        placeNanos = parts.bare.nanoTime() - since;
        parts.listeners.windowLeft(placeNanos);
    }

    void waitedForToken(long nanos) {
        tokenNanos = nanos;
    }

    void take(Window.@Nullable Place given) {
        place = given;
    }

    boolean hasPlace() {
        return place != null || parts.gate.window == null;
    }

    /** Gives the place back, if it has one; later calls do nothing. */
    void leave() {
        Window.Place held = place;
        if (held != null) {
            held.release();
        }
    }

    /** Returns what is thrown when the time was up before there was a place. */
    StageTimeoutException noPlace() {
        Window window = parts.gate.window;
        return parts.timeoutReport.unasked(
                start,
                "no place in the window of " + parts.bare,
                window == null
                        ? ""
                        : "all " + window.size + " places are taken, and " + window.waiting()
                                + " calls wait for one; raise window (StageBuilder.window), or window-wait"
                                + " (StageBuilder.windowWait) and the call's timeout");
    }

    /** Returns what is thrown when the time was up before there was a token. */
    StageTimeoutException noToken() {
        TokenSupply<T> tokens = parts.gate.issuing();
        return parts.timeoutReport.unasked(
                start,
                "no free token of " + parts.bare,
                tokens.live() + " tokens are live, " + tokens.resting() + " rest, and " + tokens.waiting()
                        + " calls wait for one" + this
                        + "; raise tokens.bits, or shorten tokens.rest (StageBuilder.rest)");
    }

    /** Returns what is thrown when the time was up just as there was all that the question had waited for. */
    StageTimeoutException tooLate() {
        return parts.timeoutReport.unasked(
                start,
                "no request was sent by " + parts.bare,
                "its turn came just as the time was up" + this
                        + "; raise the call's timeout, window (StageBuilder.window) or tokens.bits");
    }

    /** Returns a part of a timeout's message; empty if the call did not wait in line. */
    @Override
    public String toString() {
        return (placeNanos == 0 ? "" : "; " + millis(placeNanos) + " ms of it passed in the window's line")
                + (tokenNanos == 0 ? "" : "; " + millis(tokenNanos) + " ms of it passed until there was a token");
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
