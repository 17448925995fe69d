package io.github.exitleft;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The head's handle: the resource, the buffer, the right to signal, and the time that is left.
 *
 * <p>A stage has one, which serves one head after the other. It works on the head's thread while that thread heads; at any other time and
 * place every method throws {@link IllegalStateException}.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
public final class Director<T, R, B extends @Nullable Object> {

    private final BareParts<T, R, B> stage;
    private final ReentrancyGuard.Mark mark;

    // of the present head, and for its thread: there is one at a time, and the stage's lock orders them

    /** The ticket that was entered, or the keeper; the keeper too while the stage has no head. */
    private Waiter head;

    private Generation generation;
    private boolean outOfTime;

    /** The head's thread; null while there is none. Other threads may look whether they are it: no other thread can make them so. */
    private @Nullable Thread thread;

    Director(BareParts<T, R, B> stage) {
        this.stage = stage;
        this.mark = new ReentrancyGuard.Mark(stage.stage);
        this.head = stage.role.keeper;
        this.generation = stage.role.keeper.generation;
    }

    /**
     * Returns the token that the head itself waits for.
     *
     * @return the token of the ticket that was entered
     * @throws IllegalStateException if the head is the keeper, which waits for none
     */
    public T token() {
        requireHead();
        Registration<T> ticket = registration();
        if (ticket == null) {
            throw new IllegalStateException("the head of " + stage.stage + " is its keeper, which has no token");
        }
        return ticket.token();
    }

    /**
     * Returns what was given to {@link BareStage#ticket(Object, Object)} with the head's own ticket.
     *
     * @return the attachment, or null if there is none
     */
    public @Nullable Object attachment() {
        requireHead();
        return registration() instanceof BareTicket<T> ticket ? ticket.attachment() : null;
    }

    /**
     * Returns the resource, which only the head may read.
     *
     * @return the resource
     */
    public R resource() {
        requireHead();
        return stage.resource;
    }

    /**
     * Returns the time until the head's own deadline.
     *
     * @return the rest; zero, never negative, when the time is up, or the stage or the head's ticket is closed
     */
    public Duration remaining() {
        long nanos = remainingNanos();
        return nanos == 0 ? Duration.ZERO : Duration.ofNanos(nanos);
    }

