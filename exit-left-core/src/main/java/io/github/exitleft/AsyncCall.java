package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A call for whose answer no thread waits.
 *
 * <p>Answer, timeout, failure and close only make the executor look. What it finds decides, by one atomic step, in which the owner's
 * own {@code cancel} or {@code complete} may come first: until the future is completed, the answer stays in the mailbox and the token
 * is taken. Nothing is decided before the request has been sent, since it is not before that the caller has the future.
 *
 * <pre>
 * SENDING --told--> TOLD
 *    |                |
 *    +----- sent -----+--> OPEN --look, or the owner--> OVER
 * </pre>
 */
final class AsyncCall<T, M> extends CompletableFuture<M> implements Recipient<T, M> {

    private enum Phase {
        SENDING,
        /** As SENDING; told meanwhile that there may be something for it. */
        TOLD,
        OPEN,
        OVER
    }

    private final Waits<T, M> waits;
    private final AsyncWaits<T, M> asyncWaits;
    private final Resends resends;
    private final Sender<?> sender;
    private final UnaryOperator<Runnable> context;
    private final long start;
    private final long deadline;
    private final long receivedBefore;
    private final long unclaimedBefore;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SENDING);
    private volatile boolean timeIsUp;
    private @Nullable Ticket<T, M> ticket; // set before another thread can find the call
    private volatile @Nullable FailedResends failedResends; // set by one of them
    private volatile @Nullable SendFailedException notSent; // of a request whose sending was still going on
    private volatile Runnable cancelTimeout = Timer.NOTHING;
    private volatile Runnable cancelLook = Timer.NOTHING; // the last one's: any other comes soon, and does no harm
    private volatile Runnable cancelResend = Timer.NOTHING;

    AsyncCall(Waits<T, M> waits, AsyncWaits<T, M> asyncWaits, Duration timeout, Resends resends, Sender<?> sender) {
        this.waits = waits;
        this.asyncWaits = asyncWaits;
        this.resends = resends;
        this.sender = sender;
        this.context = asyncWaits.captureContext();
        this.start = waits.nanoTime();
        this.deadline = waits.deadline(timeout);
        this.receivedBefore = waits.receivedSoFar();
        this.unclaimedBefore = waits.unclaimedSoFar();
    }

    @Override
    public void holds(Ticket<T, M> held) {
        ticket = held;
    }

    private Ticket<T, M> ticket() {
        return Objects.requireNonNull(ticket);
    }

    @Override
    public @Nullable RuntimeException failure() {
        return ticket().bare().failure();
    }

    private boolean isOver() {
        return phase.get() == Phase.OVER;
    }

    /** Begins to keep the time, once the request has been sent; an answer may be there already. */
    void sent() {
        boolean told = phase.getAndSet(Phase.OPEN) == Phase.TOLD;
        try {
            cancelTimeout = asyncWaits.after(deadline - waits.nanoTime(), this::timeIsUp);
            if (isOver()) {
                cancelTimeout.run();
            }
            boolean failed = whyNoAnswer() != null; // those who told all others of a failure may have missed this call
            if (failed) {
                lookIn(AsyncWaits.GRACE_NANOS, this::lookNow);
            }
            if (told || failed) {
                haveALook();
            }
            resendLater(1);
        } catch (Throwable e) { // no memory: the caller gets no future
            cancel(false);
            throw e;
        }
    }

    /** Ends the call whose request could not be sent, which its caller is told by an exception. */
    void notSent() {
        phase.set(Phase.OVER);
        end(Outcome.NOT_SENT);
    }

    /** Ends the call whose request was not sent after all, as its sender tells now. */
    void unsent(Throwable cause) {
        notSent = new SendFailedException(ticket().toString(), cause);
        lookIn(AsyncWaits.GRACE_NANOS, this::lookNow); // first: an executor may block
        lookAgain();
    }

    // the time

    /** Has something done soon, unless the call is over by then. */
    private void lookIn(long nanos, Runnable look) {
        cancelLook = asyncWaits.after(nanos, look);
        if (isOver()) {
            cancelLook.run();
        }
    }

    private void timeIsUp() {
        long lookOn = ticket().overshot ? 0 : waits.lookOnNanos(deadline);
        if (lookOn > 0) { // an answer may be there already that the keeper has not had the time to read
            ticket().overshot = true;
            lookIn(lookOn, this::timeIsUp);
            return;
        }
        timeIsUp = true;
        lookIn(AsyncWaits.GRACE_NANOS, this::lookNow); // first: an executor may block
        haveALook();
    }

    private void resendLater(int number) {
        Duration pause = resends.before(number);
        if (pause == null || waits.deadline(pause) - deadline >= 0 || isOver()) {
            return;
        }
        cancelResend = asyncWaits.after(
                waits.deadline(pause) - waits.nanoTime(), () -> asyncWaits.execute(context, () -> resend(number)));
        if (isOver()) {
            cancelResend.run();
        }
    }

    private void resend(int number) {
        // an executor may be late
        if (isOver() || waits.hasMessage(ticket()) || waits.nanoTime() - deadline >= 0) {
            return;
        }
        try {
            Waits.whenFailed(Waits.begin(sender), failedResends()::add);
        } catch (Throwable e) { // an answer to what was sent before may still come
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            failedResends().add(e);
        }
        resendLater(number + 1);
    }

    /** What resends threw; they come one after the other, so there is no race for making it. */
    private FailedResends failedResends() {
        FailedResends all = failedResends;
        if (all == null) {
            all = new FailedResends();
            failedResends = all;
        }
        return all;
    }

    // what ends it

    @Override
    public void lookAgain() {
        if (!phase.compareAndSet(Phase.SENDING, Phase.TOLD) && phase.get() == Phase.OPEN) {
            haveALook();
        }
    }

    private void haveALook() {
        asyncWaits.execute(context, this::look);
    }

    @Override
    public void lookNow() {
        asyncWaits.run(context, this::look);
    }

    private @Nullable RuntimeException whyNoAnswer() {
        RuntimeException failure = failure();
        return failure == null ? notSent : failure;
    }

    private void look() {
        RuntimeException why = whyNoAnswer();
        boolean something = waits.hasMessage(ticket()) || why != null || timeIsUp;
        if (!something || !phase.compareAndSet(Phase.OPEN, Phase.OVER)) {
            return;
        }
        Received<M> got = null;
        Throwable broken = null;
        try {
            got = waits.lastLook(ticket()); // in any case: state beats clock
            if (got != null) {
                waits.delivered(got);
            }
        } catch (Throwable e) { // no memory: what has been decided is finished all the same
            broken = e;
        }
        if (got != null) {
            end(Outcome.SIGNALLED);
            Throwable error = waits.errorReplies().in(got.message());
            if (error == null) {
                super.complete(got.message());
            } else {
                super.completeExceptionally(error);
            }
            return;
        }
        if (why == null && broken != null) {
            end(Outcome.FAILED);
            super.completeExceptionally(broken);
            return;
        }
        Throwable thrown = why != null ? why : timeout();
        end(outcomeOf(why));
        super.completeExceptionally(thrown);
    }

    private static Outcome outcomeOf(@Nullable RuntimeException why) {
        if (why == null) {
            return Outcome.TIMED_OUT;
        }
        if (why instanceof SendFailedException) {
            return Outcome.NOT_SENT;
        }
        return why instanceof StageClosedException ? Outcome.CLOSED : Outcome.FAILED;
    }

    private Throwable timeout() {
        try {
            return waits.timeout(ticket(), start, deadline, receivedBefore, unclaimedBefore, failedResends);
        } catch (Throwable e) { // no memory: the future ends all the same
            return e;
        }
    }

    /** Frees the token and counts the wait, before the future is completed; throws nothing, or that would never be. */
    private void end(Outcome outcome) {
        try {
            cancelTimeout.run();
            cancelLook.run();
            cancelResend.run();
        } catch (Throwable e) {
            asyncWaits.callbackFailed(e);
        }
        try {
            asyncWaits.leave(this, ticket());
        } catch (Throwable e) { // the token's own code
            asyncWaits.callbackFailed(e);
        }
        try {
            waits.ended(outcome, start);
        } catch (Throwable e) { // no memory
            asyncWaits.callbackFailed(e);
        }
    }

    // what the owner does: all the ways in which a CompletableFuture can be ended from outside lead through here

    private boolean withdraw(BooleanSupplier completion) {
        if (!phase.compareAndSet(Phase.OPEN, Phase.OVER)) {
            return false;
        }
        end(Outcome.CANCELLED);
        return completion.getAsBoolean();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return withdraw(() -> super.cancel(mayInterruptIfRunning)) || isCancelled();
    }

    @Override
    public boolean complete(M message) {
        return withdraw(() -> super.complete(message));
    }

    @Override
    public boolean completeExceptionally(Throwable thrown) {
        Objects.requireNonNull(thrown, "'thrown' must not be null");
        return withdraw(() -> super.completeExceptionally(thrown));
    }

    @Override
    public CompletableFuture<M> completeAsync(Supplier<? extends M> supplier, Executor executor) {
        Objects.requireNonNull(supplier, "'supplier' must not be null");
        executor.execute(() -> {
            if (isDone()) {
                return;
            }
            try {
                complete(supplier.get());
            } catch (Throwable e) {
                completeExceptionally(e instanceof CompletionException ? e : new CompletionException(e));
            }
        });
        return this;
    }

    @Override
    public void obtrudeValue(M message) {
        withdraw(() -> true);
        super.obtrudeValue(message);
    }

    @Override
    public void obtrudeException(Throwable thrown) {
        Objects.requireNonNull(thrown, "'thrown' must not be null");
        withdraw(() -> true);
        super.obtrudeException(thrown);
    }
}
