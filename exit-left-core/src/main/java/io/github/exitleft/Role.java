package io.github.exitleft;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The role of the head: which thread has it, which wait, and how each wait ends.
 */
final class Role {

    /*
     * Overview
     *
     * One lock guards the role, the queue and every waiter's state. It is held for a few instructions only, never while
     * anything foreign runs or blocks. A waiter parks until its state is no longer WAITING; what changes that state, under
     * the lock, has decided how the wait ends, and unlinks the waiter in the same step. So one that has left can't be chosen,
     * and one that was chosen finds the role in its state and heads, or passes it on if it was interrupted or its ticket
     * closed. The keeper is one more that heads: it takes the role when it finds it free, or queues for it, before all
     * others, and what others would call its timeout is its recall. Nothing that comes or leaves wakes it, but for the
     * hand-over if it is queued.
     *
     *            enter, nobody heads
     *   IDLE ──────────────────────────────────────────► HEADING ── leave(): next in the queue becomes HEADING,
     *    │                                                  ▲         else the role is free
     *    │ enter,                                           │
     *    │ another heads                leave() of the head,│ close() once the head has left
     *    ├──────────────► WAITING ──────────────────────────┘
     *    │                   │
     *    │                   ├── signal() ─────────────────► SIGNALLED ──┐
     *    │                   ├── await(), fire() ──────────► EXPIRED     │   depart(), by the thread itself
     *    │                   ├── await() ──────────────────► INTERRUPTED ├──────────────────────────────► IDLE
     *    │                   ├── release() ────────────────► CANCELLED   │   (from HEADING too)
     *    │                   ├── fail(), an Error in await() ► FAILED    │
     *    │                   └── close() ──────────────────► CLOSED    ──┘
     *    │                                                      ▲
     *    └── enter, which finds one of these without waiting ───┘
     *
     * Deadlines: a platform thread parks until its own. A virtual thread, to which a park with a limit costs far more, parks
     * without one, and the stage has one timer for all of them, which fires at the earliest of their deadlines or before.
     * It is moved only when a newcomer has an earlier deadline, and when it fires. Where it can't be set the thread parks with
     * a limit.
     *
     * Errors (S19): what may find no memory or stack comes before the first change of a step. A step that must be taken
     * (leaving, above all) insists on the lock, and nothing in it can fail. What is to be woken is woken after the step; an
     * Error in waking, or in a hook, holds up nothing else. A step that breaks off nevertheless closes the stage with that
     * cause.
     *
     * Invariants, whenever the lock is free:
     *   - a waiter is in the queue exactly while it is WAITING;
     *   - while any is in the queue, some waiter is HEADING: leave() hands the role over in the step that frees it, and only
     *     arrive() adds to the queue, when there is a head;
     *   - while any is in the queue whose thread parks without a limit, the timer is on, and its time is not after the
     *     earliest of their deadlines.
     *
     * field              written by                        read by                 ordered by
     * head               arrive, leave, close              those, release,         lock
     *                                                        snapshot
     * keeper.recalled    arrive, recall, wasRecalled       those                   lock
     * stats             what ends a wait or heads         snapshot                lock
     * queue, and the     arrive, and what ends a wait      those, snapshot         lock
     *   waiters' links
     * deadlines          arrive, what ends a wait, fire    those, the timer thread  lock; volatile for the clock
     * Waiter.state       see the diagram                   its own thread          lock; volatile for its own look
     * Waiter.thread,     arrive and depart, its own        what ends the wait,     lock; depart() comes after the state
     *   since, deadline    thread                            snapshot                was changed for all who read them
     * Waiter.parkNanos    arrive                            its own thread          program order
     * ticket.open        release                           arrive, signal, file,   lock; volatile for those without
     *                                                        the head
     * ticket.generation,        admit, arrive, signal             arrive, fail            lock
     *   .signalPending
     * generation, failure       fail, recovered                   admit, arrive           lock; volatile for a look without
     * closed, cause      close, breakOff                    all                     lock; volatile for a look without
     * closing,           close; what closes the resource   the same                lock
     *   resourceClosed
     */

    /** A time between two failures; the tickets of a failed one share its cause, so that failing is one step for all. */
    static final class Generation {
        // written once, under the lock, before the generation is replaced
        volatile @Nullable Throwable failure;
    }

    /** Stands in the queue for the role in order to close the resource. */
    static final class Closer extends Waiter {}

    private static final long RETRY_NANOS = 1_000_000_000;