    /**
     * Returns the time until the head's own deadline as a number, for a head that asks often.
     *
     * @return the rest in nanoseconds; zero, never negative, when the time is up, or the stage or the head's ticket is closed
     */
    public long remainingNanos() {
        requireHead();
        return isLost() || isClosed() || isCancelled() ? 0 : Math.max(0, head.deadline - stage.parker.nanoTime());
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

    /**
     * Finds the live ticket for a token.
     *
     * @param token the token
     * @return the ticket, or null if there is none
     */
    public @Nullable BareTicket<T> find(T token) {
        requireHead();
        // a stage of messages has no tickets of this kind, and a head of its own
        return stage.registrations.find(token) instanceof BareTicket<T> ticket ? ticket : null;
    }

    /**
     * Signals the live ticket for a token: ends the wait, or if there is none yet lets the next entry return at
     * once. What the head did before happens-before the return of that wait.
     *
     * @param token the token; the head's own does no harm
     * @return whether there is a live ticket for it
     */
    public boolean signal(T token) {
        BareTicket<T> holder = find(token);
        return holder != null && stage.role.signal(holder);
    }

    /**
     * Signals a ticket, as {@link #signal(Object)} does.
     *
     * @param holder a ticket of this stage
     * @return whether it is still open
     */
    public boolean signal(BareTicket<T> holder) {
        return signal((Registration<T>) holder);
    }

    /** Does so for any ticket. */
    boolean signal(Registration<T> holder) {
        requireHead();
        holder.requireFrom(stage.registrations);
        return stage.role.signal(holder);
    }

    /**
     * Files something in the buffer for the live ticket for a token, and signals it.
     *
     * @param token the token
     * @param use files it; runs with the buffer to itself, and not at all without a live ticket. If things are kept in the buffer by
     *     token, clean up after closing the ticket, and do not take the token again before that
     * @return whether there is a live ticket for it
     */
    public boolean route(T token, Consumer<? super B> use) {
        BareTicket<T> holder = find(token);
        if (holder == null || !file(holder, use)) {
            return false;
        }
        return stage.role.signal(holder);
    }

    private boolean file(BareTicket<T> holder, Consumer<? super B> use) {
        return stage.buffer.use(content -> {
            if (!holder.open) {
                return false;
            }
            use.accept(content);
            return true;
        });
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
        stage.generations.fail(generation, cause);
        return new SourceFailedException(stage.name, cause);
    }

    /** Reports that the resource was seen to work; reopens the stage if it had failed, and costs next to nothing otherwise. */
    public void recovered() {
        requireHead();
        stage.generations.recovered(generation);
    }

    /**
     * Says whether any caller waits at this moment, besides the head.
     *
     * @return true if one does
     */
    public boolean isAnybodyWaiting() {
        requireHead();
        return stage.role.isAnybodyQueued();
    }

    /**
     * Says whether the stage has been closed, so that the head should leave.
     *
     * @return true once {@link BareStage#close()} has been called
     */
    public boolean isClosed() {
        requireHead();
        return stage.role.guarded.closed;
    }

    /**
     * Says whether the head's own ticket has been closed, by another thread perhaps, so that the head should leave. Its entry then ends
     * with a {@link java.util.concurrent.CancellationException}, unless its routine returns a value.
     *
     * @return true once {@link BareTicket#close()} has been called; always false for the keeper
     */
    public boolean isCancelled() {
        requireHead();
        return head instanceof TicketWaiter ticket && !ticket.open;
    }

    /** Whether the head's own ticket has failed, and the resource has not. */
    private boolean isLost() {
        return head instanceof TicketWaiter ticket && ticket.generation != generation;
    }

    /**
     * Makes the exception that tells the head that the stage has been closed.
     *
     * @return the exception for the head itself to throw
     */
    public StageClosedException closed() {
        requireHead();
        return stage.role.guarded.closedException();
    }

    /**
     * Blocks for a moment, so that a head whose resource can't be read just now does not spin; may be shorter.
     *
     * @param atMost how long
     */
    public void pause(Duration atMost) {
        requireHead();
        stage.parker.park(stage.stage, Parker.nanos(atMost));
    }

    boolean saidOutOfTime() {
        return outOfTime;
    }

    /** Returns the ticket that was entered; null if the keeper heads. */
    @SuppressWarnings("unchecked") // a ticket of this stage
    @Nullable
    Registration<T> registration() {
        return head instanceof Registration<?> entered ? (Registration<T>) entered : null;
    }

    /** Begins a heading with a ticket, as {@link #begin(Waiter, Generation)} does. */
    void begin(Registration<T> ticket) {
        begin(ticket, ticket.generation);
    }

    /** Begins a heading of the keeper, likewise. */
    void begin(KeeperWaiter keeper) {
        begin(keeper, keeper.generation);
    }

    /** Begins a heading, on the head's thread: marks it as inside a head, and tells the listeners. */
    private void begin(Waiter begins, Generation in) {
        head = begins;
        generation = in;
        outOfTime = false;
        thread = Thread.currentThread();
        ReentrancyGuard.ANYTHING.enter(mark);
        stage.callbacks.headChanged(stage.role.guarded.promoted);
    }

    /** Ends the heading, whether or not it has begun. */
    void end() {
        thread = null;
        head = stage.role.keeper; // a ticket is not to be kept by this
        ReentrancyGuard.ANYTHING.leave(mark);
    }

    private void requireHead() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("director of stage '" + stage.name + "' used by thread '"
                    + Thread.currentThread().getName()
                    + "', which is not its head now; use it only inside the head routine it was given to");
        }
    }
}
