package io.github.exitleft;

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
    Role.Generation generation;
    boolean signalPending;

    /** When the longer wait began and will end of which the entries are parts; null if they are none. */
    private record Longer(long since, long deadline) {}

    // written by the entering thread between entries, read with the lock held while it waits
    private @Nullable Longer longer;

    BareTicket(BareStage<T, ?, ?> stage, T token, @Nullable Object attachment, Role.Generation generation) {
        this.stage = stage;
        this.token = token;
        this.attachment = attachment;
        this.generation = generation;
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

    /** Returns what an entry would throw because the stage is closed or the resource failed since the ticket was taken; null if neither. */
    @Nullable
    RuntimeException failure() {
        Throwable cause = generation.failure;
        if (cause != null) {
            return new SourceFailedException(stage.name(), cause);
        }
        return stage.isClosed() ? stage.closedException() : null;
    }

    /** Whether {@link #close()} has not been called; tells an entry that lost a race with it from the use of a closed ticket. */
    boolean isOpen() {
        return open;
    }

    /**
     * Gives the token back, which is free when this returns. A thread that waits or heads with this ticket gets a {@link
     * java.util.concurrent.CancellationException}: a head is woken from its reading, and comes back as soon as its routine does. What it had
     * by then it keeps. Later calls do nothing, whichever ticket has the token by then.
     */
    @Override
    public void close() {
        stage.release(this);
    }

    /**
     * Makes snapshots show the entries from now on as parts of one longer wait, whose thread leaves now and then, for example to
     * send again. Called by the thread that enters, between entries.
     */
    void partOf(long since, long deadline) {
        longer = new Longer(since, deadline);
    }

    /** Makes snapshots show the entries from now on as waits of their own again; called as {@link #partOf} is. */
    void whole() {
        longer = null;
    }

    /** How the ticket's thread waits; with the stage's lock held. */
    BareSnapshot.Waiting describe(long now) {
        Longer wait = longer == null ? new Longer(since, deadline) : longer;
        return new BareSnapshot.Waiting(
                threadName(),
                Objects.requireNonNull(token),
                Duration.ofNanos(now - wait.since),
                Duration.ofNanos(Math.max(0, wait.deadline - now)));
    }

    @Override
    public String toString() {
        return "ticket for token '" + Texts.of(token) + "' of stage '" + stage.name() + "'";
    }
}
