package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One question, from its beginning to its outcome: the mailbox for its answer, and what sending threw.
 *
 * <p>A thread waits for it by as many entries of the primitive as it takes, which count as one wait. An {@link AsyncCall} has one too,
 * so that both count and explain alike; a {@link Ticket} is one that can be awaited again and again. It is its own mailbox, so that
 * nothing more has to be allocated. For the same reason the times of a wait, and what had been counted when it began, are local
 * variables: as fields they would be a quarter of its size.
 */
class Call<T, M> extends Mailbox<T, M> implements AutoCloseable {

    /** A wait that ends so much after its deadline has not had its time: the process was stopped, or starved. */
    static final long OVERSHOT_NANOS = Duration.ofMillis(100).toNanos();

    /**
     * How long such a wait looks on at most for an answer that is already there, and no longer than it is late: long enough for the
     * thread that heads to be scheduled and to look through the source's buffer.
     */
    static final long LAST_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    final StageParts<T, M> parts;

    /** Whether the message of the last wait was read by the thread that waited. */
    private boolean finished;

    /** What sending has thrown; null if nothing has. */
    private volatile @Nullable FailedSends failedSends;

    Call(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            boolean single,
            @Nullable Recipient recipient) {
        super(parts.mailroom.lockFor(token), check, single, recipient);
        this.parts = parts;
    }

    /** Begins a call whose token is not known yet; {@link #bindTo} comes before it is registered. */
    Call(StageParts<T, M> parts, @Nullable Predicate<? super M> check, boolean single, @Nullable Recipient recipient) {
        super(check, single, recipient);
        this.parts = parts;
    }

    @Override
    final Registrations<Registration<T>> registrations() {
        return parts.bare.parts.registrations;
    }

    /** Says for which token it is going to be registered. */
    final void bindTo(T token) {
        lock = parts.mailroom.lockFor(token);
    }

    /** Takes a token, sends a request, waits for its answer, and gives the token back. */
    static <T, M, X extends Exception> M ask(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            Duration timeout,
            Resends resends,
            Sender<X> sender)
            throws X, InterruptedException {
        return new Call<T, M>(parts, token, check, true, null).ask(token, timeout, resends, sender);
    }

