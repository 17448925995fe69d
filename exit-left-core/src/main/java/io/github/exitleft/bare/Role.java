package io.github.exitleft.bare;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The role of the head: who has it, who waits, and how each wait ends.
 */
final class Role {

    /*
     * Overview
     *
     * One lock guards the role, the queue and every waiter's state. It is held for a few instructions only, never while
     * anything foreign runs or blocks. A waiter parks until its state is no longer WAITING; whoever changes that state,
     * under the lock, has decided how the wait ends. All of them unlink the waiter in the same step, so one that has left
     * can't be chosen, and one that was chosen finds the role in its state and heads, or passes it on if it was
     * interrupted. The keeper is one more that heads: it takes the role when it finds it free, or queues for it, before
     * all others, and what others would call its timeout is its recall. Nobody who comes or leaves wakes it, but for the
     * hand-over if it is queued.
     *
     *            enter, nobody heads
     *   IDLE ──────────────────────────────────────────► HEADING ── leave(): next in the queue becomes HEADING,
     *    │                                                  ▲         else the role is free
     *    │ enter,                                           │
     *    │ somebody heads              leave() of the head, │ close() once the head has left
     *    ├──────────────► WAITING ──────────────────────────┘
     *    │                   │
     *    │                   ├── signal() ─────────────────► SIGNALLED ──┐
     *    │                   ├── expireDue() of any waiter ► EXPIRED     │   depart(), by the thread itself
     *    │                   ├── quit() ───────────────────► INTERRUPTED ├──────────────────────────────► IDLE
     *    │                   ├── fail() ───────────────────► FAILED      │   (from HEADING too)
     *    │                   └── close(), release() ───────► CLOSED    ──┘
     *    │                                                      ▲
     *    └── enter, which finds one of these without waiting ───┘
     *
     * Invariants, whenever the lock is free:
     *   - a waiter is in the queue exactly while it is WAITING;
     *   - while anybody is in the queue, some waiter is HEADING: leave() hands the role over in the step that frees it,
     *     and only arrive() adds to the queue, when there is a head;
     *   - while anybody is in the queue, some waiter in it is a timekeeper, and parks until the earliest deadline at the
     *     latest: unlock() sees to it, and wakes whom it appoints.
     *
     * field              written by                        read by                 ordered by
     * head               arrive, leave, close              those, snapshot         lock
     * keeper.recalled    arrive, recall, wasRecalled       those                   lock
     * ledger             those who end a wait or head      snapshot                lock
     * queue, and the     arrive, and who ends a wait       those, snapshot         lock
     *   waiters' links
     * Waiter.state       see the diagram                   its own thread          lock; volatile for its own look
     * Waiter.thread,     arrive and depart, its own        who ends the wait,      lock; depart() comes after the state
     *   since, deadline    thread                            snapshot                was changed for all who read them
     * Waiter.patience    arrive                            its own thread          program order
     * ticket.open        release                           arrive, signal, file    lock; volatile for file
     * ticket.era,        admit, arrive, signal             arrive, fail            lock
     *   .signalPending
     * era, failure       fail, recovered                   admit, arrive           lock; volatile for a look without
     * closed             close                             all                     lock; volatile for a look without
     * resourceClosed     who closes the resource           the same                lock
     */

    /** A time between two failures; the tickets of a failed one share its cause, so that failing is one step for all. */
    static final class Era {
        // written once, under the lock, before the era is replaced
        volatile @Nullable Throwable failure;
    }

    /** Stands in the queue for the role in order to close the resource. */
    static final class Closer extends Waiter {}

    private static final long RETRY_NANOS = 1_000_000_000;

    /** As a time to wait: 146 years, so that differences of deadlines don't overflow. */
    static final long MOST_NANOS = Long.MAX_VALUE >> 1;

    private final String stage;
    private final Object blocker;
    private final Platform platform;
    private final Runnable closeResource;

