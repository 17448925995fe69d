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

    /**
     * Says why waiting with this ticket is of no use any more, for whoever holds tickets without waiting.
     *
     * @return what an entry would throw now because the stage is closed, or because the resource failed since the ticket was
     *     taken; null if neither is so
     */
    public @Nullable RuntimeException failure() {
        Throwable cause = generation.failure;
        if (cause != null) {
            return new SourceFailedException(stage.name(), cause);
        }
        return stage.isClosed() ? stage.closedException() : null;
    }

    /**
     * Says whether the ticket has not been closed; so a layer above can tell an entry that lost a race with {@link #close()}, and is
     * cancelled by it, from a ticket that is used after it was closed.
     *
     * @return true until {@link #close()} is called
     */
    public boolean isOpen() {
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
     * Says that the entries from now on are parts of one longer wait, which is what a snapshot then shows; for whoever
     * leaves now and then, for example to send again. To be called by the thread that enters, between entries.
     *
     * @param since when the longer wait began, on the scale of {@link BareStage#nanoTime()}
     * @param deadline when it will end, on the same scale
     */
    public void partOf(long since, long deadline) {
        longer = new Longer(since, deadline);
    }

    /** Says that the entries from now on are waits of their own again; to be called as {@link #partOf} is. */
    public void whole() {
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
