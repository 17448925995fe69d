package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A synchroniser through which many threads share one resource that only one of them may read at a time.
 *
 * <p><b>Tickets.</b> A thread takes a {@linkplain #ticket ticket} for the token that it waits for, <em>before</em> it does
 * what makes the event come, and then {@linkplain #enter enters}.
 *
 * <p><b>The head.</b> If nobody heads, the thread becomes the head and runs its routine, which reads the resource, keeps
 * its own event, {@linkplain Director#route files and signals} those of others. Otherwise it waits until it is signalled,
 * promoted to head, or out of time. While somebody waits, somebody heads: whoever leaves hands the role over.
 *
 * <p><b>Relatives.</b> For a source of messages use {@code io.github.exitleft.Stage}, which brings mailboxes and a head
 * routine of its own. If a thread can be spared to read for everybody, a map of {@code CompletableFuture}s does the job.
 *
 * <p><b>Memory consistency effects.</b> What a head does before it signals, or before it leaves, <i>happens-before</i> the
 * return of the signalled wait, and what the next head does. What a thread does before {@link #enter}
 * <i>happens-before</i> the routine of any later head.
 *
 * <pre>{@code
 * try (var ticket = stage.ticket(id)) {
 *   stage.backdoor().send(id, "ping");
 *   Exit<String> exit = stage.enter(ticket, ofSeconds(3), head -> {
 *     for (Reply r; (r = head.resource().read(head.remaining())) != null; ) {
 *       if (r.id() == id) return r.text();
 *       Reply other = r;
 *       head.route(other.id(), box -> box.put(other.id(), other.text()));
 *     }
 *     return head.outOfTime();
 *   });
 * }
 * }</pre>
 *
 * @param <T> tokens; immutable, with {@code equals} and {@code hashCode}
 * @param <R> the resource
 * @param <B> the buffer in which a head leaves what is not its own
 */
public final class BareStage<T, R, B extends @Nullable Object> implements AutoCloseable {

    // the protocol is in Role, the map of tickets in Registrations; here they and the buffer are put together

    private static final System.Logger LOGGER = System.getLogger(BareStage.class.getName());
    private static final Exit<?> SIGNALLED = new Exit.Signalled<>();
    private static final Exit<?> TIMED_OUT = new Exit.TimedOut<>();

    final R resource;
    private final SharedBuffer<B> buffer;
    private final String name;
    private final Parker parker;
    private final ResourceHooks hooks;
    private final boolean closeUnderHead;
    private final long closeNanos;
    private final Registrations<T> registrations;
    private final Callbacks callbacks = new Callbacks(LOGGER, this);
    private final Role role;
    private final BareKeeper<T, R, B> keeper;

    BareStage(BareStageBuilder<T, R, B> settings) {
        this.name = settings.name;
        this.resource = settings.resource;
        this.buffer = new SharedBuffer<>(this, settings.buffer);
        this.parker = settings.parker;
        this.registrations = new Registrations<>(name, settings.maxTickets);
        this.hooks = hooks(settings, callbacks);
        this.closeUnderHead = settings.closeUnderHead;
        this.closeNanos = nanos(settings.closeTimeout);
        this.role = new Role(name, this, parker, settings.promotion, hooks::wakeHead, hooks::close);
        this.keeper = new BareKeeper<>(this, role, parker);
    }

    private static <R> ResourceHooks hooks(BareStageBuilder<?, R, ?> settings, Callbacks callbacks) {
        R resource = settings.resource;
        Consumer<? super R> wakeup = settings.wakeup;
        BareStageBuilder.Closer<? super R> closer = settings.closer;
        return new ResourceHooks(
                () -> wakeup.accept(resource),
                () -> {
                    closer.close(resource);
                    return null;
                },
                callbacks);
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
     * The stage's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The resource for what any thread may do with it, which is never reading.
     *
     * @return the resource
     */
    public R backdoor() {
        return resource;
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
        if (Objects.requireNonNull(token, "'token' must not be null").getClass().isArray()) {
            throw new IllegalArgumentException("token of stage '" + name + "' is an array, "
                    + token.getClass().getTypeName()
                    + ", which equals nothing but itself; use a String, a ByteBuffer or a record");
        }
        StackProbe.forAnEntry();
        var ticket = new BareTicket<T>(this, token, attachment, role.generation());
        // refused before it is registered: once a head can see it, a message may be filed for it
        if (!role.admitsAll()) {
            role.admit(ticket);
        }
        registrations.add(ticket);
        return ticket;
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
     * Does what {@link #enter} does, with a deadline that stays the same however often one enters.
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
    public <V extends @Nullable Object, X extends Exception> Exit<V> enterUntil(
            BareTicket<T> ticket, long deadline, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        requireOwn(ticket);
        requireOutside();
        StackProbe.forAnEntry();
        long start = parker.nanoTime();
        // a difference beyond what a deadline may be would be taken for the past, and by others too
        long until = start + Math.min(deadline - start, Role.MOST_NANOS);
        Outcome outcome = Outcome.FAILED;
        try { // around the arrival too, so that nothing can come between getting the role and passing it on
            role.arrive(ticket, start, until);
            Waiter.State state = role.await(ticket);
            if (state == Waiter.State.HEADING) {
                Exit<V> exit = head(ticket, routine);
                outcome = exit instanceof Exit.Finished<?> ? Outcome.FINISHED : Outcome.TIMED_OUT;
                return exit;
            }
            outcome = state.outcome();
            return conclude(ticket, state);
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
                role.depart(ticket, outcome);
                callbacks.exited(outcome, start, parker);
            }
        }
    }

    @SuppressWarnings("unchecked") // a timeout has no value
    private <V extends @Nullable Object, X extends Exception> Exit<V> head(
            BareTicket<T> ticket, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        if (!ticket.open) { // chosen and closed: the role goes on, the thread goes
            throw cancelled(ticket);
        }
        if (Thread.interrupted()) { // and likewise
            throw interrupted(ticket);
        }
        var director = new Director<>(this, ticket, ticket.generation);
        V value = run(director, routine);
        if (!director.saidOutOfTime()) {
            return new Exit.Finished<>(value);
        }
        if (role.isClosed()) {
            throw role.closedException();
        }
        if (!ticket.open) {
            throw cancelled(ticket);
        }
        return (Exit<V>) TIMED_OUT;
    }

    /** Runs a head's routine on the thread that has the role. */
    <V extends @Nullable Object, X extends Exception> V run(
            Director<T, R, B> director, HeadRoutine<T, R, B, V, X> routine) throws X, InterruptedException {
        boolean marked = ReentrancyGuard.ANYTHING.enter(this);
        try {
            callbacks.headChanged();
            return routine.head(director);
        } finally {
            director.end();
            if (marked) {
                ReentrancyGuard.ANYTHING.leave();
            }
        }
    }

    @SuppressWarnings("unchecked") // neither has a value
    private <V extends @Nullable Object> Exit<V> conclude(BareTicket<T> ticket, Waiter.State state)
            throws InterruptedException {
        return switch (state) {
            case SIGNALLED -> (Exit<V>) SIGNALLED;
            case EXPIRED -> (Exit<V>) TIMED_OUT;
            case INTERRUPTED -> throw interrupted(ticket);
            case CANCELLED -> throw cancelled(ticket);
            case FAILED -> throw new SourceFailedException(name, Objects.requireNonNull(ticket.generation.failure));
            default -> throw role.closedException();
        };
    }

    private static CancellationException cancelled(BareTicket<?> ticket) {
        return new CancellationException(ticket + " was closed while its thread waited");
    }

    private static InterruptedException interrupted(BareTicket<?> ticket) {
        return new InterruptedException("interrupted while waiting with " + ticket);
    }

    /**
     * The right to head without a ticket, for one background thread.
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
        return since + nanos(timeout);
    }

    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            return 0;
        }
        long most = Role.MOST_NANOS;
        return timeout.getSeconds() >= most / 1_000_000_000 ? most : timeout.toNanos();
    }

    /**
     * The time by the stage's clock.
     *
     * @return nanoseconds on the scale of {@link System#nanoTime()}
     */
    public long nanoTime() {
        return parker.nanoTime();
    }

    @Nullable
    BareTicket<T> find(T token) {
        return registrations.find(token);
    }

    int ticketCount() {
        return registrations.count();
    }

    boolean file(BareTicket<T> holder, Consumer<? super B> use) {
        return buffer(content -> {
            if (!holder.open) {
                return false;
            }
            use.accept(content);
            return true;
        });
    }

    void pause(Duration atMost) {
        parker.park(this, nanos(atMost));
    }

    /** Refuses a thread that is inside a head, a {@code buffer(use)} or a callback of any stage, where waiting could deadlock. */
    void requireOutside() {
        ReentrancyGuard.requireOutside(this);
    }

    boolean isAnybodyWaiting() {
        return role.isAnybodyQueued();
    }

    boolean signal(BareTicket<T> holder) {
        return role.signal(holder);
    }

    void requireOwn(BareTicket<T> ticket) {
        if (ticket.stage != this) {
            throw new IllegalArgumentException(
                    ticket + " is of no use on stage '" + name + "'; take one from the stage that you enter");
        }
    }

    void release(BareTicket<T> ticket) {
        boolean heads = false;
        try {
            heads = role.release(ticket);
        } finally {
            // also by a later call, so that the token is free when close() returns, whichever call has begun to close
            // it
            registrations.remove(ticket);
        }
        if (heads) {
            hooks.wakeHead();
        }
    }

    void fail(Role.Generation reported, Throwable cause) {
        boolean again = !role.admitsAll(); // one that was tried again, which is no change
        if (role.fail(reported, cause)) {
            try {
                callbacks.tell(listener -> listener.failed(cause));
            } catch (Throwable e) { // no memory, and the head has to tell others yet
                callbacks.failed(e);
            }
            callbacks.log(again ? Level.DEBUG : Level.WARNING, "source of ", " failed", cause);
        }
    }

    void recovered(Role.Generation reported) {
        if (role.recovered(reported)) {
            keeper.recall(); // which may sit out a pause until it would try again
            callbacks.tell(BareListener::reopened);
            callbacks.log(Level.INFO, "source of ", " works again", null);
        }
    }

    StageClosedException closedException() {
        return role.closedException();
    }

    /**
     * Closes the stage: refuses tickets, ends every wait, wakes the head, waits up to 5 s for it to leave, and closes the
     * resource. A head that does not come back is closed under where the resource allows it; else the head closes the
     * resource when it leaves. From inside a head or a callback it does not wait, and the leaving head does the rest. Later
     * calls return at once. An interrupt does not shorten it and is kept.
     */
    @Override
    public void close() {
        boolean waited = false;
        String late = null;
        try {
            late = role.close(ReentrancyGuard.ANYTHING.where() == null, closeNanos);
            waited = true;
        } finally {
            if ((late != null || !waited) && closeUnderHead) {
                role.closeUnderHead();
            }
        }
        if (late != null) {
            callbacks.log(
                    Level.WARNING,
                    "",
                    " was closed, but its head, thread '" + late + "', did not come back within "
                            + Duration.ofNanos(closeNanos)
                            + (closeUnderHead
                                    ? "; its resource was closed under it"
                                    : "; its resource is closed when it does"),
                    null);
        }
    }

    /**
     * Says whether the stage has been closed.
     *
     * @return true from the first call of {@link #close()} on
     */
    public boolean isClosed() {
        return role.isClosed();
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
        return buffer.use(use);
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
        return "stage '" + name + "'";
    }
}
