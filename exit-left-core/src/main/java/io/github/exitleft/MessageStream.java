package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to the messages of one token.
 *
 * <p>What has not been requested yet stays in the ticket's mailbox, within its bound. The stage's executor hands on what is requested,
 * on one thread at a time: {@code turn} is taken by the thread that raises it from zero.
 */
final class MessageStream<T, M> implements Flow.Subscription, Recipient {

    /** Of a subscriber that is refused. */
    private static final Flow.Subscription REFUSED = new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };

    private final StageParts<T, M> parts;
    private final Mailbox<T, M> box;
    private final UnaryOperator<Runnable> context;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean asked = new AtomicBoolean(); // the executor has been, and nothing has begun since

    /** How many reasons there are for the thread that hands on to look again; zero while none does. */
    private final AtomicInteger turn = new AtomicInteger(1); // so not before the subscriber has its subscription

    private final AtomicBoolean over = new AtomicBoolean();
    /** What ends the stream beside the stage's own failure: a wrong request, or an answer that is an error. */
    private final AtomicReference<@Nullable Throwable> ending = new AtomicReference<>();

    /** What ends the stream by itself; null if nothing does. */
    private final @Nullable StreamEnd<T, M> end;

    private final @Nullable Observed observed;
    private final long start;

    private volatile Flow.@Nullable Subscriber<? super M> subscriber; // null when over, so that it can be forgotten

    private MessageStream(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            @Nullable StreamEnd<T, M> end,
            @Nullable Observed observed,
            Flow.Subscriber<? super M> subscriber) {
        this.parts = parts;
        this.observed = observed;
        this.start = parts.bare.nanoTime();
        this.end = end;
        this.box = new Call<>(parts, token, check, false, this);
        this.context = parts.jobs.captureContext();
        this.subscriber = subscriber;
    }

    /** Subscribes, or says to the subscriber why that can't be. */
    static <T, M> void begin(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            @Nullable StreamEnd<T, M> end,
            Flow.Subscriber<? super M> subscriber) {
        Objects.requireNonNull(subscriber, "'subscriber' must not be null");
        MessageStream<T, M> stream;
        Observed observed = parts.listeners.observe(CallKind.STREAM, token);
        try {
            parts.keeper.requireKeeper();
            stream = new MessageStream<>(parts, token, check, end, observed, subscriber);
            parts.register(token, stream.box, stream);
        } catch (RuntimeException e) {
            if (observed != null) {
                observed.end(e);
            }
            subscriber.onSubscribe(REFUSED);
            subscriber.onError(e);
            return;
        }
        boolean accepted = false;
        try {
            subscriber.onSubscribe(stream);
            accepted = true;
        } finally {
            if (!accepted) {
                stream.cancel();
            }
        }
        stream.begin();
    }

    private void begin() {
        try {
            if (end != null) {
                end.begin(box, this); // before any message is handed on
            }
        } catch (Throwable e) { // no memory for its timer
            ending.compareAndSet(null, e);
        }
        turn.set(0);
        lookAgain();
        if (failure() != null) { // the sweep for it may have missed this one, or come too early
            parts.asyncWaits.sweep();
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            ending.compareAndSet(
                    null, new IllegalArgumentException("request(n) must be positive (§3.9), but n is " + n));
        } else {
            demand.accumulateAndGet(n, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
        }
        lookAgain();
    }

    @Override
    public void lookAgain() {
        int reasons = turn.get();
        if (over.get() || reasons != 0 && turn.compareAndSet(reasons, reasons + 1)) {
            return; // or the thread whose turn it is sees to it
        }
        if (asked.compareAndSet(false, true)) {
            parts.jobs.execute(context, this::look);
        }
    }

    @Override
    public void lookNow() {
        parts.jobs.run(context, this::look);
    }

    private void look() {
        asked.set(false); // what comes from now on asks again, if it does not get counted
        if (turn.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            Flow.Subscriber<? super M> mine = subscriber;
            if (mine != null) {
                try {
                    handOn(mine);
                } catch (Throwable e) { // which no subscriber may throw
                    parts.bare.callbackFailed(e);
                    cancel();
                }
            }
            seen = turn.addAndGet(-seen);
        } while (seen != 0);
    }

    private void handOn(Flow.Subscriber<? super M> mine) {
        while (demand.get() > 0 && !over.get()) {
            Received<M> got = parts.mailroom.take(box);
            if (got == null) {
                break;
            }
            demand.updateAndGet(before -> before == Long.MAX_VALUE ? before : before - 1);
            parts.stats.message(MessageOutcome.DELIVERED);
            if (observed != null) {
                observed.received();
            }
            Throwable error = parts.errorReplies.in(got.message());
            if (error != null) {
                ending.compareAndSet(null, error);
                break;
            }
            Throwable failed = end == null ? null : end.heard(got);
            mine.onNext(got.message());
            if (failed != null) {
                ending.compareAndSet(null, failed);
            }
            if (failed != null || isComplete()) {
                break;
            }
        }
        Throwable why = isComplete() ? null : whyNoMore();
        if (isComplete()) {
            if (leave(Outcome.FINISHED, null)) {
                mine.onComplete();
            }
        } else if (why != null && leave(null, why)) {
            mine.onError(why);
        }
    }

    private boolean isComplete() {
        return end != null && end.isOver();
    }

    private @Nullable Throwable whyNoMore() {
        Throwable why = ending.get();
        if (why == null) {
            why = failure();
        }
        return why == null && end != null ? end.looked() : why;
    }

    @Override
    public void cancel() {
        leave(Outcome.CANCELLED, null);
    }

    /**
     * Gives the token back at once; false if that was done before.
     *
     * @param exit how it ends; null if what the subscriber gets tells
     */
    private boolean leave(@Nullable Outcome exit, @Nullable Throwable why) {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        subscriber = null;
        if (end != null) {
            end.cancel();
        }
        try {
            parts.release(box, this);
        } catch (Throwable e) { // the token's own code, which must not keep the end from the subscriber
            parts.bare.callbackFailed(e);
        }
        if (observed != null) {
            Outcome known = exit == null ? Observed.outcomeOf(why) : exit;
            observed.exits(known == null ? Outcome.FAILED : known);
            observed.end(why);
        }
        return true;
    }

    @Override
    public StageSnapshot.Pending pending(long now) {
        return new StageSnapshot.Pending(CallKind.STREAM, box.token(), Duration.ofNanos(now - start), null);
    }

    @Override
    public @Nullable RuntimeException failure() {
        return box.failure();
    }
}
