package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
class AsyncCall<T, M> extends OwnedFuture<M> implements Recipient {

    final StageParts<T, M> parts;
    final Call<T, M> call;
    private final Resends resends;

    /** What sends; set before the request is sent. */
    @Nullable
    Sender<?> sender;

    final UnaryOperator<Runnable> context;
    final long start;
    final long deadline;

    // when it began

    /** As int, of which differences are as good. */
    private final int receivedBefore;

    private final long unclaimedBefore;

    /** Null unless waits are recorded. */
    private final @Nullable Object recorded;

    final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SENDING);
    private volatile boolean timeIsUp;

    /** Tells of a request whose sending was still going on when the caller got the future. */
    private volatile @Nullable SendFailedException notSent;

    private volatile Runnable cancelTimeout = Timer.NOTHING;

    /** Cancels the last look that was asked for: any other comes soon, and does no harm. */
    private volatile Runnable cancelLook = Timer.NOTHING;

    private volatile Runnable cancelResend = Timer.NOTHING;

    /**
     * Creates a call.
     *
     * @param token null if it is not known yet
     * @param sender null if it is not known yet
     */
    AsyncCall(StageParts<T, M> parts, @Nullable T token, CallOptions<? super M> options, @Nullable Sender<?> sender) {
        this.parts = parts;
        this.sender = sender;
        this.context = parts.jobs.captureContext();
        this.resends = options.resends;
        this.call = token == null
                ? new TrackedCall<>(parts, options, true, this)
                : TrackedCall.of(parts, token, options, this);
        this.recorded = parts.listeners.recorder.beginWait();
        this.start = parts.bare.parts.parker.nanoTime();
        this.deadline = parts.bare.deadline(start, options.timeout == null ? parts.defaultTimeout : options.timeout);
        this.receivedBefore = (int) parts.stats.receivedSoFar();
        this.unclaimedBefore = parts.stats.unclaimedSoFar();
    }

    /** Takes a token, sends a request, and returns the future of its answer. */
    static <T, M, X extends Exception> CompletableFuture<M> ask(
            StageParts<T, M> parts, T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        parts.keeper.requireKeeper();
        Objects.requireNonNull(token, "'token' must not be null");
        var asked = new AsyncCall<T, M>(parts, token, options, sender);
        parts.register(token, asked.call, asked);
        asked.send(sender);
        return asked;
    }

    final <X extends Exception> void send(Sender<X> given) throws X {
        CompletionStage<?> sending;
        try {
            sending = Sending.begin(parts, call, given, deadline);
        } catch (Throwable e) {
            notSent(e);
            throw e;
        }
        sent();
        if (sending != null) {
            Call.whenFailed(sending, this::unsent);
        }
    }

    @Override
    public @Nullable RuntimeException failure() {
        return call.failure();
    }

    @Override
    public final StageSnapshot.Pending pending(long now) {
        return new StageSnapshot.Pending(
                CallKind.FUTURE,
                call.knownToken(),
                Duration.ofNanos(now - start),
                Duration.ofNanos(Math.max(0, deadline - now)));
    }

    final boolean isOver() {
        Phase now = phase.get();
        return now == Phase.OVER || now == Phase.LEFT;
    }

    /** Begins to keep the time, once the request has been sent; an answer may be there already. */
    final void sent() {
        Phase before = phase.get();
        while (!phase.compareAndSet(before, before == Phase.LEFT ? Phase.OVER : Phase.OPEN)) {
            before = phase.get(); // told meanwhile, or ended
        }
        if (before == Phase.LEFT) {
            sentInVain();
            return;
        }
        boolean told = before == Phase.TOLD;
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

    /** Called when the request has been sent of a call that has ended meanwhile. */
    void sentInVain() {
        releaseAll();
    }

    /** Ends the call whose request could not be sent, which its caller is told by an exception. */
    void notSent(Throwable thrown) {
        phase.set(Phase.OVER);
        call.unsent = true;
        end(Outcome.NOT_SENT, Phase.OPEN);
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
    final void lookIn(long nanos, Runnable look) {
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

    final void timeIsUp() {
        long lookOn = phase.get() == Phase.QUEUED ? 0 : lookOnNanos();
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
        if (pause < 0) {
            return;
        }
        cancelResend = parts.jobs.after(pause, () -> parts.jobs.execute(context, () -> resend(number)));
        if (isOver()) {
            cancelResend.run();
        }
    }

    private void resend(int number) {
        FailedSends failed = call.failedSends();
        failed.sendsAgain();
        // an executor may be late
        if (isOver() || !call.isEmpty() || remainingNanos() <= 0) {
            failed.hasNotSentAgain();
            return;
        }
        try {
            CompletionStage<?> sending = Sending.begin(parts, call, Objects.requireNonNull(sender), deadline);
            if (sending != null) {
                Call.whenFailed(sending, failed::add);
                failed.resent = true;
            }
        } catch (Throwable e) { // an answer to what was sent before may still come
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            failed.hasNotSentAgain();
            failed.add(e);
        }
        resendLater(number + 1);
    }

    // what ends it

    @Override
    public void lookAgain() {
        if (!phase.compareAndSet(Phase.SENDING, Phase.TOLD)) {
            Phase now = phase.get();
            if (now == Phase.OPEN || now == Phase.QUEUED) {
                haveALook();
            }
        }
    }

    private void haveALook() {
        parts.jobs.execute(context, this::look);
    }

    @Override
    public void lookNow() {
        parts.jobs.run(context, this::look);
    }

    @Nullable
    RuntimeException whyNoAnswer() {
        RuntimeException failure = failure();
        return failure == null ? notSent : failure;
    }

    /** Decides that the call ends, unless that has been decided or it is too early; returns its phase before, or null. */
    @Nullable
    Phase decide() {
        return phase.compareAndSet(Phase.OPEN, Phase.OVER) ? Phase.OPEN : null;
    }

    final void look() {
        RuntimeException why = whyNoAnswer();
        boolean something = !call.isEmpty() || why != null || timeIsUp;
        Phase before = something ? decide() : null;
        if (before == null) {
            return;
        }
        Received<M> got = null;
        Throwable broken = null;
        try {
            if (before != Phase.QUEUED) {
                got = call.lastLook(); // in any case: state beats clock
            }
            if (got != null) {
                parts.stats.message(MessageOutcome.DELIVERED);
                call.received();
            }
        } catch (Throwable e) { // no memory: what has been decided is finished all the same
            broken = e;
        }
        if (got != null) {
            end(Outcome.SIGNALLED, before);
            M message = call.messageOf(got);
            Throwable error = parts.errorReplies.in(message);
            if (error == null) {
                completeByItself(message);
            } else {
                completeByItself(error);
            }
            return;
        }
        boolean failed = why == null && broken != null;
        Throwable thrown = why != null ? why : broken != null ? broken : timeout();
        if (why instanceof SendFailedException) {
            call.endsUnsent(why);
        }
        Outcome outcome = failed ? Outcome.FAILED : outcomeOf(why);
        end(outcome, before);
        Runnable afterwards = afterwards(outcome, before);
        completeByItself(thrown);
        afterwards.run();
    }

    /** Returns what is to run once the future has been completed without an answer; throws nothing, as {@link #end}. */
    final Runnable afterwards(Outcome outcome, Phase before) {
        try {
            return givenUp(outcome, before);
        } catch (Throwable e) { // no memory
            parts.bare.callbackFailed(e);
            return Timer.NOTHING;
        }
    }

    private static Outcome outcomeOf(@Nullable RuntimeException why) {
        if (why == null) {
            return Outcome.TIMED_OUT;
        }
        if (why instanceof StageClosedException) {
            return Outcome.CLOSED;
        }
        // anything else is that it was not sent after all, or was refused when its turn came
        return why instanceof SourceFailedException ? Outcome.FAILED : Outcome.NOT_SENT;
    }

    /** Returns a part of a timeout's message: how long it waited before its ticket; empty if it did not. */
    String waitedInLine() {
        return "";
    }

    Throwable timeout() {
        try {
            return call.timeout(start, deadline, receivedBefore, unclaimedBefore, waitedInLine());
        } catch (Throwable e) { // no memory: the future ends all the same
            return e;
        }
    }

    /** Frees the token and counts the wait, before the future is completed; throws nothing, or that would never be. */
    final void end(Outcome outcome, Phase before) {
        try {
            parts.listeners.recorder.endWait(recorded, outcome, false, true);
            cancelTimeout.run();
            cancelLook.run();
            cancelResend.run();
        } catch (Throwable e) {
            parts.bare.callbackFailed(e);
        }
        try {
            release(before);
        } catch (Throwable e) { // the token's own code
            parts.bare.callbackFailed(e);
        }
        try {
            if (before == Phase.OPEN) {
                call.ended(outcome, start);
            } else { // before its request was sent
                call.exits(outcome);
                parts.listeners.exited(outcome, start);
            }
        } catch (Throwable e) { // no memory
            parts.bare.callbackFailed(e);
        }
    }

    @Override
    final void completing(@Nullable Throwable thrown) {
        call.endObserved(thrown);
    }

    /** Returns what is to run once the future has been completed without an answer (M14). */
    Runnable givenUp(Outcome outcome, Phase before) {
        return call.unanswered(context);
    }

    /** Frees what the call holds, given in which phase it has ended. */
    void release(Phase before) {
        releaseAll();
    }

    void releaseAll() {
        parts.release(call, this);
    }

    // what the owner does

    @Override
    final boolean withdraw(BooleanSupplier completion) {
        Phase before = decide();
        if (before == null) {
            return false;
        }
        end(Outcome.CANCELLED, before);
        Runnable afterwards = afterwards(Outcome.CANCELLED, before);
        completing(null);
        boolean completed = completion.getAsBoolean();
        afterwards.run();
        return completed;
    }
}
