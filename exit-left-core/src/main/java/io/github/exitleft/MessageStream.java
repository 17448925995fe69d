package io.github.exitleft;

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
final class MessageStream<T, M> implements Flow.Subscription, Recipient<T, M> {

    /** Of a subscriber that is refused. */
    private static final Flow.Subscription REFUSED = new Flow.Subscription() {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    };

    private final Waits<T, M> waits;
    private final AsyncWaits<T, M> asyncWaits;
    private final UnaryOperator<Runnable> context;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean asked = new AtomicBoolean(); // the executor has been, and nothing has begun since

    /** How many reasons there are for the thread that hands on to look again; zero while none does. */
    private final AtomicInteger turn = new AtomicInteger(1); // so not before the subscriber has its subscription

    private final AtomicBoolean over = new AtomicBoolean();
    /** What ends the stream beside the stage's own failure: a wrong request, or an answer that is an error. */
    private final AtomicReference<@Nullable Throwable> ending = new AtomicReference<>();

    private volatile Flow.@Nullable Subscriber<? super M> subscriber; // null when over, so that it can be forgotten
    private @Nullable Ticket<T, M> ticket; // set before another thread can find the stream

    private MessageStream(Waits<T, M> waits, AsyncWaits<T, M> asyncWaits, Flow.Subscriber<? super M> subscriber) {
        this.waits = waits;
        this.asyncWaits = asyncWaits;
        this.context = asyncWaits.captureContext();
        this.subscriber = subscriber;
    }

    /** Subscribes, or says to the subscriber why that can't be. */
    static <T, M> void begin(
            Waits<T, M> waits,
            AsyncWaits<T, M> asyncWaits,
            T token,
            @Nullable Predicate<? super M> check,
            Flow.Subscriber<? super M> subscriber) {
        Objects.requireNonNull(subscriber, "'subscriber' must not be null");
        MessageStream<T, M> stream;
        try {
            stream = new MessageStream<>(waits, asyncWaits, subscriber);
            asyncWaits.take(token, check, false, stream);
        } catch (RuntimeException e) {
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
        turn.set(0);
        lookAgain();
        if (failure() != null) { // those who told all others may have missed this one, or come too early
            asyncWaits.sweep();
        }
    }

    @Override
    public void holds(Ticket<T, M> held) {
        ticket = held;
    }

    private Ticket<T, M> ticket() {
        return Objects.requireNonNull(ticket);
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
            asyncWaits.execute(context, this::look);
        }
    }

    @Override
    public void lookNow() {
        asyncWaits.run(context, this::look);
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
                    asyncWaits.callbackFailed(e);
                    cancel();
                }
            }
            seen = turn.addAndGet(-seen);
        } while (seen != 0);
    }

    private void handOn(Flow.Subscriber<? super M> mine) {
        while (demand.get() > 0 && !over.get()) {
            Received<M> got = waits.takeMessage(ticket());
            if (got == null) {
                break;
            }
            demand.updateAndGet(before -> before == Long.MAX_VALUE ? before : before - 1);
            waits.delivered(got);
            Throwable error = waits.errorReplies().in(got.message());
            if (error != null) {
                ending.compareAndSet(null, error);
                break;
            }
            mine.onNext(got.message());
        }
        Throwable why = ending.get();
        if (why == null) {
            why = failure();
        }
        if (why != null && leave()) {
            mine.onError(why);
        }
    }

    @Override
    public void cancel() {
        leave();
    }

    /** Gives the token back at once; false if that was done before. */
    private boolean leave() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        subscriber = null;
        try {
            asyncWaits.leave(this, ticket());
        } catch (Throwable e) { // the token's own code, which must not keep the end from the subscriber
            asyncWaits.callbackFailed(e);
        }
        return true;
    }

    @Override
    public @Nullable RuntimeException failure() {
        return ticket().bare().failure();
    }
}
