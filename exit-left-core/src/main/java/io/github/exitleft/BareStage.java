package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A synchroniser through which many threads share one resource that only one of them may read at a time.
 *
 * <p><b>Tickets.</b> A thread takes a {@linkplain #ticket ticket} for the token that it waits for, <em>before</em> it does
 * what makes the event come, and then {@linkplain #enter enters}.
 *
 * <p><b>The head.</b> If no thread heads, this one becomes the head and runs its routine, which reads the resource, keeps
 * its own event, {@linkplain Director#route files and signals} those of others. Otherwise it waits until it is signalled,
 * promoted to head, or out of time. While any thread waits, one heads: a head that leaves hands the role over.
 *
 * <p><b>Relatives.</b> For a source of messages use {@code io.github.exitleft.Stage}, which brings mailboxes and a head
 * routine of its own. If a thread can be spared for reading, a map of {@code CompletableFuture}s does the job.
 *
 * <p><b>Memory consistency effects.</b> What a head does before it signals, or before it leaves, <i>happens-before</i> the
 * return of the signalled wait, and what the next head does. What a thread does before {@link #enter}
 * <i>happens-before</i> the routine of any later head.
 *
 * {@snippet file="io/github/exitleft/examples/PingClient.java" region="program"}
 *
 * @param <T> tokens; immutable, with {@code equals} and {@code hashCode}
 * @param <R> the resource
 * @param <B> the buffer in which a head leaves what is not its own
 */
public final class BareStage<T, R, B extends @Nullable Object> implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(BareStage.class.getName());
    private static final Exit<?> SIGNALLED = new Exit.Signalled<>();
    private static final Exit<?> TIMED_OUT = new Exit.TimedOut<>();

    final BareParts<T, R, B> parts;
    private final Parker parker;
    private final Callbacks callbacks;
    private final Role role;
    private final Registrations<Registration<T>> registrations;
    private final Closing closing;
    private final Director<T, R, B> director;
    private final BareKeeper<T, R, B> keeper;

    BareStage(BareStageBuilder<T, R, B> settings) {
        String name = settings.name;
        this.parker = settings.parker;
        this.callbacks = new Callbacks(LOGGER, this, name);
        ResourceHooks hooks = settings.hooks(callbacks);
        this.role = new Role(name, this, parker, settings.promotion, hooks::wakeHead, hooks::close);
        this.registrations = new Registrations<>(name, settings.maxTickets, role, hooks);
        this.closing = new Closing(
                role, parker, hooks, callbacks, settings.closeUnderHead, Parker.nanos(settings.closeTimeout));
        this.parts = new BareParts<>(
                name,
                this,
                settings.resource,
                new SharedBuffer<>(this, settings.buffer),
                parker,
                callbacks,
                role,
                new Generations(name, role, parker, callbacks),
                registrations);
        this.director = new Director<>(parts);
        this.keeper = new BareKeeper<>(parts, director);
    }

    /**
     * Begins a stage.
     *
     * @param <T> tokens
     * @param <R> the resource
     * @param <B> the buffer
     * @param name what messages, logs and metrics call it
     * @param resource what only the head may read
     * @param buffer where heads leave what is not their own; guarded by {@link #buffer(Function)}
     * @return a builder
     */
    public static <T, R, B extends @Nullable Object> BareStageBuilder<T, R, B> builder(
            String name, R resource, B buffer) {
        return new BareStageBuilder<>(name, resource, buffer);
    }

    /**
     * Returns the stage's name.
     *
     * @return the name
     */
    public String name() {
        return parts.name;
    }

    /**
     * Returns the resource for what any thread may do with it, which is never reading.
     *
     * @return the resource
     */
    public R backdoor() {
        return parts.resource;
    }

    /**
     * Takes a ticket without an attachment.
     *
     * @param token what it is for
     * @return the ticket, to be closed
     * @see #ticket(Object, Object)
     */
    public BareTicket<T> ticket(T token) {
        return ticket(token, null);
    }

    /**
     * Takes the exclusive right to wait for a token; do it before sending what the event answers, so that none is lost.
     *
     * @param token what it is for
     * @param attachment what the head is to find with the ticket; null for nothing
     * @return the ticket, to be closed
     * @throws TokenInUseException if there is a live ticket for that token
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself
     * @throws TooManyTicketsException if there are as many tickets as there may be
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the resource failed and it is too early to try again
     */
    public BareTicket<T> ticket(T token, @Nullable Object attachment) {
        var ticket = new BareTicket<>(registrations, attachment);
        register(token, ticket);
        return ticket;
    }

    /** Does what {@link #ticket(Object, Object)} does, for a ticket that is there already. */
    void register(T token, Registration<T> ticket) {
        if (Objects.requireNonNull(token, "'token' must not be null").getClass().isArray()) {
            throw new IllegalArgumentException(
                    "token of " + this + " is an array, " + token.getClass().getTypeName()
                            + ", which equals nothing but itself; use a String, a ByteBuffer or a record");
        }
        StackProbe.forAnEntry();
        ticket.begin(token, role.guarded.generation);
        // refused before it is registered: once a head can see it, a message may be filed for it
        if (!parts.generations.admitsAll()) {
            parts.generations.admit(ticket);
        }
        registrations.add(ticket);
    }

    /** Makes a ticket for a wait with several tickets, of which one is given; no token leads to it. */
    void registerBeside(Registration<T> one, Registration<T> ticket) {
        ticket.begin(one.token(), one.generation);
    }

    /**
     * Heads the stage, or waits until signalled, promoted or out of time.
     *
     * @param <V> what the routine returns
     * @param <X> what the routine throws
     * @param ticket a ticket of this stage, entered by no other thread
     * @param timeout how long; zero or less means to look without waiting, and a huge one is as good as for ever
     * @param routine what to do as the head
     * @return how it ended
     * @throws X thrown by the routine
     * @throws InterruptedException if the thread was interrupted before anything else ended the wait
     * @throws IllegalStateException if the ticket is closed or entered by another thread, or this thread is inside a head
     *     or a callback
     * @throws IllegalArgumentException if the ticket belongs to another stage
     * @throws CancellationException if the ticket is closed while this thread waits or heads
     * @throws StageClosedException if the stage is or gets closed
     * @throws SourceFailedException if the resource fails, or failed since the ticket was taken
     */
    public <V extends @Nullable Object, X extends Exception> Exit<V> enter(
            BareTicket<T> ticket, Duration timeout, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        return enterUntil(ticket, deadline(timeout), routine);
    }

    /**
     * Does what {@link #enter} does, with a deadline that stays the same over several entries.
     *
     * @param <V> what the routine returns
     * @param <X> what the routine throws
     * @param ticket a ticket of this stage, entered by no other thread
     * @param deadline when to stop waiting, from {@link #deadline(Duration)}
     * @param routine what to do as the head
     * @return how it ended
     * @throws X thrown by the routine
     * @throws InterruptedException if the thread was interrupted before anything else ended the wait
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what is neither is a V
    public <V extends @Nullable Object, X extends Exception> Exit<V> enterUntil(
            BareTicket<T> ticket, long deadline, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        Object end = enterWith(ticket, deadline, routine);
        return end == Waiter.State.SIGNALLED
                ? (Exit<V>) SIGNALLED
                : end == Waiter.State.EXPIRED ? (Exit<V>) TIMED_OUT : new Exit.Finished<>((V) end);
    }

    /** Does so for any ticket; returns what the routine has returned, SIGNALLED or EXPIRED, so that nothing need be allocated for it. */
    <V extends @Nullable Object, X extends Exception> @Nullable Object enterWith(
            Registration<T> ticket, long deadline, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        ticket.requireFrom(registrations);
        ReentrancyGuard.requireOutside(this);
        StackProbe.forAnEntry();
        Object recorded = ticket instanceof BareTicket ? callbacks.recorder.beginWait() : null;
        long start = parker.nanoTime();
        // a difference beyond what a deadline may be would be taken for the past, and by others too
        long until = start + Math.min(deadline - start, Parker.MOST_NANOS);
        Outcome outcome = Outcome.FAILED;
        try { // around the arrival too, so that nothing can come between getting the role and passing it on
            role.arrive(ticket, start, until);
            Waiter.State state = role.await(ticket, ticket.since);
            if (state == Waiter.State.HEADING) {
                Object value = head(ticket, routine);
                outcome = value == Waiter.State.EXPIRED ? Outcome.TIMED_OUT : Outcome.FINISHED;
                return value;
            }
            outcome = state.outcome();
            requireNoEnd(ticket, state);
            return state;
        } catch (InterruptedException e) {
            outcome = Outcome.INTERRUPTED;
            throw e;
        } catch (StageClosedException e) {
            outcome = Outcome.CLOSED;
            throw e;
        } catch (CancellationException e) { // which a routine may also get elsewhere
            outcome = ticket.open ? Outcome.FAILED : Outcome.CANCELLED;
            throw e;
        } finally {
            if (ticket.isMine()) { // not if it was refused
                boolean headed = ticket.state == Waiter.State.HEADING;
                role.depart(ticket, outcome);
                callbacks.exited(outcome, start, parker, recorded, headed);
            }
        }
    }

    private <V extends @Nullable Object, X extends Exception> @Nullable Object head(
            Registration<T> ticket, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        if (!ticket.open) { // chosen and closed: the role goes on, the thread goes
            throw cancelled(ticket);
        }
        if (Thread.interrupted()) { // and likewise
            throw interrupted(ticket);
        }
        V value;
        try {
            director.begin(ticket);
            value = routine.head(director);
        } finally {
            director.end();
        }
        if (!director.saidOutOfTime()) {
            return value;
        }
        if (isClosed()) {
            throw role.guarded.closedException();
        }
        if (!ticket.open) {
            throw cancelled(ticket);
        }
        Throwable lost = ticket.generation.failure;
        if (lost != null) {
            throw new SourceFailedException(parts.name, lost);
        }
        return Waiter.State.EXPIRED;
    }

    /** Throws what an entry throws that has neither headed nor been signalled nor run out of time. */
    private void requireNoEnd(Registration<T> ticket, Waiter.State state) throws InterruptedException {
        switch (state) {
            case SIGNALLED, EXPIRED -> {}
            case INTERRUPTED -> throw interrupted(ticket);
            case CANCELLED -> throw cancelled(ticket);
            case FAILED ->
                throw new SourceFailedException(parts.name, Objects.requireNonNull(ticket.generation.failure));
            default -> throw role.guarded.closedException();
        }
    }

    private static CancellationException cancelled(Registration<?> ticket) {
        return new CancellationException(ticket + " was closed while its thread waited");
    }

    private static InterruptedException interrupted(Registration<?> ticket) {
        return new InterruptedException("interrupted while waiting with " + ticket);
    }

    /**
     * Returns the right to head without a ticket, for one background thread.
     *
     * @return the keeper, always the same
     */
    public BareKeeper<T, R, B> keeper() {
        return keeper;
    }

    /**
     * Turns a timeout into a deadline for {@link #enterUntil}.
     *
     * @param timeout how long from now; a huge one saturates, a negative one counts as zero
     * @return the deadline, on the scale of {@link #nanoTime()}
     */
    public long deadline(Duration timeout) {
        return deadline(parker.nanoTime(), timeout);
    }

    /** Returns the deadline of a wait that began at a known time, which saves a look at the clock. */
    long deadline(long since, Duration timeout) {
        return since + Parker.nanos(timeout);
    }

    /**
     * Returns the time by the stage's clock.
     *
     * @return nanoseconds on the scale of {@link System#nanoTime()}
     */
    public long nanoTime() {
        return parker.nanoTime();
    }

    /** Refuses a thread that is inside a head, a {@code buffer(use)} or a callback of any stage, where waiting could deadlock. */
    void requireOutside() {
        ReentrancyGuard.requireOutside(this);
    }

    /**
     * Closes the stage: refuses tickets, ends every wait, wakes the head, waits up to 5 s for it to leave, and closes the
     * resource. A head that does not come back is closed under where the resource allows it; else the head closes the
     * resource when it leaves. From inside a head or a callback it does not wait, and the leaving head does the rest. Later
     * calls return at once. An interrupt does not shorten it and is kept.
     */
    @Override
    public void close() {
        closing.close();
    }

    /**
     * Says whether the stage has been closed.
     *
     * @return true from the first call of {@link #close()} on
     */
    public boolean isClosed() {
        return role.guarded.closed;
    }

    /**
     * Works on the buffer, with no other thread in it.
     *
     * @param <V> what comes back
     * @param use what to do; waiting on a stage inside it is refused
     * @return what {@code use} returned
     * @throws IllegalStateException if this thread is inside the buffer of another stage, where two could deadlock
     */
    public <V extends @Nullable Object> V buffer(Function<? super B, ? extends V> use) {
        return parts.buffer.use(use);
    }

    /** Runs a callback of the message stage as one of this stage's own: waiting inside is refused, and what it throws is counted. */
    void help(Runnable callback) {
        callbacks.run(callback);
    }

    /** Counts a callback that threw, and logs the first of the stage. */
    void callbackFailed(Throwable thrown) {
        callbacks.failed(thrown);
    }

    /**
     * Adds a listener; it hears of what happens from now on.
     *
     * @param listener the listener
     */
    public void addListener(BareListener listener) {
        callbacks.add(Objects.requireNonNull(listener, "'listener' must not be null"));
    }

    /**
     * Removes a listener; one that was never added is ignored.
     *
     * @param listener the listener
     */
    public void removeListener(BareListener listener) {
        callbacks.remove(listener);
    }

    /**
     * Looks at the stage; never waits for the head and changes nothing.
     *
     * @param oldest how many of the longest waiting threads to list; zero for none
     * @return what it looks like now
     */
    public BareSnapshot snapshot(int oldest) {
        return role.snapshot(oldest, registrations::count, callbacks.failures());
    }

    @Override
    public String toString() {
        return "stage '" + parts.name + "'";
    }
}
