package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How callers wait for messages: each wait is as many entries of the primitive as it takes, and counts as one.
 *
 * <p>What ends a wait without a thread is here too, so that both count and explain alike.
 */
final class Waits<T, M> {

    /** A wait that ends so much after its deadline has not had its time: the process was stopped, or starved. */
    private static final long OVERSHOT_NANOS = Duration.ofMillis(100).toNanos();

    /**
     * How long such a wait looks on at most for an answer that is already there, and no longer than it is late: long enough for the
     * thread that heads to be scheduled and to look through the source's buffer.
     */
    private static final long LAST_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final BareStage<T, Source<M>, Void> bare;
    private final Mailroom<T, M> mailroom;
    private final ReadLoop<T, M> readLoop;
    private final HeadRoutine<T, Source<M>, Void, @Nullable Received<M>, InterruptedException> headRoutine;
    private final StageStats stats;
    private final Listeners<T, M> listeners;
    private final ErrorReplies<M> errorReplies;

    Waits(
            BareStage<T, Source<M>, Void> bare,
            Mailroom<T, M> mailroom,
            ReadLoop<T, M> readLoop,
            StageStats stats,
            Listeners<T, M> listeners,
            ErrorReplies<M> errorReplies) {
        this.bare = bare;
        this.mailroom = mailroom;
        this.readLoop = readLoop;
        this.headRoutine = readLoop::head; // one for all, since nothing is to be allocated for a wait
        this.stats = stats;
        this.listeners = listeners;
        this.errorReplies = errorReplies;
    }

    ErrorReplies<M> errorReplies() {
        return errorReplies;
    }

    /**
     * Sends, if there is something to send, and waits for the ticket's next message. The ticket must be this thread's to wait with.
     *
     * @param resends when to send again
     * @param sender what to send with; null to send nothing
     */
    <X extends Exception> Received<M> await(
            Ticket<T, M> ticket, Duration timeout, Resends resends, @Nullable Sender<X> sender)
            throws X, InterruptedException {
        long start = bare.nanoTime();
        long deadline = bare.deadline(start, timeout);
        long receivedBefore = stats.receivedSoFar();
        long unclaimedBefore = stats.unclaimedSoFar();
        ticket.headed = false;
        ticket.overshot = false;
        ticket.bare().whole();
        if (sender != null) {
            send(ticket, sender, start);
        }
        FailedResends failed = null;
        Outcome outcome = Outcome.FAILED;
        try {
            int resend = 1;
            boolean parts = false; // whether it takes more than one entry
            long until = untilResend(resends, resend, deadline);
            Received<M> got = mailroom.take(ticket);
            while (got == null) {
                if (parts || until != deadline) {
                    ticket.bare().partOf(start, deadline);
                }
                parts = true;
                Exit<@Nullable Received<M>> exit = bare.enterUntil(ticket.bare(), until, headRoutine);
                if (exit instanceof Exit.Finished<@Nullable Received<M>> finished) {
                    outcome = Outcome.FINISHED;
                    return delivered(Objects.requireNonNull(finished.value()));
                }
                got = mailroom.take(ticket);
                if (got != null || exit instanceof Exit.Signalled<?>) {
                    continue;
                }
                long lookOn = ticket.overshot ? 0 : lookOnNanos(deadline);
                if (sender != null && until != deadline && bare.nanoTime() - deadline < 0) {
                    failed = failed == null ? new FailedResends() : failed;
                    sendAgain(ticket, sender, failed);
                    until = untilResend(resends, ++resend, deadline);
                } else if (lookOn > 0) {
                    ticket.overshot = true; // from now on it only looks, also if it heads
                    until = bare.nanoTime() + lookOn;
                } else {
                    got = mailroom.takeOrMiss(ticket);
                    if (got == null) {
                        StageTimeoutException thrown =
                                timeout(ticket, start, deadline, receivedBefore, unclaimedBefore, failed);
                        outcome = Outcome.TIMED_OUT; // once that is made: an Error in making it is what the caller gets
                        throw thrown;
                    }
                }
            }
            outcome = Outcome.SIGNALLED;
            return delivered(got);
        } catch (InterruptedException
                | IllegalStateException // that the ticket is closed, before an entry or during it
                | StageClosedException
                | SourceFailedException e) {
            Received<M> got = mailroom.takeOrMiss(ticket);
            if (got != null) { // filed, and its signal lost the race: the message came first
                outcome = Outcome.SIGNALLED;
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                return delivered(got);
            }
            outcome = outcomeOf(ticket, e);
            Throwable unsent = ticket.unsent;
            if (outcome == Outcome.CANCELLED && unsent != null) {
                outcome = Outcome.NOT_SENT;
                throw new SendFailedException(ticket.toString(), unsent);
            }
            if (outcome == Outcome.CANCELLED && !(e instanceof CancellationException)) {
                throw new CancellationException(ticket + " was closed while its thread waited");
            }
            throw e;
        } finally {
            ended(outcome, start);
        }
    }

    private static Outcome outcomeOf(Ticket<?, ?> ticket, Exception ending) {
        if (ending instanceof InterruptedException) {
            return Outcome.INTERRUPTED;
        }
        if (ending instanceof StageClosedException) {
            return Outcome.CLOSED;
        }
        boolean cancelled =
                ending instanceof IllegalStateException && !ticket.bare().isOpen();
        return cancelled ? Outcome.CANCELLED : Outcome.FAILED;
    }

