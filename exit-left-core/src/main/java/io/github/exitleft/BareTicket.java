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
public final class BareTicket<T> extends Registration<T> implements AutoCloseable {

    private final Registrations<Registration<T>> registrations;
    private final @Nullable Object attachment;

    BareTicket(Registrations<Registration<T>> registrations, @Nullable Object attachment) {
        this.registrations = registrations;
        this.attachment = attachment;
    }

    @Override
    Registrations<Registration<T>> registrations() {
        return registrations;
    }

    /**
     * Returns the token that the ticket was taken for.
     *
     * @return the token
     */
    @Override
    public T token() {
        return super.token();
    }

    /**
     * Returns what was given to {@link BareStage#ticket(Object, Object)} for the head to find.
     *
     * @return the attachment, or null if there is none
     */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Gives the token back, which is free when this returns. A thread that waits or heads with this ticket gets a {@link
     * java.util.concurrent.CancellationException}: a head is woken from its reading, and comes back as soon as its routine does. What it
     * had by then it keeps. Later calls do nothing, whichever ticket has the token by then.
     */
    @Override
    public void close() {
        giveBack();
    }
}
