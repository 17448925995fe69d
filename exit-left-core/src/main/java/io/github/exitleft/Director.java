package io.github.exitleft;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The head's handle: the resource, the buffer, the right to signal, and the time that is left.
 *
 * <p>It works on the head's thread while that thread heads; at any other time and place every method throws
 * {@link IllegalStateException}.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
public final class Director<T, R, B extends @Nullable Object> {

    private final BareStage<T, R, B> stage;
    private final Waiter head;
    private final @Nullable BareTicket<T> ticket; // null if it is the keeper who heads
    private final Role.Generation generation;
    private final Thread thread = Thread.currentThread();
    private boolean outOfTime;
    private volatile boolean over;

    Director(BareStage<T, R, B> stage, BareTicket<T> ticket, Role.Generation generation) {
        this(stage, ticket, ticket, generation);
    }

    Director(BareStage<T, R, B> stage, BareKeeper<T, R, B> keeper, Role.Generation generation) {
        this(stage, keeper, null, generation);
    }

    private Director(
            BareStage<T, R, B> stage, Waiter head, @Nullable BareTicket<T> ticket, Role.Generation generation) {
        this.stage = stage;
        this.head = head;
        this.ticket = ticket;
        this.generation = generation;
    }

    /**
     * The token that the head itself waits for.
     *
     * @return the token of the ticket that was entered
     * @throws IllegalStateException if the head is the keeper, which waits for none
     */
    public T token() {
        requireHead();
        if (ticket == null) {
            throw new IllegalStateException("the head of " + stage + " is its keeper, which has no token");
        }
        return ticket.token();
    }

    /**
     * What was given to {@link BareStage#ticket(Object, Object)} with the head's own ticket.
     *
     * @return the attachment, or null if there is none
     */
    public @Nullable Object attachment() {
        requireHead();
        return ticket == null ? null : ticket.attachment();
    }

    /**
     * What only the head may read.
     *
     * @return the resource
     */
    public R resource() {
        requireHead();
        return stage.resource;
    }

    /**
     * The time until the head's own deadline.
     *
     * @return the rest; zero, never negative, when the time is up, or the stage or the head's ticket is closed
     */
    public Duration remaining() {
        long nanos = remainingNanos();
        return nanos == 0 ? Duration.ZERO : Duration.ofNanos(nanos);
    }

    /**
     * The time until the head's own deadline, for those who ask often.
     *
     * @return the rest in nanoseconds; zero, never negative, when the time is up, or the stage or the head's ticket is closed
     */
    public long remainingNanos() {
        return isClosed() || isCancelled() ? 0 : Math.max(0, head.deadline - stage.nanoTime());
    }

    /**
     * Says that the head is out of time: its exit will be {@link Exit.TimedOut}, whatever it returns, or an exception if the stage or its
     * ticket has been closed.
     *
     * @param <V> what the head routine returns
     * @return null, to be returned by the head routine
     */
    public <V> @Nullable V outOfTime() {
        requireHead();
        outOfTime = true;
        return null;
    }

    /** Whether the head's own ticket is the only one, so that there is none to route anything to. */
    boolean isAlone() {
        requireHead();
        return stage.ticketCount() <= 1;
    }

    /**
     * Finds out who waits for a token.
     *
     * @param token the token
     * @return the live ticket, or null if nobody holds one
     */
    public @Nullable BareTicket<T> find(T token) {
        requireHead();
        return stage.find(token);
    }

    /**
     * Signals whoever holds a ticket for the token: ends the wait, or if there is none yet lets the next entry return at
     * once. What the head did before happens-before the return of that wait.
     *
     * @param token the token; the head's own does no harm
     * @return whether anybody holds a ticket for it
     */
    public boolean signal(T token) {
        BareTicket<T> holder = find(token);
        return holder != null && stage.signal(holder);
    }

    /**
     * Signals the holder of a ticket, as {@link #signal(Object)} does.
     *
     * @param holder a ticket of this stage
     * @return whether it is still open
     */
    public boolean signal(BareTicket<T> holder) {
        requireHead();
        stage.requireOwn(holder);
        return stage.signal(holder);
    }

    /**
     * Files something in the buffer for whoever holds a ticket for the token, and signals them.
     *
     * @param token the token
     * @param use files it; runs with the buffer to itself, and not at all when nobody holds the token. Whoever keeps
     *     things in the buffer by token cleans up after closing the ticket, and does not take a token again before that
     * @return whether anybody holds a ticket for it
     */
    public boolean route(T token, Consumer<? super B> use) {
        BareTicket<T> holder = find(token);
        if (holder == null || !stage.file(holder, use)) {
            return false;
        }
        return stage.signal(holder);
    }

    /**
     * Marks the resource as failed and ends every wait and every open ticket with that cause. The head should leave at
     * once: {@code throw director.fail(cause)}.
     *
     * @param cause why
     * @return the exception for the head itself to throw
     */
    public SourceFailedException fail(Throwable cause) {
        requireHead();
        stage.fail(generation, cause);
        return new SourceFailedException(stage.name(), cause);
    }

    /** Says that the resource was seen to work; reopens the stage if it had failed. Costs next to nothing otherwise. */
    public void recovered() {
        requireHead();
        stage.recovered(generation);
    }

    /**
     * Says whether somebody waits at this moment, the head and a queued keeper not counted.
     *
     * @return true if so
     */
    public boolean isAnybodyWaiting() {
        requireHead();
        return stage.isAnybodyWaiting();
    }

    /**
     * Says whether the stage has been closed, so that the head should leave.
     *
     * @return true once {@link BareStage#close()} has been called
     */
    public boolean isClosed() {
        requireHead();
        return stage.isClosed();
    }

    /**
     * Says whether the head's own ticket has been closed, by another thread perhaps, so that the head should leave. Its entry then ends
     * with a {@link java.util.concurrent.CancellationException}, unless its routine returns a value.
     *
     * @return true once {@link BareTicket#close()} has been called; always false for the keeper
     */
    public boolean isCancelled() {
        requireHead();
        return ticket != null && !ticket.open;
    }

    /**
     * Makes the exception that tells the head that the stage has been closed.
     *
     * @return the exception for the head itself to throw
     */
    public StageClosedException closed() {
        requireHead();
        return stage.closedException();
    }

    /**
     * Blocks for a moment, so that a head whose resource can't be read just now does not spin; may be shorter.
     *
     * @param atMost how long
     */
    public void pause(Duration atMost) {
        requireHead();
        stage.pause(atMost);
    }

    boolean saidOutOfTime() {
        return outOfTime;
    }

    void end() {
        over = true;
    }

    private void requireHead() {
        if (over || Thread.currentThread() != thread) {
            throw new IllegalStateException("director of stage '" + stage.name() + "' used by thread '"
                    + Thread.currentThread().getName()
                    + "', which is not its head now; use it only inside the head routine it was given to");
        }
    }
}