    private <X extends Exception> void send(Ticket<T, M> ticket, Sender<X> sender, long start) throws X {
        boolean sent = false;
        try {
            whenFailed(begin(sender), ticket::endUnsent);
            sent = true;
        } finally {
            if (!sent) {
                ended(Outcome.NOT_SENT, start);
            }
        }
    }

    /** Sends again; if that fails, the wait goes on, since an answer to an earlier request may still come. */
    private void sendAgain(Ticket<T, M> ticket, Sender<?> sender, FailedResends failed) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting with " + ticket);
        }
        try {
            whenFailed(begin(sender), failed::add);
        } catch (Exception e) {
            if (e instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            failed.add(e);
        }
    }

    /** Sends; returns what completes when that is done, or null if it is. */
    static <X extends Exception> @Nullable CompletionStage<?> begin(Sender<X> sender) throws X {
        if (sender instanceof AsyncSender<X> later) {
            return later.sendAsync();
        }
        sender.send();
        return null;
    }

    /** Has a failure told that shows later, by the thread that it shows on. */
    static void whenFailed(@Nullable CompletionStage<?> sending, Consumer<Throwable> failed) {
        if (sending != null) {
            sending.whenComplete((done, thrown) -> {
                if (thrown != null) {
                    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : null;
                    failed.accept(cause == null ? thrown : cause);
                }
            });
        }
    }

    /** Counts a call whose thread was interrupted before it took a ticket. */
    InterruptedException interruptedBeforeCall() {
        ended(Outcome.INTERRUPTED, bare.nanoTime());
        return new InterruptedException("interrupted before a call on stage '" + bare.name() + "'; nothing was sent");
    }

    private long untilResend(Resends resends, int number, long deadline) {
        Duration pause = resends.before(number);
        long until = pause == null ? deadline : bare.deadline(pause);
        return until - deadline < 0 ? until : deadline;
    }

    /** The oldest message of a ticket, if there is one; without waiting. */
    @Nullable
    Received<M> takeMessage(Ticket<T, M> ticket) {
        return mailroom.take(ticket);
    }

    /** What {@link #takeMessage} does; if there is none, what comes from now on is late. */
    @Nullable
    Received<M> lastLook(Ticket<T, M> ticket) {
        return mailroom.takeOrMiss(ticket);
    }

    boolean hasMessage(Ticket<T, M> ticket) {
        return mailroom.hasMail(ticket);
    }

    Received<M> delivered(Received<M> received) {
        stats.message(MessageOutcome.DELIVERED);
        return received;
    }

    /** How long a wait whose time is up is to look on for a message that is there already; zero if it ends when it should. */
    long lookOnNanos(long deadline) {
        long late = bare.nanoTime() - deadline;
        return late > OVERSHOT_NANOS ? Math.min(late, LAST_LOOK_NANOS) : 0;
    }

    /** What is thrown when a wait's time is up; the counts are those of its beginning. */
    StageTimeoutException timeout(
            Ticket<T, M> ticket,
            long start,
            long deadline,
            long receivedBefore,
            long unclaimedBefore,
            @Nullable FailedResends failed) {
        BareSnapshot role = bare.snapshot(0);
        long now = bare.nanoTime();
        var text = new StringBuilder();
        if (ticket.headed) {
            text.append("this thread was the head");
        } else if (role.head() == null) {
            text.append("there is no head now");
        } else {
            text.append("thread '").append(role.head().thread()).append("' is the head");
            if (!ticket.overshot && readLoop.isSilent(role)) {
                text.append(" and has not read for ")
                        .append(readLoop.silence(role).toMillis())
                        .append(" ms");
            }
        }
        long received = stats.receivedSoFar() - receivedBefore;
        text.append("; ").append(received).append(received == 1 ? " message" : " messages");
        text.append(" received meanwhile (");
        text.append(stats.unclaimedSoFar() - unclaimedBefore).append(" unclaimed), ");
        text.append(ticket.foreign()).append(" refused by this ticket's check");
        if (failed != null) {
            text.append(failed);
        }
        if (ticket.overshot) {
            text.append("; the wait ended ")
                    .append(Duration.ofNanos(now - deadline).toMillis());
            text.append(" ms after its deadline, as after a pause of the whole process");
        }
        readLoop.warnIfUnattended(role);
        var timeout = new StageTimeoutException(
                bare.name(), ticket.token(), ticket.toString(), Duration.ofNanos(now - start), text.toString());
        if (failed != null) {
            failed.suppressIn(timeout);
        }
        return timeout;
    }

    /** Counts a wait that has ended. */
    void ended(Outcome outcome, long start) {
        stats.exit(outcome);
        listeners.exited(outcome, start);
    }

    long nanoTime() {
        return bare.nanoTime();
    }

    long deadline(Duration timeout) {
        return bare.deadline(timeout);
    }

    long receivedSoFar() {
        return stats.receivedSoFar();
    }

    long unclaimedSoFar() {
        return stats.unclaimedSoFar();
    }
}
