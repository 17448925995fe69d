package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to a token's messages, with a mailbox for them; valid from {@link Stage#ticket} to {@link
 * #close()}.
 *
 * <p>A ticket may be awaited again and again, by one thread at a time. A message that comes between two waits stays in
 * the mailbox for the next wait.
 *
 * <p><b>Memory consistency effects.</b> The head's actions on a message <i>happen-before</i> the return of the {@code
 * await} that delivers it.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class Ticket<T, M> extends Grouped<T, M> {

    /**
     * What only some tickets have, so that the others are smaller.
     *
     * @param attachment what it was given to be found again by
     * @param timeout how long its waits take at most, if that is not the stage's default
     * @param admission holds its place in the stage's window, if there is one
     */
    private record Extras(
            @Nullable Object attachment,
            @Nullable Duration timeout,
            @Nullable Admission<?, ?> admission) {}

    /** Null if it has none of them. */
    private final @Nullable Extras extras;

    Ticket(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            @Nullable Object attachment,
            @Nullable Duration timeout) {
        super(parts, token, check, false);
        this.extras = attachment == null && timeout == null ? null : new Extras(attachment, timeout, null);
        this.load = parts.carriers == null ? null : parts.carriers.load(this);
    }

    private Ticket(StageParts<T, M> parts, CallOptions<? super M> options, Admission<T, M> admission) {
        super(parts, options.check, false);
        this.extras = new Extras(options.attachment, options.timeout, admission);
        this.load = parts.carriers == null ? null : parts.carriers.load(this);
    }

    /**
     * Returns a ticket for a token that is issued, or that waits for a place.
     *
     * @param brought the token; null to have one issued
     * @param timeout how long to wait for what it needs
     */
    static <T, M> Ticket<T, M> admit(
            StageParts<T, M> parts, @Nullable T brought, CallOptions<? super M> options, Duration timeout)
            throws InterruptedException {
        Admission<T, M> admission = Admission.begin(parts, timeout);
        var ticket = new Ticket<>(parts, options, admission);
        T token = admission.enter(brought, options.peer);
        boolean taken = false;
        try {
            if (brought == null) {
                parts.registerIssued(token, ticket);
            } else {
                ticket.bindTo(token);
                parts.register(token, ticket);
            }
            taken = true;
        } finally {
            if (!taken) {
                admission.leave();
            }
        }
        return ticket;
    }

    @Override
    @Nullable
    Object attachment() {
        return extras == null ? null : extras.attachment;
    }

    private Duration timeout() {
        return extras == null || extras.timeout == null ? parts.defaultTimeout : extras.timeout;
    }

    /** {@return the token that the ticket was taken for} */
    @Override
    public T token() {
        return super.token();
    }

    /**
     * Sends a request whose answers are to come for this ticket. A request may also be sent without this method; but then
     * the ticket does not end when the {@linkplain Carriers connection} is lost on which it was sent, unless the source has
     * no other, and its waits end by their timeout. Send all requests of a ticket by this method, or none: where tokens rest
     * until they are answered, a token is free once nothing that was sent by it can be.
     *
     * @param <X> what sending throws
     * @param sender sends the request, on this thread; one at a time does
     * @throws X if sending fails
     * @throws IllegalStateException if the ticket is closed
     */
    public <X extends Exception> void send(Sender<X> sender) throws X {
        if (!isOpen()) {
            throw new IllegalStateException(this + " is closed; take a new one");
        }
        CompletionStage<?> sending = Sending.begin(parts, this, sender, parts.bare.deadline(timeout()));
        if (sending != null) {
            FailedSends failed = failedSends();
            whenFailed(sending, failed::add);
        }
    }

    /**
     * Waits for the next message, at most the stage's default timeout, or that of the ticket's options; reads the source
     * meanwhile if no other thread does.
     *
     * @return the message, and when it was received
     * @throws InterruptedException if the thread is interrupted before a message comes
     * @throws StageTimeoutException if no message comes in time
     * @throws ErrorReplyException if the message is an error
     * @throws java.util.concurrent.CancellationException if the ticket is closed meanwhile
     * @throws IllegalStateException if the ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws StageClosedException if the stage is closed, before the wait or during it
     * @throws SourceFailedException if the source fails, or has failed since the ticket was taken
     * @see #await(Duration)
     */
    public Received<M> await() throws InterruptedException {
        return await(timeout());
    }

    /**
     * Waits for the next message; reads the source meanwhile if no other thread does.
     *
     * @param timeout how long to wait at most; zero or less looks without waiting
     * @return the message, and when it was received
     * @throws InterruptedException if the thread is interrupted before a message comes
     * @throws StageTimeoutException if no message comes in time
     * @throws ErrorReplyException if the message is an error for which the {@linkplain StageBuilder#classifier
     *     classifier} gives a checked exception; an unchecked one is thrown as it is. The ticket can be awaited again
     * @throws java.util.concurrent.CancellationException if the ticket is closed meanwhile; a message that came before
     *     is returned instead
     * @throws IllegalStateException if the ticket is closed or awaited by another thread, or this thread is inside a
     *     callback
     * @throws StageClosedException if the stage is closed, before the wait or during it
     * @throws SourceFailedException if the source fails, or has failed since the ticket was taken
     */
    public Received<M> await(Duration timeout) throws InterruptedException {
        parts.requireMayWait();
        parts.mailroom.claim(this); // what is refused is no wait, and takes nothing
        Received<M> received;
        try {
            received = await(timeout, Resends.NONE, null);
        } finally {
            parts.listeners.unclaimed(parts.mailroom.unclaim(token(), this));
        }
        parts.errorReplies.throwIfError(received.message());
        return received;
    }

    /**
     * Gives the token back and ends a wait with this ticket.
     *
     * <p>A thread that waits gets a {@link java.util.concurrent.CancellationException}, unless its message came before.
     * What is left in the mailbox counts as {@linkplain MessageOutcome#ABANDONED abandoned}, or as {@linkplain
     * MessageOutcome#LATE late} if it came after the last wait had ended without a message. Later calls do nothing.
     */
    @Override
    public void close() {
        try {
            super.close();
        } finally {
            if (extras != null && extras.admission != null) {
                extras.admission.leave();
            }
        }
    }
}