    /** As a time to wait: 146 years, so that differences of deadlines don't overflow. */
    static final long MOST_NANOS = Long.MAX_VALUE >> 1;

    private static final @Nullable Thread[] NOBODY = {};

    private final String stage;
    private final Object blocker;
    private final Parker parker;
    private final Runnable wakeHead;
    private final Runnable closeResource;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deadlines deadlines;
    private final WaiterQueue queue;
    private final RoleStats stats = new RoleStats();
    private final Closer closer = new Closer();
    private @Nullable Waiter head;
    private long retryAt;
    private boolean closing;
    private boolean resourceClosed;
    private volatile Generation generation = new Generation();
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /** Why the stage has closed by itself; null if it has not. */
    private volatile @Nullable Throwable cause;

    private boolean justBroken;

    /**
     * Creates the role of a stage.
     *
     * @param blocker what a thread dump shows the waiting threads to wait for
     * @param wakeHead makes the head look up from its reading; called without the lock, throws nothing
     * @param closeResource closes the resource; called once, without the lock, by the thread that has the role at the end, or
     *     under a head that does not come back; throws nothing
     */
    Role(String stage, Object blocker, Parker parker, Promotion promotion, Runnable wakeHead, Runnable closeResource) {
        this.stage = stage;
        this.blocker = blocker;
        this.parker = parker;
        this.wakeHead = wakeHead;
        this.closeResource = closeResource;
        this.deadlines = new Deadlines(parker, this::expireDue);
        this.queue = new WaiterQueue(promotion, deadlines);
    }

    Generation generation() {
        return generation;
    }

    boolean isClosed() {
        return closed;
    }

    /** What is thrown because the stage is closed. */
    StageClosedException closedException() {
        return new StageClosedException(stage, cause);
    }

    /** Whether {@link #admit} would let any ticket pass; a look without the lock. */
    boolean admitsAll() {
        return !closed && failure == null;
    }

    /** Refuses a new ticket, but for one a second while the resource is failed: that one is to try again (M6). */
    void admit(BareTicket<?> ticket) {
        Throwable failed;
        long now = parker.nanoTime();
        lock();
        try {
            failed = failure;
            if (!closed && (failed == null || now - retryAt >= 0)) {
                retryAt = now + RETRY_NANOS;
                ticket.generation = generation;
                return;
            }
        } finally {
            unlock();
        }
        if (closed || failed == null) {
            throw closedException();
        }
        throw new SourceFailedException(stage, failed);
    }