    /** Does so for a call that is new. */
    final <X extends Exception> M ask(T token, Duration timeout, Resends resends, Sender<X> sender)
            throws X, InterruptedException {
        requireReady(parts);
        M message;
        boolean answered = false;
        try {
            try (var call = this) {
                call.awaiting = Thread.currentThread(); // no other thread will know its ticket
                parts.register(token, call);
                message = call.messageOf(call.await(timeout, resends, sender));
            }
            answered = true;
        } finally {
            if (!answered) {
                unanswered();
            }
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    /** Refuses a thread that must not wait, or has been interrupted, before anything is sent. */
    static void requireReady(StageParts<?, ?> parts) throws InterruptedException {
        parts.requireMayWait();
        if (Thread.interrupted()) {
            parts.listeners.exited(Outcome.INTERRUPTED, parts.bare.parts.parker.nanoTime());
            throw new InterruptedException("interrupted before a call on " + parts.bare + "; nothing was sent");
        }
    }

    /** Gives the token back, if it was taken. */
    @Override
    public void close() {
        if (isRegistered()) {
            parts.release(this, awaiting == Thread.currentThread());
        }
    }

    /**
     * Sends, if there is something to send, and waits for the next message. The mailbox must be this thread's to wait for; it tells
     * {@linkplain #messageOf which message} is returned.
     *
     * @param resends when to send again
     * @param sender what to send with; null to send nothing
     */
    final <X extends Exception> Received<M> await(Duration timeout, Resends resends, @Nullable Sender<X> sender)
            throws X, InterruptedException {
        long start = parts.bare.parts.parker.nanoTime();
        return await(start, parts.bare.deadline(start, timeout), resends, sender);
    }

    /** Does so until a deadline, in a wait that has begun before. */
    final <X extends Exception> Received<M> await(
            long start, long deadline, Resends resends, @Nullable Sender<X> sender) throws X, InterruptedException {
        int received = (int) parts.stats.receivedSoFar(); // as int, of which differences are as good
        long unclaimed = parts.stats.unclaimedSoFar();
        headed = false;
        overshot = false;
        finished = false;
        Object recorded = parts.listeners.recorder.beginWait();
        if (sender != null) {
            send(sender, start, deadline);
        }
        Outcome outcome = Outcome.FAILED;
        try {
            Received<M> got = untilMessageOrDeadline(start, deadline, resends, sender);
            if (got == null) {
                StageTimeoutException thrown = timeout(start, deadline, received, unclaimed, waitedInLine());
                outcome = Outcome.TIMED_OUT; // once that is made: an Error in making it is what the caller gets
                throw thrown;
            }
            outcome = delivered();
            return got;
        } catch (InterruptedException
                | IllegalStateException // that the ticket is closed, before an entry or during it
                | StageClosedException
                | SourceFailedException e) {
            Received<M> got = lastLook();
            if (got != null) { // filed, and its signal lost the race: the message came first
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                outcome = delivered();
                return got;
            }
            outcome = outcomeOf(e);
            FailedSends failed = failedSends;
            Throwable cause = failed == null ? null : failed.unsent;
            if (outcome == Outcome.CANCELLED && cause != null) {
                outcome = Outcome.NOT_SENT;
                throw new SendFailedException(toString(), cause);
            }
            if (outcome == Outcome.CANCELLED && !(e instanceof CancellationException)) {
                throw new CancellationException(this + " was closed while its thread waited");
            }
            throw e;
        } finally {
            parts.listeners.recorder.endWait(recorded, outcome, headed, false);
            ended(outcome, start);
        }
    }

    /** Counts a wait that has ended after the request was sent, or which had none to send. */
    void ended(Outcome outcome, long since) {
        parts.listeners.exited(outcome, since);
    }

    /** Notes how a wait has ended that has been counted. */
    void end(Outcome outcome) {}

    /** Called when the token has been given back without an answer for the caller, by the thread that waited. */
    void unanswered() {}

    /** As {@link #unanswered()} where no thread waited; returns what is to run when the future has been completed. */
    Runnable unanswered(UnaryOperator<Runnable> context) {
        return Timer.NOTHING;
    }

    /** Counts a message that ends the wait; returns how the wait has ended by it. */
    Outcome delivered() {
        parts.stats.message(MessageOutcome.DELIVERED);
        return outcome();
    }

    // what is told of it, if it is observed

    final void received() {
        Observed observed = observed();
        if (observed != null) {
            observed.received();
        }
    }

    final void exits(Outcome outcome) {
        Observed observed = observed();
        if (observed != null) {
            observed.bound(knownToken());
            observed.exits(outcome);
        }
    }

    final void endObserved(@Nullable Throwable thrown) {
        Observed observed = observed();
        if (observed != null) {
            observed.end(thrown);
        }
    }

    /** Returns how a wait has ended that got its message. */
    final Outcome outcome() {
        return finished ? Outcome.FINISHED : Outcome.SIGNALLED;
    }

    /** Waits, and sends again; returns the message, or null if the time is up. */
    @Nullable
    @SuppressWarnings("unchecked") // that is what the head returns
    Received<M> untilMessageOrDeadline(long start, long deadline, Resends resends, @Nullable Sender<?> sender)
            throws InterruptedException {
        whole();
        int resend = 1;
        long until = untilResend(resends, resend, deadline);
        Received<M> got = take();
        while (got == null) {
            if (until != deadline) { // so there may be several entries, which are shown as one wait
                partOf(start, deadline);
            }
            finished = false;
            Object end = parts.bare.enterWith(this, until, parts.callerHead);
            if (end != State.SIGNALLED && end != State.EXPIRED) {
                finished = true;
                got = read((Received<M>) end);
                continue;
            }
            got = take();
            if (got != null || end == State.SIGNALLED) {
                continue;
            }
            deadline = moved(deadline);
            long late = parts.bare.parts.parker.nanoTime() - deadline;
            if (late < 0 && sender != null && until != deadline) {
                sendAgain(sender, deadline);
                until = untilResend(resends, ++resend, deadline);
            } else if (late > OVERSHOT_NANOS && !overshot) {
                overshot = true; // from now on it only looks, also if it heads
                until = deadline + late + Math.min(late, LAST_LOOK_NANOS);
            } else {
                got = lastLook();
                if (got == null) {
                    return null;
                }
            }
        }
        return got;
    }

    private Outcome outcomeOf(Exception ending) {
        if (ending instanceof InterruptedException) {
            return Outcome.INTERRUPTED;
        }
        if (ending instanceof StageClosedException) {
            return Outcome.CLOSED;
        }
        boolean cancelled = ending instanceof IllegalStateException && !isOpen();
        return cancelled ? Outcome.CANCELLED : Outcome.FAILED;
    }

    // sending

    final <X extends Exception> void send(Sender<X> sender, long start, long deadline) throws X {
        boolean sent = false;
        try {
            CompletionStage<?> sending = Sending.begin(parts, this, sender, deadline);
            if (sending != null) {
                FailedSends failed = failedSends(); // by this thread, as for resends
                whenFailed(sending, cause -> endUnsent(failed, cause));
            }
            sent = true;
        } finally {
            if (!sent) {
                unsent = true;
                parts.listeners.exited(Outcome.NOT_SENT, start);
            }
        }
    }

    /** Ends the wait for an answer to a request that was not sent after all; called by the thread on which that shows. */
    void endUnsent(FailedSends failed, Throwable cause) {
        failed.unsent = cause; // first, since by it the wait tells this end from others
        unsent = !failed.resent;
        parts.release(this, false);
    }

    /** Sends again; if that fails, the wait goes on, since an answer to an earlier request may still come. */
    void sendAgain(Sender<?> sender, long deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting with " + this);
        }
        FailedSends failed = failedSends();
        failed.sendsAgain();
        try {
            CompletionStage<?> sending = Sending.begin(parts, this, sender, deadline);
            if (sending != null) {
                whenFailed(sending, failed::add);
            }
            failed.resent = true;
        } catch (Exception e) {
            if (e instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            failed.hasNotSentAgain();
            failed.add(e);
        }
    }

    /** Has a failure told that shows later, by the thread that it shows on. */
    static void whenFailed(CompletionStage<?> sending, Consumer<Throwable> failed) {
        sending.whenComplete((done, thrown) -> {
            if (thrown != null) {
                Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : null;
                failed.accept(cause == null ? thrown : cause);
            }
        });
    }

    /** Returns what collects what sending throws; made on one thread at a time. */
    final FailedSends failedSends() {
        FailedSends all = failedSends;
        if (all == null) {
            all = new FailedSends();
            failedSends = all;
        }
        return all;
    }

    /** Notes that the first request was not sent after all, by which the call ends; others may have been. */
    final void endsUnsent(Throwable cause) {
        FailedSends all = failedSends;
        unsent = all == null || !all.resent;
        if (all != null) {
            all.unsent = cause;
        }
    }

    @Override
    final void answeredAgain() {
        FailedSends all = failedSends;
        if (all != null) {
            all.answeredAgain();
        }
    }

    @Override
    byte mayStillCome() {
        if (!single) {
            return super.mayStillCome();
        }
        int first = (sentFirst() ? 1 : 0) - (answered || cameLate || !isEmpty() ? 1 : 0);
        FailedSends all = failedSends;
        return Owed.of(all == null ? first : first + all.unansweredResends());
    }

    /** Whether the first request was sent, so far as is known. */
    private boolean sentFirst() {
        FailedSends all = failedSends;
        return !unsent && (all == null || all.unsent == null);
    }

    /** Returns how often a request was sent, so far as is known. */
    final int sendings() {
        FailedSends all = failedSends;
        return (sentFirst() ? 1 : 0) + (all == null ? 0 : all.sentAgain());
    }

    long untilResend(Resends resends, int number, long deadline) {
        if (resends == Resends.NONE) {
            return deadline;
        }
        Duration pause = resends.before(number);
        long until = pause == null ? deadline : parts.bare.deadline(pause);
        return until - deadline < 0 ? until : deadline;
    }

    /** Returns the deadline, which messages may have moved. */
    long moved(long deadline) {
        return deadline;
    }

    /** Returns the message that this thread has read as the head. */
    @Nullable
    Received<M> read(@Nullable Received<M> own) {
        return own;
    }

    /** Returns the oldest message that has been filed. */
    @Nullable
    Received<M> take() {
        return parts.mailroom.take(this);
    }

    /** Returns the oldest message that has been filed; if there is none, what comes from now on is late. */
    @Nullable
    Received<M> lastLook() {
        return parts.mailroom.takeOrMiss(this);
    }

    /** Returns what is thrown when the time is up; is given the times, and what had been counted when the wait began. */
    final StageTimeoutException timeout(long start, long deadline, int received, long unclaimed, String inLine) {
        return parts.timeoutReport.exception(this, start, deadline, received, unclaimed, failedSends, inLine);
    }

    /** Returns a part of a timeout's message: how long it waited before its ticket; empty if it did not. */
    String waitedInLine() {
        return "";
    }
}
