package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to the messages of one token.
 *
 * <p>What nobody has asked for yet stays in the ticket's mailbox, within its bound. One thread at a time of the stage's executor
 * hands on what is asked for: {@code work} counts the reasons to look again, and whoever makes it one begins.
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
    private final Background<T, M> background;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger work =
            new AtomicInteger(1); // nothing is handed on before the subscriber has its subscription
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile Flow.@Nullable Subscriber<? super M> subscriber; // null when over, so that it can be forgotten
    private @Nullable Ticket<T, M> ticket; // set before anybody can find it

    private MessageStream(Waits<T, M> waits, Background<T, M> background, Flow.Subscriber<? super M> subscriber) {
        this.waits = waits;
        this.background = background;
        this.subscriber = subscriber;
    }

    /** Subscribes, or says to the subscriber why that can't be. */
    static <T, M> void begin(
            Waits<T, M> waits,
            Background<T, M> background,
            T token,
            @Nullable Predicate<? super M> check,
            Flow.Subscriber<? super M> subscriber) {
        Objects.requireNonNull(subscriber, "'subscriber' must not be null");
        var stream = new MessageStream<>(waits, background, subscriber);
        try {
            background.take(token, check, false, stream);
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
        background.execute(stream::handOn);
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
            failure.compareAndSet(
                    null, new IllegalArgumentException("request(n) must be positive (§3.9), but n is " + n));
        } else {
            demand.accumulateAndGet(n, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
        }
        lookAgain();
    }

    @Override
    public void messageCame() {
        lookAgain();
    }

    @Override
    public void end(RuntimeException why) {
        failure.compareAndSet(null, why);
        lookAgain();
    }

    private void lookAgain() {
        if (!over.get() && work.getAndIncrement() == 0) {
            background.execute(this::handOn);
        }
    }

    private void handOn() {
        int seen = work.get();
        do {
            Flow.Subscriber<? super M> mine = subscriber;
            if (mine != null) {
                try {
                    handOn(mine);
                } catch (Throwable e) { // which no subscriber may throw
                    background.helperFailed(e);
                    cancel();
                }
            }
            seen = work.addAndGet(-seen);
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
                failure.compareAndSet(null, error);
                break;
            }
            mine.onNext(got.message());
        }
        Throwable why = failure.get();
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
        background.leave(this, ticket());
        return true;
    }

    @Override
    public boolean isOver() {
        return over.get();
    }

    @Override
    public @Nullable RuntimeException failure() {
        return ticket().bare().failure();
    }
}