    /** Decides what an entry finds: an early signal, the end of the stage, the role, or a place in the queue. */
    void arrive(BareTicket<?> ticket, long now, long deadline) {
        boolean virtual = parker.seemsVirtual();
        String entered;
        lock();
        try {
            if (ticket.open && ticket.state == Waiter.State.IDLE) {
                find(ticket, now, deadline, virtual);
                return;
            }
            entered = ticket.open ? ticket.threadName() : null;
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        // without the lock, since a ticket's text runs its token's own code
        if (entered == null) {
            throw new IllegalStateException(ticket + " is closed; take a new one");
        }
        throw new IllegalStateException(ticket + " is entered by thread '" + entered
                + "'; only one thread at a time may, so let each take a ticket of its own");
    }

    /**
     * Gives the keeper the role if that is free; otherwise lets it queue, if it wants to and has not been recalled. A resource
     * that has failed is left alone, unless it is to be tried again. The keeper is then HEADING, WAITING, EXPIRED if it is not to
     * have the role now, or CLOSED.
     */
    void arrive(BareKeeper<?, ?, ?> keeper, boolean queues, boolean triesAgain) {
        boolean virtual = parker.seemsVirtual();
        long now = parker.nanoTime();
        String entered;
        lock();
        try {
            if (keeper.state == Waiter.State.IDLE) {
                find(keeper, queues, triesAgain, now, virtual);
                return;
            }
            entered = keeper.threadName();
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        throw new IllegalStateException(
                "keeper of stage '" + stage + "' is used by thread '" + entered + "'; only one thread at a time may");
    }

    /** Takes the keeper out of the queue, or keeps it from queueing or pausing the next time. */
    void recall(BareKeeper<?, ?, ?> keeper) {
        lock();
        try {
            if (keeper.state == Waiter.State.WAITING) {
                end(dequeue(keeper), Waiter.State.EXPIRED);
            } else {
                keeper.recalled = true;
            }
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
    }

    /** Whether the keeper was recalled since this was asked last. */
    boolean wasRecalled(BareKeeper<?, ?, ?> keeper) {
        lock();
        try {
            boolean was = keeper.recalled;
            keeper.recalled = false;
            return was;
        } finally {
            unlock();
        }
    }

    boolean isAnybodyQueued() {
        lock();
        try {
            return queue.size() > 0;
        } finally {
            unlock();
        }
    }

    /**
     * Parks until the waiter waits no longer; looks at the state first and at the clock second (S2). An Error ends the wait, unless
     * something else has ended it by then, which goes first.
     */
    Waiter.State await(Waiter waiter) {
        boolean interrupted = false;
        boolean woken = false;
        long parkNanos = waiter.parkNanos;
        try {
            while (waiter.state == Waiter.State.WAITING) {
                if (Thread.interrupted()) {
                    interrupted = waiter == closer || !quit(waiter, Waiter.State.INTERRUPTED);
                } else if (woken) {
                    parkNanos = expire(waiter);
                    woken = false;
                } else {
                    parker.park(blocker, parkNanos);
                    woken = true;
                }
            }
        } catch (Throwable e) {
            if (quit(waiter, Waiter.State.FAILED)) {
                throw e;
            }
        } finally {
            if (interrupted) {
                // something else came first, so the interrupt is for the caller to see
                Thread.currentThread().interrupt();
            }
        }
        return waiter.state;
    }

    /** Takes the waiter itself out of WAITING, unless something else did so first. */
    private boolean quit(Waiter waiter, Waiter.State state) {
        insistOnLock();
        try {
            if (waiter.state != Waiter.State.WAITING) {
                return false;
            }
            end(dequeue(waiter), state);
            return true;
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
    }

    /** Ends the wait of a waiter that has woken if its time is up; otherwise returns how long it may park. */
    private long expire(Waiter waiter) {
        long rest = waiter.deadline - parker.nanoTime();
        if (rest <= 0) {
            quit(waiter, Waiter.State.EXPIRED);
        } else if (waiter.parkNanos == Parker.FOR_EVER) {
            return Parker.FOR_EVER;
        }
        return rest;
    }

    /** Ends the waits that the timer is there for and whose time is up, and moves it to the next; by its clock's thread. */
    private void expireDue() {
        long now = parker.nanoTime();
        boolean more = true;
        while (more) {
            Thread expired = null;
            insistOnLock();
            try {
                Waiter due = deadlines.due(now);
                more = due != null;
                if (due != null) {
                    expired = due.thread;
                    end(dequeue(due), Waiter.State.EXPIRED);
                }
            } catch (Throwable e) {
                breakOff(e);
                throw e;
            } finally {
                unlock();
            }
            parker.wake(expired);
        }
    }

    /**
     * Passes the role on, as a state and in the step that frees it (S3); the last one out of a closed stage closes the
     * resource.
     *
     * @param outcome how the leaver's own wait ends; null if it did not wait
     */
    void leave(@Nullable Outcome outcome) {
        long now = parker.nanoTimeOr(stats.headSince());
        boolean closes = false;
        Thread promoted = null;
        insistOnLock();
        try {
            if (outcome != null) {
                stats.ended(outcome);
            }
            Waiter next = queue.next();
            if (next != null) {
                promoted = next.thread;
                giveRoleTo(dequeue(next), now);
                stats.promoted(next);
            } else {
                closes = isLast(now);
            }
        } catch (Throwable e) {
            breakOff(e);
            closes = isLast(now);
            throw e;
        } finally {
            unlock();
            parker.wake(promoted);
            if (closes) {
                try {
                    closeResource.run();
                } finally {
                    leave(null);
                }
            }
        }
    }

    /** Makes the waiter's own thread leave, and pass the role on if it has it, in whatever way its wait ended. */
    void depart(Waiter waiter, @Nullable Outcome outcome) {
        try {
            if (waiter.state == Waiter.State.HEADING) {
                leave(outcome);
            }
        } finally {
            waiter.depart();
        }
    }

    /** Ends a wait, or lets the next one end at once (S5); false if the ticket is closed. */
    boolean signal(BareTicket<?> ticket) {
        Thread signalled = null;
        insistOnLock(); // what it is signalled for has been filed
        try {
            if (!ticket.open) {
                return false;
            }
            if (ticket.state == Waiter.State.WAITING) {
                signalled = ticket.thread;
                end(dequeue(ticket), Waiter.State.SIGNALLED);
            } else {
                ticket.signalPending = true;
            }
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        parker.wake(signalled);
        return true;
    }

    /** Closes a ticket, and ends the wait of the thread that waits with it (S20); true if it heads, and has to be woken. */
    boolean release(BareTicket<?> ticket) {
        Thread waiting = null;
        boolean heads = false;
        insistOnLock();
        try {
            if (!ticket.open) {
                return false;
            }
            ticket.open = false;
            if (ticket.state == Waiter.State.WAITING) {
                waiting = ticket.thread;
                end(dequeue(ticket), Waiter.State.CANCELLED);
            } else {
                heads = head == ticket && !ticket.isMine();
            }
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        parker.wake(waiting);
        return heads;
    }

    /** Ends every wait and every open ticket with the cause (M6); false if that has been done, or the stage is closed. */
    boolean fail(Generation reported, Throwable why) {
        long now = parker.nanoTime();
        var next = new Generation();
        @Nullable Thread[] ended = roomForAll();
        lock();
        try {
            if (closed || reported != generation) {
                return false;
            }
            if (failure == null) {
                stats.failed(now);
            }
            generation.failure = why;
            failure = why; // before the new generation, or a ticket taken in that would not be refused
            generation = next;
            retryAt = now + RETRY_NANOS;
            endAll(Waiter.State.FAILED, ended);
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        wakeAll(ended);
        return true;
    }

    /** Reopens after a failure; false if there is none, or one that is later than what was seen to work. */
    boolean recovered(Generation reported) {
        if (failure == null) {
            return false;
        }
        lock();
        try {
            if (failure == null || reported != generation) {
                return false;
            }
            failure = null;
            return true;
        } finally {
            unlock();
        }
    }

    /**
     * Ends every wait and gets the resource closed (S16).
     *
     * @param mayWait whether this thread may wait for the head to leave
     * @param nanos for how long
     * @return the name of the head that did not come back in time, or null
     */
    @Nullable
    String close(boolean mayWait, long nanos) {
        StackProbe.forAStep();
        long now = parker.nanoTimeOr(stats.headSince());
        boolean virtual = parker.seemsVirtual();
        @Nullable Thread[] ended = roomForAll();
        boolean headed;
        insistOnLock();
        try {
            if (closing) {
                return null;
            }
            closing = true;
            closed = true;
            endAll(Waiter.State.CLOSED, ended);
            closer.arrive(now, now + nanos);
            headed = head != null;
            if (!headed) {
                giveRoleTo(closer, now);
            } else if (mayWait) {
                enqueue(closer, virtual);
            }
        } catch (Throwable e) {
            breakOff(e);
            throw e;
        } finally {
            unlock();
        }
        wakeAll(ended);
        if (headed) {
            wakeHead.run();
        }
        try {
            if (closer.parkNanos != Parker.FOR_EVER) { // the hook took its time
                closer.parkNanos = closer.deadline - parker.nanoTimeOr(stats.headSince());
            }
            return await(closer) == Waiter.State.EXPIRED ? nameOfHead() : null;
        } finally {
            depart(closer, null);
        }
    }

    /** Closes the resource under a head that did not come back, unless that has happened meanwhile. */
    void closeUnderHead() {
        insistOnLock();
        try {
            if (resourceClosed) {
                return;
            }
            resourceClosed = true;
        } finally {
            unlock();
        }
        closeResource.run();
    }

    private String nameOfHead() {
        lock();
        try {
            return head == null ? "none" : head.threadName();
        } finally {
            unlock();
        }
    }

    // the lock, and waking without it

    /** Takes the lock for a step that may be refused: an Error finds nothing decided yet. */
    private void lock() {
        StackProbe.forAStep();
        lock.lock();
    }

    /** Takes the lock for a step that must be taken, also where there is no memory to queue for it. */
    private void insistOnLock() {
        try {
            lock.lock();
        } catch (Throwable e) {
            while (!lock.tryLock()) {
                Thread.yield();
            }
        }
    }

    private void unlock() {
        boolean tells = justBroken;
        justBroken = false;
        try {
            lock.unlock();
        } catch (Throwable e) { // in waking the next that wants it, so it is free by then
            if (lock.isHeldByCurrentThread()) {
                lock.unlock();
            }
        }
        if (tells) {
            wakeHead.run();
        }
    }

    private void wakeAll(@Nullable Thread[] threads) {
        for (Thread thread : threads) {
            parker.wake(thread);
        }
    }

    /** Room for the threads of all that wait now; what finds none is woken with the lock held. */
    private @Nullable Thread[] roomForAll() {
        try {
            return new @Nullable Thread[queue.size() + 8];
        } catch (Throwable e) {
            return NOBODY;
        }
    }

    // what follows is called with the lock held, and fails before its first change or not at all

    private void find(BareTicket<?> ticket, long now, long deadline, boolean virtual) {
        Waiter.State state = Waiter.State.WAITING;
        if (ticket.signalPending) {
            ticket.signalPending = false;
            state = Waiter.State.SIGNALLED;
        } else if (ticket.generation.failure != null) {
            state = Waiter.State.FAILED;
        } else if (closed) {
            state = Waiter.State.CLOSED;
        } else if (Thread.interrupted()) {
            state = Waiter.State.INTERRUPTED;
        } else if (head == null) {
            state = Waiter.State.HEADING;
        } else if (deadline - now <= 0) {
            state = Waiter.State.EXPIRED;
        }
        ticket.arrive(now, deadline);
        if (state == Waiter.State.WAITING) {
            enqueue(ticket, virtual);
        } else if (state == Waiter.State.HEADING) {
            giveRoleTo(ticket, now);
        } else {
            end(ticket, state);
        }
    }

    private void find(BareKeeper<?, ?, ?> keeper, boolean queues, boolean triesAgain, long now, boolean virtual) {
        keeper.arrive(now, now + MOST_NANOS);
        keeper.generation = generation;
        if (closed) {
            keeper.state = Waiter.State.CLOSED;
        } else if (failure != null && !triesAgain) {
            keeper.state = Waiter.State.EXPIRED;
        } else if (head == null) { // though it is recalled, or recalls that come quickly would keep it from reading
            giveRoleTo(keeper, now);
        } else if (queues && keeper.recalled) { // one that does not queue takes the recall along to its next pause
            keeper.recalled = false;
            keeper.state = Waiter.State.EXPIRED;
        } else if (queues) {
            enqueue(keeper, virtual);
        } else {
            keeper.state = Waiter.State.EXPIRED;
        }
    }

    private void enqueue(Waiter waiter, boolean virtual) {
        long rest = waiter.deadline - waiter.since;
        boolean parksForEver = rest >= MOST_NANOS || virtual && deadlines.watch(waiter);
        waiter.parkNanos = parksForEver ? Parker.FOR_EVER : rest;
        queue.add(waiter);
        waiter.state = Waiter.State.WAITING;
    }

    private <W extends Waiter> W dequeue(W waiter) {
        queue.remove(waiter);
        return waiter;
    }

    private void giveRoleTo(Waiter waiter, long now) {
        waiter.state = Waiter.State.HEADING;
        head = waiter;
        stats.headed(waiter, now);
    }

    /** Frees the role when none is queued for it; true if the resource has to be closed before. */
    private boolean isLast(long now) {
        if (closed && !resourceClosed) {
            resourceClosed = true;
            deadlines.fireSoon(now);
            return true;
        }
        head = null;
        return false;
    }

    private void end(Waiter waiter, Waiter.State state) {
        waiter.state = state;
        if (waiter instanceof BareTicket) {
            stats.ended(state.outcome());
        }
    }

    /** Ends every wait; the threads are to be woken without the lock, as far as there is room to note them. */
    private void endAll(Waiter.State state, @Nullable Thread[] ended) {
        int count = 0;
        for (Waiter waiter = queue.oldest(); waiter != null; waiter = queue.oldest()) {
            Thread thread = waiter.thread;
            end(dequeue(waiter), state);
            if (count < ended.length) {
                ended[count++] = thread;
            } else {
                parker.wake(thread);
            }
        }
    }

    /** Closes the stage because a step broke off, whatever the queue looks like by now. */
    private void breakOff(Throwable why) {
        if (cause == null) {
            cause = why;
            closed = true;
            justBroken = true;
            int count = queue.size() + 1;
            Waiter waiter = queue.oldest();
            for (int i = 0; waiter != null && i < count; i++) {
                Waiter newer = waiter.newer;
                end(waiter, Waiter.State.CLOSED);
                parker.wake(waiter.thread);
                waiter = newer;
            }
            queue.clear();
        }
    }

    BareSnapshot snapshot(int oldest, IntSupplier tickets, long callbackFailures) {
        lock();
        try {
            long now = parker.nanoTimeOr(stats.headSince());
            BareSnapshot.State state = closed
                    ? BareSnapshot.State.CLOSED
                    : failure != null ? BareSnapshot.State.FAILED : BareSnapshot.State.OPEN;
            // tickets are counted with the lock held, so that those that wait are among them
            return stats.snapshot(
                    state, failure, retryAt, head, queue, tickets.getAsInt(), oldest, now, callbackFailures);
        } finally {
            unlock();
        }
    }
}
