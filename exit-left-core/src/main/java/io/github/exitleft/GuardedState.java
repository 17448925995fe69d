package io.github.exitleft;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the stage's lock guards, and the steps that change it. Every method is called with the lock held, and fails before its first
 * change or not at all.
 */
final class GuardedState {

    /*
     * Invariants, whenever the lock is free:
     *   - a waiter is in the queue exactly while it is WAITING;
     *   - while any is in the queue, some waiter is HEADING: Role.leave() hands the role over in the step that frees it, and only
     *     arrive() and close() add to the queue, when there is a head;
     *   - while any is in the queue whose thread parks without a limit, the timer is on, and its time is not after the
     *     earliest of their deadlines.
     *
     * field                 written by                         read by                      ordered by
     * head                  arrive, leave, close               those, release, snapshot     lock
     * promoted              arrive, leave, close               the head                     written before its state
     * queue, and the        arrive, close, and what ends       those, snapshot              lock
     *   waiters' links        a wait
     * deadlines             arrive, what ends a wait,          those, the timer thread      lock; volatile for the timer
     *                         expireDue
     * stats                 what ends a wait or heads, fail    snapshot                     lock
     * generation, failure   fail, recovered                    admit, arrive                lock; volatile for a look without
     * retryAt               admit, fail                        admit, snapshot              lock
     * closed, cause         close, breakOff                    all                          lock; volatile for a look without
     * resourceClosed        what closes the resource           the same                     lock
     *
     * Waiter.state          see the diagram in Role            its own thread               lock; volatile for its own look
     * Waiter.thread,        arrive and depart, its own         what ends the wait,          lock; depart() comes after the state
     *   since, deadline       thread                             snapshot                     was changed for all that read them
     * Waiter.parksForEver   arrive, close                      its own thread               program order
     * ticket.open           release, releaseByItsThread        arrive, signal, the head     lock; volatile for a look without,
     *                                                                                         and for the latter
     * ticket.generation     admit, Role.fail                   arrive, fail                 lock
     * ticket.signalPending  arrive, signal                     arrive                       lock
     * ticket.hash, next     TicketTable                        the same                     the lock of its part; validated where
     *                                                                                         the head looks without
     * keeper.recalled       arriveAsKeeper, recallKeeper,      those                        lock
     *                         wasKeeperRecalled
     * Closing.closing       close                              the same                     lock
     */

    private static final @Nullable Thread[] NO_THREADS = {};

    final StageLock lock;
    final Deadlines deadlines;
    final WaiterQueue queue;
    final RoleStats stats = new RoleStats();

    @Nullable
    Waiter head;

    /** Whether the head has been in the queue; it may look without the lock. */
    boolean promoted;

    volatile Generation generation = new Generation();

    /** Why the resource has failed, and was not seen to work since; null if it has not. */
    volatile @Nullable Throwable failure;

    /** When the next ticket is admitted to a failed resource. */
    long retryAt;

    volatile boolean closed;
    boolean resourceClosed;

    private final String stage;
    private final Parker parker;

    /** Why the stage has closed by itself; null if it has not. */
    private volatile @Nullable Throwable cause;

    /**
     * Creates the state of a stage on which nothing has happened yet.
     *
     * @param expireDue ends the waits that are {@linkplain Deadlines#due due}; called without the lock, by the timer thread
     */
    GuardedState(String stage, Parker parker, Promotion promotion, StageLock lock, Runnable expireDue) {
        this.stage = stage;
        this.parker = parker;
        this.lock = lock;
        this.deadlines = new Deadlines(parker, expireDue);
        this.queue = new WaiterQueue(promotion, deadlines);
    }

    /** Makes what is thrown because the stage is closed; needs no lock. */
    StageClosedException closedException() {
        return new StageClosedException(stage, cause);
    }

    /** Decides what a ticket's entry finds: an early signal, the end of the stage, the role, or a place in the queue. */
    void decideEntry(TicketWaiter ticket, long now, long deadline, boolean virtual) {
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

    /** Decides what the keeper finds: the role, a place in the queue, a recall, the end of the stage, or nothing to do. */
    void decideEntry(KeeperWaiter keeper, boolean queues, boolean triesAgain, long now, boolean virtual) {
        keeper.arrive(now, now + Parker.MOST_NANOS);
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

    void enqueue(Waiter waiter, boolean virtual) {
        long rest = waiter.deadline - waiter.since;
        waiter.parksForEver = rest >= Parker.MOST_NANOS || virtual && deadlines.watch(waiter);
        queue.add(waiter);
        waiter.state = Waiter.State.WAITING;
    }

    <W extends Waiter> W dequeue(W waiter) {
        queue.remove(waiter);
        return waiter;
    }

    void giveRoleTo(Waiter waiter, long now) {
        promoted = waiter.state == Waiter.State.WAITING;
        waiter.state = Waiter.State.HEADING;
        head = waiter;
        stats.headed(waiter, now);
    }

    /** Frees the role when none is queued for it; true if the resource has to be closed before. */
    boolean isLast(long now) {
        if (closed && !resourceClosed) {
            resourceClosed = true;
            deadlines.fireSoon(now);
            return true;
        }
        head = null;
        return false;
    }

    void end(Waiter waiter, Waiter.State state) {
        waiter.state = state;
        if (waiter instanceof TicketWaiter) {
            stats.ended(state.outcome());
        }
    }

    /** Ends every wait; the threads are to be woken without the lock, as far as there is room to note them. */
    void endAll(Waiter.State state, @Nullable Thread[] ended) {
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

    /** Makes room for the threads of all that wait now; needs no lock, and a thread that finds no room is woken with the lock held. */
    @Nullable
    Thread[] roomForAll() {
        try {
            return new @Nullable Thread[queue.size() + 8];
        } catch (Throwable e) {
            return NO_THREADS;
        }
    }

    /** Wakes the threads that {@link #endAll} has noted; without the lock. */
    void wakeAll(@Nullable Thread[] threads) {
        for (Thread thread : threads) {
            parker.wake(thread);
        }
    }

    /** Closes the stage because a step broke off, whatever the queue looks like by now. */
    void breakOff(Throwable why) {
        if (cause == null) {
            cause = why;
            closed = true;
            lock.wakeHeadAfterwards();
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
        long now = parker.nanoTimeOr(stats.headSince());
        BareSnapshot.State state = closed
                ? BareSnapshot.State.CLOSED
                : failure != null ? BareSnapshot.State.FAILED : BareSnapshot.State.OPEN;
        // tickets are counted with the lock held, so that those that wait are among them
        return stats.snapshot(state, failure, retryAt, head, queue, tickets.getAsInt(), oldest, now, callbackFailures);
    }
}