    private final ReentrantLock lock = new ReentrantLock();
    private final WaiterQueue queue;
    private final Ledger ledger = new Ledger();
    private @Nullable Waiter head;
    private long retryAt;
    private boolean resourceClosed;
    private volatile Era era = new Era();
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /**
     * Creates the role of a stage.
     *
     * @param blocker what a thread dump shows the waiting threads to wait for
     * @param closeResource closes the resource; called once, without the lock, by whoever has the role at the end, or under a head
     *     that does not come back; throws nothing
     */
    Role(String stage, Object blocker, Platform platform, Promotion promotion, Runnable closeResource) {
        this.stage = stage;
        this.blocker = blocker;
        this.platform = platform;
        this.closeResource = closeResource;
        this.queue = new WaiterQueue(promotion);
    }

    Era era() {
        return era;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether {@link #admit} would let any ticket pass; a look without the lock. */
    boolean admitsAll() {
        return !closed && failure == null;
    }

    /** Refuses a new ticket, but for one a second while the resource is failed: that one is to try again (M6). */
    void admit(BareTicket<?> ticket) {
        Throwable cause;
        lock.lock();
        try {
            cause = failure;
            if (!closed) {
                long now = platform.nanoTime();
                if (cause == null || now - retryAt >= 0) {
                    retryAt = now + RETRY_NANOS;
                    ticket.era = era;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
        if (closed || cause == null) {
            throw new StageClosedException(stage);
        }
        throw new SourceFailedException(stage, cause);
    }

    /** Decides what an entry finds: an early signal, the end of the stage, the role, or a place in the queue. */
    Waiter.State arrive(BareTicket<?> ticket, long now, long deadline) {
        String entered;
        lock.lock();
        try {
            if (ticket.open && ticket.state == Waiter.State.IDLE) {
                return find(ticket, now, deadline);
            }
            entered = ticket.open ? ticket.threadName() : null;
        } finally {
            lock.unlock();
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
     * that has failed is left alone, unless it is to be tried again.
     *
     * @return HEADING, WAITING, EXPIRED if it is not to have the role now, or CLOSED
     */
    Waiter.State arrive(BareKeeper<?, ?, ?> keeper, boolean queues, boolean triesAgain) {
        lock.lock();
        try {
            if (keeper.state != Waiter.State.IDLE) {
                throw new IllegalStateException("keeper of stage '" + stage + "' is used by thread '"
                        + keeper.threadName() + "'; only one thread at a time may");
            }
            long now = platform.nanoTime();
            keeper.arrive(now, now + MOST_NANOS);
            keeper.era = era;
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
                enqueue(keeper);
            } else {
                keeper.state = Waiter.State.EXPIRED;
            }
            return keeper.state;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the keeper out of the queue, or keeps it from queueing or pausing the next time. */
    void recall(BareKeeper<?, ?, ?> keeper) {
        lock.lock();
        try {
            if (keeper.state == Waiter.State.WAITING) {
                end(dequeue(keeper), Waiter.State.EXPIRED);
            } else {
                keeper.recalled = true;
            }
        } finally {
            unlock();
        }
    }

    /** Whether the keeper was recalled since this was asked last. */
    boolean wasRecalled(BareKeeper<?, ?, ?> keeper) {
        lock.lock();
        try {
            boolean was = keeper.recalled;
            keeper.recalled = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    boolean isAnybodyQueued() {
        lock.lock();
        try {
            return queue.size() > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Parks until the waiter waits no longer; looks at the state first and at the clock second (S2). */
    Waiter.State await(Waiter waiter) {
        boolean interrupted = false;
        boolean woken = false;
        long patience = waiter.patience;
        while (waiter.state == Waiter.State.WAITING) {
            if (Thread.interrupted()) {
                interrupted = waiter instanceof Closer || !quit(waiter);
            } else if (woken) {
                patience = expireDue(waiter);
                woken = false;
            } else {
                platform.park(blocker, patience);
                woken = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt(); // something else came first, so the interrupt is for the caller to see
        }
        return waiter.state;
    }

    /** Takes the interrupted waiter out of WAITING, unless somebody else did so first. */
    private boolean quit(Waiter waiter) {
        lock.lock();
        try {
            if (waiter.state != Waiter.State.WAITING) {
                return false;
            }
            end(dequeue(waiter), Waiter.State.INTERRUPTED);
            return true;
        } finally {
            unlock();
        }
    }

    /**
     * Ends the waits whose time is up, which a waiter does that has woken and still waits.
     *
     * @return how long it may park until it has to look again
     */
    private long expireDue(Waiter waiter) {
        List<Thread> expired = List.of();
        long now = platform.nanoTime();
        lock.lock();
        try {
            for (Waiter due = queue.due(now); due != null; due = queue.due(now)) {
                if (due != waiter) {
                    expired = expired.isEmpty() ? new ArrayList<>() : expired;
                    expired.add(Objects.requireNonNull(due.thread)); // before its state lets it go
                }
                end(dequeue(due), Waiter.State.EXPIRED);
            }
            return queue.patience(waiter, now);
        } finally {
            unlock();
            expired.forEach(platform::unpark);
        }
    }

    /** Unlocks after a change of the queue, having seen to it that somebody keeps the time. */
    private void unlock() {
        Waiter appointed = queue.appoint();
        Thread timekeeper = appointed == null ? null : appointed.thread;
        lock.unlock();
        if (timekeeper != null) {
            platform.unpark(timekeeper);
        }
    }

    /**
     * Passes the role on, as a state and in the step that frees it (S3); the last one out of a closed stage closes the
     * resource.
     *
     * @param outcome how the leaver's own wait ends; null if it did not wait
     */
    void leave(@Nullable Outcome outcome) {
        boolean closing = false;
        Thread promoted = null;
        lock.lock();
        try {
            if (outcome != null) {
                ledger.exited(outcome);
            }
            Waiter next = queue.next();
            if (next != null) {
                giveRoleTo(dequeue(next), platform.nanoTime());
                promoted = next.thread;
                ledger.promoted(next);
            } else if (closed && !resourceClosed) {
                resourceClosed = true;
                closing = true;
            } else {
                head = null;
            }
        } finally {
            unlock();
        }
        if (promoted != null) {
            platform.unpark(promoted);
        }
        if (closing) {
            try {
                closeResource.run();
            } finally {
                leave(null);
            }
        }
    }

    /** Ends a wait, or lets the next one end at once (S5); false if the ticket is closed. */
    boolean signal(BareTicket<?> ticket) {
        Thread signalled = null;
        lock.lock();
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
        } finally {
            unlock();
        }
        if (signalled != null) {
            platform.unpark(signalled);
        }
        return true;
    }

    /** Closes a ticket; false if it was closed before. */
    boolean release(BareTicket<?> ticket) {
        Thread waiting = null;
        lock.lock();
        try {
            if (!ticket.open) {
                return false;
            }
            ticket.open = false;
            if (ticket.state == Waiter.State.WAITING) {
                waiting = ticket.thread;
                end(dequeue(ticket), Waiter.State.CLOSED);
            }
        } finally {
            unlock();
        }
        if (waiting != null) {
            platform.unpark(waiting);
        }
        return true;
    }

    /** Ends every wait and every open ticket with the cause (M6); false if that has been done, or the stage is closed. */
    boolean fail(Era reported, Throwable cause) {
        List<Thread> ended;
        lock.lock();
        try {
            if (closed || reported != era) {
                return false;
            }
            long now = platform.nanoTime();
            if (failure == null) {
                ledger.failed(now);
            }
            era.failure = cause;
            failure = cause; // before the new era, or who takes a ticket of that would not be refused
            era = new Era();
            retryAt = now + RETRY_NANOS;
            ended = endAll(Waiter.State.FAILED);
        } finally {
            lock.unlock();
        }
        ended.forEach(platform::unpark);
        return true;
    }

    /** Reopens after a failure; false if there is none, or one that is later than what was seen to work. */
    boolean recovered(Era reported) {
        if (failure == null) {
            return false;
        }
        lock.lock();
        try {
            if (failure == null || reported != era) {
                return false;
            }
            failure = null;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends every wait and gets the resource closed (S16).
     *
     * @param mayWait whether this thread may wait for the head to leave
     * @param nanos for how long
     * @param wakeHead makes the head look up from its reading
     * @return the name of the head that did not come back in time, or null
     */
    @Nullable
    String close(boolean mayWait, long nanos, Runnable wakeHead) {
        var closer = new Closer();
        List<Thread> ended;
        boolean headed;
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            closed = true;
            ended = endAll(Waiter.State.CLOSED);
            long now = platform.nanoTime();
            closer.arrive(now, now + nanos);
            headed = head != null;
            if (!headed) {
                giveRoleTo(closer, now);
            } else if (mayWait) {
                enqueue(closer);
            }
        } finally {
            lock.unlock();
        }
        Waiter.State state;
        try {
            ended.forEach(platform::unpark);
            if (headed) {
                wakeHead.run();
            }
        } finally { // whatever comes of the hook: who has queued for the role must be there to take it
            closer.patience = closer.deadline - platform.nanoTime(); // the hook took its time
            state = await(closer);
            if (state == Waiter.State.HEADING) {
                leave(null);
            }
        }
        return state == Waiter.State.EXPIRED ? nameOfHead() : null;
    }

    /** Closes the resource under a head that did not come back, unless that has happened meanwhile. */
    void closeUnderHead() {
        lock.lock();
        try {
            if (resourceClosed) {
                return;
            }
            resourceClosed = true;
        } finally {
            lock.unlock();
        }
        closeResource.run();
    }

    private String nameOfHead() {
        lock.lock();
        try {
            return head == null ? "none" : head.threadName();
        } finally {
            lock.unlock();
        }
    }

    // what follows is called with the lock held

    private Waiter.State find(BareTicket<?> ticket, long now, long deadline) {
        Waiter.State state = Waiter.State.WAITING;
        if (ticket.signalPending) {
            ticket.signalPending = false;
            state = Waiter.State.SIGNALLED;
        } else if (ticket.era.failure != null) {
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
        switch (state) {
            case WAITING -> enqueue(ticket);
            case HEADING -> giveRoleTo(ticket, now);
            default -> end(ticket, state);
        }
        return state;
    }

    private void enqueue(Waiter waiter) {
        queue.add(waiter);
        waiter.state = Waiter.State.WAITING;
        waiter.virtual = platform.isVirtual();
        waiter.patience = queue.patience(waiter, waiter.since);
    }

    private <W extends Waiter> W dequeue(W waiter) {
        queue.remove(waiter);
        return waiter;
    }

    private void giveRoleTo(Waiter waiter, long now) {
        waiter.state = Waiter.State.HEADING;
        head = waiter;
        ledger.headed(waiter, now);
    }

    private void end(Waiter waiter, Waiter.State state) {
        waiter.state = state;
        if (waiter instanceof BareTicket) {
            ledger.exited(state.outcome());
        }
    }

    /** Ends every wait; the threads are to be unparked without the lock. */
    private List<Thread> endAll(Waiter.State state) {
        List<Thread> threads = new ArrayList<>(queue.size() + 1);
        for (Waiter waiter = queue.oldest(); waiter != null; waiter = queue.oldest()) {
            threads.add(Objects.requireNonNull(waiter.thread));
            end(dequeue(waiter), state);
        }
        return threads;
    }

    BareSnapshot snapshot(int oldest, IntSupplier tickets, long helperFailures) {
        lock.lock();
        try {
            BareSnapshot.State state = closed
                    ? BareSnapshot.State.CLOSED
                    : failure != null ? BareSnapshot.State.FAILED : BareSnapshot.State.OPEN;
            // tickets are counted with the lock held, so that who waits is among them
            return ledger.snapshot(
                    state,
                    failure,
                    retryAt,
                    head,
                    queue,
                    tickets.getAsInt(),
                    oldest,
                    platform.nanoTime(),
                    helperFailures);
        } finally {
            lock.unlock();
        }
    }
}
