package io.github.exitleft;

import io.github.exitleft.bare.Outcome;
import io.github.exitleft.bare.StageClosedException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A call for whose answer no thread waits.
 *
 * <p>The first of answer, timeout, cancellation, failure and close decides, by one atomic step, and frees the token in the thread
 * that brings it; what the caller has attached to the future runs on the stage's executor. Nothing is decided before the request
 * has been sent, since it is not before that the caller has the future.
 */
final class AsyncCall<T, M> extends CompletableFuture<M> implements Recipient<T, M> {

    private final Waits<T, M> waits;
    private final Background<T, M> background;
    private final Resends resends;
    private final Sender<?> sender;
    private final long start;
    private final long deadline;
    private final long receivedBefore;
    private final long unclaimedBefore;
    private final AtomicBoolean decided = new AtomicBoolean();
    private @Nullable Ticket<T, M> ticket; // set before anybody can find it
    private volatile boolean sent;
    private volatile Runnable cancelExpiry = Timer.NOTHING;
    private volatile Runnable cancelResend = Timer.NOTHING;

    AsyncCall(Waits<T, M> waits, Background<T, M> background, Duration timeout, Resends resends, Sender<?> sender) {
        this.waits = waits;
        this.background = background;
        this.resends = resends;
        this.sender = sender;
        this.start = waits.nanoTime();
        this.deadline = waits.deadline(timeout);
        this.receivedBefore = waits.receivedSoFar();
        this.unclaimedBefore = waits.unclaimedSoFar();
    }

    /** Begins to keep the time, once the request has been sent; an answer may be there already. */
    void sent() {
        sent = true;
        RuntimeException why = failure();
        if (waits.hasMessage(ticket())) {
            messageCame();
        } else if (why != null) {
            end(why);
        }
        if (isOver()) {
            return;
        }
        // the timer is the whole JVM's, so it only submits
        cancelExpiry = background.after(deadline - waits.nanoTime(), () -> background.execute(this::expire));
        resendLater(1);
        if (isOver()) {
            cancelExpiry.run();
        }
    }

    /** Ends the call whose request could not be sent, which its caller is told by an exception. */
    void notSent() {
        decided.set(true);
        leave();
        waits.ended(Outcome.NOT_SENT, start);
    }

    /** Ends the call whose request was not sent after all, as its sender tells now. */
    void unsent(Throwable cause) {
        fail(Outcome.NOT_SENT, new SendFailedException(ticket().toString(), cause));
    }

    private void resendLater(int number) {
        Duration pause = resends.before(number);
        if (pause == null || waits.deadline(pause) - deadline >= 0) {
            return;
        }
        cancelResend = background.after(
                waits.deadline(pause) - waits.nanoTime(), () -> background.execute(() -> resend(number)));
        if (isOver()) {
            cancelResend.run();
        }
    }

    private void resend(int number) {
        if (isOver() || waits.nanoTime() - deadline >= 0) { // a busy executor may be late
            return;
        }
        try {
            sender.send();
        } catch (Throwable e) { // what it throws ends a call in either form
            fail(Outcome.FAILED, e);
            return;
        }
        resendLater(number + 1);
    }

    @Override
    public void holds(Ticket<T, M> held) {
        ticket = held;
    }

    private Ticket<T, M> ticket() {
        return Objects.requireNonNull(ticket);
    }

    @Override
    public void messageCame() {
        if (sent && decided.compareAndSet(false, true)) {
            deliver(Objects.requireNonNull(waits.takeMessage(ticket())));
        }
    }

    private void expire() {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        Received<M> got = waits.lastLook(ticket());
        if (got != null) { // filed, and the head about to say so: state beats clock
            deliver(got);
        } else {
            StageTimeoutException timeout = waits.timeout(ticket(), start, receivedBefore, unclaimedBefore);
            leave();
            conclude(Outcome.TIMED_OUT, timeout);
        }
    }

    private void deliver(Received<M> got) {
        leave();
        background.execute(() -> {
            waits.delivered(got);
            waits.ended(Outcome.SIGNALLED, start);
            super.complete(got.message());
        });
    }

    @Override
    public void end(RuntimeException why) {
        if (sent) {
            fail(why instanceof StageClosedException ? Outcome.CLOSED : Outcome.FAILED, why);
        }
    }

    private void fail(Outcome outcome, Throwable why) {
        if (decided.compareAndSet(false, true)) {
            leave();
            background.execute(() -> conclude(outcome, why));
        }
    }

    private void conclude(Outcome outcome, Throwable why) {
        waits.ended(outcome, start);
        super.completeExceptionally(why);
    }

    private void leave() {
        cancelExpiry.run();
        cancelResend.run();
        background.leave(this, ticket());
    }

    @Override
    public boolean isOver() {
        return decided.get();
    }

    @Override
    public @Nullable RuntimeException failure() {
        return ticket().bare().failure();
    }

    // what the caller does to the future; whoever comes first decides

    private boolean withdraw() {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        leave();
        waits.ended(Outcome.CANCELLED, start);
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return withdraw() ? super.cancel(false) : isCancelled();
    }

    @Override
    public boolean complete(M message) {
        return withdraw() && super.complete(message);
    }

    @Override
    public boolean completeExceptionally(Throwable thrown) {
        Objects.requireNonNull(thrown, "'thrown' must not be null");
        return withdraw() && super.completeExceptionally(thrown);
    }
}
