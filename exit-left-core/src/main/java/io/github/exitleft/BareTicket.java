package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to wait for a token: a registration, valid from {@link BareStage#ticket} to {@link #close()}.
 *
 * <p>It may be entered again and again, by one thread at a time. Signals that come between two entries are kept and count
 * as one.
 *
 * @param <T> tokens
 */
public final class BareTicket<T> extends TicketWaiter implements AutoCloseable {

    private final Registrations<BareTicket<T>> registrations;
    private final T token;
    private final @Nullable Object attachment;

    BareTicket(
            Registrations<BareTicket<T>> registrations, T token, @Nullable Object attachment, Generation generation) {
        super(generation);
        this.registrations = registrations;
        this.token = token;
        this.attachment = attachment;
    }

    /**
     * Returns the token that the ticket was taken for.
     *
     * @return the token
     */
    @Override
    public T token() {
        return token;
    }

    /**
     * Returns what was given to {@link BareStage#ticket(Object, Object)} for the head to find.
     *
     * @return the attachment, or null if there is none
     */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Returns what an entry would throw because the stage is closed or the resource failed since the ticket was taken; null if neither. */
    @Nullable
    RuntimeException failure() {
        Throwable cause = generation.failure;
        if (cause != null) {
            return new SourceFailedException(registrations.stage, cause);
        }
        GuardedState guarded = registrations.role.guarded;
        return guarded.closed ? guarded.closedException() : null;
    }

    /** Ends the ticket because a part of the resource is lost, unless it has ended. */
    void fail(Generation lost) {
        registrations.role.fail(this, lost);
    }

    /** Returns whether that was why it has failed. */
    boolean hasFailedInPart() {
        return generation.ofPart;
    }

    /** Whether {@link #close()} has not been called; tells an entry that lost a race with it from the use of a closed ticket. */
    boolean isOpen() {
        return open;
    }

    /** Refuses the ticket of another stage. */
    void requireFrom(Registrations<BareTicket<T>> others) {
        if (registrations != others) {
            throw new IllegalArgumentException(
                    this + " is of no use on stage '" + others.stage + "'; take one from the stage that you enter");
        }
    }

    /**
     * Gives the token back, which is free when this returns. A thread that waits or heads with this ticket gets a {@link
     * java.util.concurrent.CancellationException}: a head is woken from its reading, and comes back as soon as its routine does. What it
     * had by then it keeps. Later calls do nothing, whichever ticket has the token by then.
     */
    @Override
    public void close() {
        registrations.close(this);
    }

    @Override
    public String toString() {
        return "ticket for token '" + Texts.of(token) + "' of stage '" + registrations.stage + "'";
    }
}
