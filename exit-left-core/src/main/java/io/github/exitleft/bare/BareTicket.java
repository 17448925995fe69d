package io.github.exitleft.bare;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to wait for a token: a registration, valid from {@link BareStage#ticket} to {@link #close()}.
 *
 * <p>It may be entered again and again, by one thread at a time. Signals that come between two entries are kept and count
 * as one.
 *
 * @param <T> tokens
 */
public final class BareTicket<T> extends Waiter implements AutoCloseable {

    final BareStage<T, ?, ?> stage;
    private final T token;
    private final @Nullable Object attachment;

    /** Cleared by closing, with the stage's lock held; volatile for those who look without. */
    volatile boolean open = true;

    // guarded by the stage's lock
    Role.Era era;
    boolean signalPending;

    BareTicket(BareStage<T, ?, ?> stage, T token, @Nullable Object attachment, Role.Era era) {
        this.stage = stage;
        this.token = token;
        this.attachment = attachment;
        this.era = era;
    }

    /**
     * The token that it was taken for.
     *
     * @return the token
     */
    public T token() {
        return token;
    }

    /**
     * What was given to {@link BareStage#ticket(Object, Object)}, for the head to find.
     *
     * @return the attachment, or null if there is none
     */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Gives the token back. A thread that waits with this ticket gets a {@link java.util.concurrent.CancellationException}. Later calls do
     * nothing, whoever has the token by then.
     */
    @Override
    public void close() {
        stage.release(this);
    }

    /** How the ticket's thread waits; with the stage's lock held. */
    BareSnapshot.Waiting describe(long now) {
        return new BareSnapshot.Waiting(
                Texts.of(Objects.requireNonNull(thread)),
                Objects.requireNonNull(token),
                Duration.ofNanos(now - since),
                Duration.ofNanos(Math.max(0, deadline - now)));
    }

    @Override
    public String toString() {
        return "ticket for token '" + Texts.of(token) + "' of stage '" + stage.name() + "'";
    }
}
