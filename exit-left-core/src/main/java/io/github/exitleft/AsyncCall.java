package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A call for whose answer no thread waits: the future of one {@link Call}.
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
final class AsyncCall<T, M> extends CompletableFuture<M> implements Recipient {

    private enum Phase {
        SENDING,
        /** As SENDING; told meanwhile that there may be something for it. */
        TOLD,
        OPEN,
        OVER
    }

    private final StageParts<T, M> parts;
    final Call<T, M> call;
    private final Resends resends;
    private final Sender<?> sender;
    private final UnaryOperator<Runnable> context;
    private final long start;
    private final long deadline;

    // when it began; as int, of which differences are as good
    private final int receivedBefore;
    private final int unclaimedBefore;

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SENDING);
    private volatile boolean timeIsUp;

    /** Tells of a request whose sending was still going on when the caller got the future. */
    private volatile @Nullable SendFailedException notSent;

    private volatile Runnable cancelTimeout = Timer.NOTHING;

    /** Cancels the last look that was asked for: any other comes soon, and does no harm. */
    private volatile Runnable cancelLook = Timer.NOTHING;

    private volatile Runnable cancelResend = Timer.NOTHING;

    /** Creates a call that began at a time of the stage's clock. */
    AsyncCall(
            StageParts<T, M> parts,
            T token,
            CallOptions<? super M> options,
            Sender<?> sender,
            UnaryOperator<Runnable> context,
            long start) {
        this.parts = parts;
        this.sender = sender;
        this.context = context;
        this.resends = options.resends;
        this.call = TrackedCall.of(parts, token, options, this);
        this.start = start;
        this.deadline = parts.bare.deadline(start, options.timeout == null ? parts.defaultTimeout : options.timeout);
        this.receivedBefore = (int) parts.stats.receivedSoFar();
        this.unclaimedBefore = (int) parts.stats.unclaimedSoFar();
    }

    /** Takes a token, sends a request, and returns the future of its answer. */
    static <T, M, X extends Exception> CompletableFuture<M> ask(
            StageParts<T, M> parts, T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        parts.keeper.requireKeeper();
        var asked = new AsyncCall<T, M>(
                parts, token, options, sender, parts.jobs.captureContext(), parts.bare.parts.parker.nanoTime());
        parts.register(token, asked.call, asked);
        CompletionStage<?> sending;
        try {
            sending = Call.begin(sender);
        } catch (Throwable e) {
            asked.notSent();
            throw e;
        }
        asked.sent();
        if (sending != null) {
            Call.whenFailed(sending, asked::unsent);
        }
        return asked;
    }

    @Override
    public @Nullable RuntimeException failure() {
        return call.bare().failure();
    }

    private boolean isOver() {
        return phase.get() == Phase.OVER;
    }

    /** Begins to keep the time, once the request has been sent; an answer may be there already. */
    void sent() {
        boolean told = phase.getAndSet(Phase.OPEN) == Phase.TOLD;
        try {
            cancelTimeout = parts.jobs.after(remainingNanos(), this::timeIsUp);
            if (isOver()) {
                cancelTimeout.run();
            }
            boolean failed = whyNoAnswer() != null; // the sweep for a failure may have missed this call
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
    private void notSent() {
        phase.set(Phase.OVER);
        call.unsent = true;
        end(Outcome.NOT_SENT);
    }

    /** Ends the call whose request was not sent after all, as its sender tells now. */
    private void unsent(Throwable cause) {
        notSent = new SendFailedException(call.toString(), cause);
        lookIn(AsyncWaits.GRACE_NANOS, this::lookNow); // first: an executor may block
        lookAgain();
    }

    // the time

    /** Returns the time until the deadline; negative if that is over. */
    private long remainingNanos() {
        return deadline - parts.bare.parts.parker.nanoTime();
    }

    /** Has something done soon, unless the call is over by then. */
    private void lookIn(long nanos, Runnable look) {
        cancelLook = parts.jobs.after(nanos, look);
        if (isOver()) {
            cancelLook.run();
        }
    }

    /**
     * Returns how long to look on, once the time is up, for a message that is there already; zero if the call ends when it should, or
     * has looked on before.
     */
    private long lookOnNanos() {
        long late = -remainingNanos();
        if (call.overshot || late <= Call.OVERSHOT_NANOS) {
            return 0;
        }
        call.overshot = true;
        return Math.min(late, Call.LAST_LOOK_NANOS);
    }

    private void timeIsUp() {
        long lookOn = lookOnNanos();
        if (lookOn > 0) { // an answer may be there already that the keeper has not had the time to read
            lookIn(lookOn, this::timeIsUp);
            return;
        }
        timeIsUp = true;
        lookIn(AsyncWaits.GRACE_NANOS, this::lookNow); // first: an executor may block
        haveALook();
    }

    /** Returns how long a resend is to wait yet, from the send before it on; a negative time if there is none before the deadline. */
    private long pauseBeforeResend(int number) {
        Duration pause = resends.before(number);
        if (pause == null) {
            return -1;
        }
        long now = parts.bare.parts.parker.nanoTime();
        long until = parts.bare.deadline(now, pause);
        return until - deadline < 0 ? until - now : -1;
    }

    private void resendLater(int number) {
        long pause = pauseBeforeResend(number);
        if (pause < 0 || isOver()) {
            return;
        }
        cancelResend = parts.jobs.after(pause, () -> parts.jobs.execute(context, () -> resend(number)));
        if (isOver()) {
            cancelResend.run();
        }
    }

    private void resend(int number) {
        // an executor may be late
        if (isOver() || !call.isEmpty() || remainingNanos() <= 0) {
            return;
        }
        try {
            CompletionStage<?> sending = Call.begin(sender);
            if (sending != null) {
                FailedSends failed = call.failedSends();
                Call.whenFailed(sending, failed::add);
                failed.resent = true;
            }
        } catch (Throwable e) { // an answer to what was sent before may still come
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            call.failedSends().add(e);
        }
        resendLater(number + 1);
    }

    // what ends it

    @Override
    public void lookAgain() {
        if (!phase.compareAndSet(Phase.SENDING, Phase.TOLD) && phase.get() == Phase.OPEN) {
            haveALook();
        }
    }

    private void haveALook() {
        parts.jobs.execute(context, this::look);
    }

    @Override
    public void lookNow() {
        parts.jobs.run(context, this::look);
    }

    private @Nullable RuntimeException whyNoAnswer() {
        RuntimeException failure = failure();
        return failure == null ? notSent : failure;
    }

    private void look() {
        RuntimeException why = whyNoAnswer();
        boolean something = !call.isEmpty() || why != null || timeIsUp;
        if (!something || !phase.compareAndSet(Phase.OPEN, Phase.OVER)) {
            return;
        }
        Received<M> got = null;
        Throwable broken = null;
        try {
            got = call.lastLook(); // in any case: state beats clock
            if (got != null) {
                parts.stats.message(MessageOutcome.DELIVERED);
            }
        } catch (Throwable e) { // no memory: what has been decided is finished all the same
            broken = e;
        }
        if (got != null) {
            end(Outcome.SIGNALLED);
            Throwable error = parts.errorReplies.in(got.message());
            if (error == null) {
                super.complete(got.message());
            } else {
                super.completeExceptionally(error);
            }
            return;
        }
        boolean failed = why == null && broken != null;
        Throwable thrown = failed ? broken : why != null ? why : timeout();
        call.unsent = why instanceof SendFailedException && !call.wasResent();
        end(failed ? Outcome.FAILED : outcomeOf(why));
        Runnable afterwards = afterwards();
        super.completeExceptionally(thrown);
        afterwards.run();
    }

    /** Returns what is to run once the future has been completed without an answer; throws nothing, as {@link #end}. */
    private Runnable afterwards() {
        try {
            return call.unanswered(context);
        } catch (Throwable e) { // no memory
            parts.bare.callbackFailed(e);
            return Timer.NOTHING;
        }
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
            return call.timeout(start, deadline, receivedBefore, unclaimedBefore);
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
            parts.bare.callbackFailed(e);
        }
        try {
            parts.release(call, this);
        } catch (Throwable e) { // the token's own code
            parts.bare.callbackFailed(e);
        }
        try {
            call.ended(outcome, start);
        } catch (Throwable e) { // no memory
            parts.bare.callbackFailed(e);
        }
    }

    // what the owner does: all the ways in which a CompletableFuture can be ended from outside lead through here

    private boolean withdraw(BooleanSupplier completion) {
        if (!phase.compareAndSet(Phase.OPEN, Phase.OVER)) {
            return false;
        }
        end(Outcome.CANCELLED);
        Runnable afterwards = afterwards();
        boolean completed = completion.getAsBoolean();
        afterwards.run();
        return completed;
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
