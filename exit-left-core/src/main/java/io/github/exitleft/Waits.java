package io.github.exitleft;

import io.github.exitleft.bare.BareSnapshot;
import io.github.exitleft.bare.BareStage;
import io.github.exitleft.bare.Exit;
import io.github.exitleft.bare.HeadRoutine;
import io.github.exitleft.bare.Outcome;
import io.github.exitleft.bare.SourceFailedException;
import io.github.exitleft.bare.StageClosedException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How callers wait for messages: each wait is as many entries of the primitive as it takes, and counts as one.
 *
 * <p>What ends a wait without a thread is here too, so that both count and explain alike.
 */
final class Waits<T, M> {

    private final BareStage<T, Source<M>, Void> bare;
    private final Mailroom<T, M> mailroom;
    private final Heading<T, M> heading;
    private final HeadRoutine<T, Source<M>, Void, @Nullable Received<M>, InterruptedException> headRoutine;
    private final Tally tally;
    private final Listeners<T, M> listeners;
    private final ErrorReplies<M> errorReplies;

    Waits(
            BareStage<T, Source<M>, Void> bare,
            Mailroom<T, M> mailroom,
            Heading<T, M> heading,
            Tally tally,
            Listeners<T, M> listeners,
            ErrorReplies<M> errorReplies) {
        this.bare = bare;
        this.mailroom = mailroom;
        this.heading = heading;
        this.headRoutine = heading::head; // one for all, since nothing is to be allocated for a wait
        this.tally = tally;
        this.listeners = listeners;
        this.errorReplies = errorReplies;
    }

    ErrorReplies<M> errorReplies() {
        return errorReplies;
    }

    /**
     * Sends, if there is something to send, and waits for the ticket's next message.
     *
     * @param resends when to send again
     * @param sender what to send with; null to send nothing
     */
    <X extends Exception> Received<M> await(
            Ticket<T, M> ticket, Duration timeout, Resends resends, @Nullable Sender<X> sender)
            throws X, InterruptedException {
        long start = bare.nanoTime();
        long deadline = bare.deadline(start, timeout);
        long receivedBefore = tally.receivedSoFar();
        long unclaimedBefore = tally.unclaimedSoFar();
        ticket.headed = false;
        ticket.bare().whole();
        @Nullable Outcome outcome = Outcome.FAILED;
        try {
            if (sender != null) {
                sender.send();
            }
            int resend = 1;
            boolean parts = false; // whether it takes more than one entry
            long until = untilResend(resends, resend, deadline);
            while (true) {
                Received<M> got = mailroom.take(ticket);
                if (got != null) {
                    outcome = Outcome.SIGNALLED;
                    return delivered(got);
                }
                outcome = null; // misuse, which the entry refuses, is no wait
                if (parts || until != deadline) {
                    ticket.bare().partOf(start, deadline);
                }
                parts = true;
                Exit<@Nullable Received<M>> exit = bare.enterUntil(ticket.bare(), until, headRoutine);
                outcome = Outcome.FAILED;
                if (exit instanceof Exit.Finished<@Nullable Received<M>> finished) {
                    outcome = Outcome.FINISHED;
                    return delivered(Objects.requireNonNull(finished.value()));
                }
                if (exit instanceof Exit.TimedOut<?>) {
                    got = mailroom.take(ticket);
                    if (got != null) { // filed, and its signal lost the race: state beats clock
                        outcome = Outcome.SIGNALLED;
                        return delivered(got);
                    }
                    if (sender == null || until == deadline || bare.nanoTime() - deadline >= 0) {
                        outcome = Outcome.TIMED_OUT;
                        throw timeout(ticket, start, receivedBefore, unclaimedBefore);
                    }
                    sender.send();
                    until = untilResend(resends, ++resend, deadline);
                }
            }
        } catch (InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            throw e;
        } catch (StageClosedException | CancellationException e) {
            outcome = Outcome.CLOSED;
            throw e;
        } catch (SourceFailedException e) {
            outcome = Outcome.FAILED;
            throw e;
        } finally {
            if (outcome != null) {
                ended(ticket, outcome, start);
            }
        }
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

    boolean hasMessage(Ticket<T, M> ticket) {
        return mailroom.hasMail(ticket);
    }

    Received<M> delivered(Received<M> received) {
        tally.message(MessageOutcome.DELIVERED);
        return received;
    }

    /** What is thrown when a wait's time is up; the counts are those of its beginning. */
    StageTimeoutException timeout(Ticket<T, M> ticket, long start, long receivedBefore, long unclaimedBefore) {
        BareSnapshot role = bare.snapshot(0);
        String head = ticket.headed
                ? "this thread was the head"
                : role.head() == null
                        ? "nobody is the head now"
                        : "thread '" + role.head().thread() + "' is the head";
        heading.warnIfUnattended(role);
        return new StageTimeoutException(
                bare.name(),
                ticket.token(),
                ticket.toString(),
                Duration.ofNanos(bare.nanoTime() - start),
                head + "; received meanwhile: " + (tally.receivedSoFar() - receivedBefore) + ", of which "
                        + (tally.unclaimedSoFar() - unclaimedBefore) + " for nobody, and " + ticket.foreign()
                        + " refused by this ticket's check");
    }

    /** Counts a wait that has ended. */
    void ended(Ticket<T, M> ticket, Outcome outcome, long start) {
        tally.exit(outcome);
        if (outcome != Outcome.FINISHED && outcome != Outcome.SIGNALLED) {
            mailroom.missed(ticket);
        }
        listeners.exited(outcome, start);
    }

    long nanoTime() {
        return bare.nanoTime();
    }

    long deadline(Duration timeout) {
        return bare.deadline(timeout);
    }

    long receivedSoFar() {
        return tally.receivedSoFar();
    }

    long unclaimedSoFar() {
        return tally.unclaimedSoFar();
    }
}
