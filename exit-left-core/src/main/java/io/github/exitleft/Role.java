package io.github.exitleft;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The role of the head: the thread that has it, the threads that wait for it, and how each wait ends. */
final class Role {

    /*
     * Overview
     *
     * One lock guards the role, the queue and every waiter's state: all that GuardedState holds, whose invariants and whose table of
     * what writes and what reads each field are there. It is held for a few instructions only, never while anything foreign runs or
     * blocks. Three classes take it: this one, Generations for failures, and Closing. StageLock is the lock itself.
     *
     * A waiter parks until its state is no longer WAITING; what changes that state, under the lock, has decided how the wait ends, and
     * unlinks the waiter in the same step. So a waiter that has left can't be chosen, and one that was chosen finds the role in its
     * state and heads, or passes it on if it was interrupted or its ticket closed. The keeper heads like a caller: it takes the role
     * when it finds it free, or queues for it, before all others, and what would be a caller's timeout is its recall. Nothing that
     * comes or leaves wakes it, but for the hand-over if it is queued.
     *
     *            enter, and the role is free
     *   IDLE ──────────────────────────────────────────► HEADING ── leave(): next in the queue becomes HEADING,
     *    │                                                  ▲         else the role is free
     *    │ enter,                                           │
     *    │ another heads                leave() of the head,│ close() once the head has left
     *    ├──────────────► WAITING ──────────────────────────┘
     *    │                   │
     *    │                   ├── signal() ─────────────────► SIGNALLED ──┐
     *    │                   ├── await(), expireDue() ─────► EXPIRED     │   depart(), by the thread itself
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
     * (leaving, above all) insists on the lock, and nothing in it can fail. Threads are woken after the step; an
     * Error in waking, or in a hook, holds up nothing else. A step that breaks off nevertheless closes the stage with that
     * cause.
     */

    final GuardedState guarded;
    final KeeperWaiter keeper;
    private final StageLock lock;
    private final String stage;
    private final Object blocker;
    private final Parker parker;
    private final Runnable closeResource;

    /**
     * Creates the role of a stage.
     *
     * @param blocker what a thread dump shows the waiting threads to wait for
     * @param wakeHead makes the head look up from its reading; called without the lock, throws nothing
     * @param closeResource closes the resource; called without the lock, by the thread that has the role at the end; throws nothing
     */
    Role(String stage, Object blocker, Parker parker, Promotion promotion, Runnable wakeHead, Runnable closeResource) {
        this.stage = stage;
        this.blocker = blocker;
        this.parker = parker;
        this.closeResource = closeResource;
        this.lock = new StageLock(wakeHead);
        this.guarded = new GuardedState(stage, parker, promotion, lock, this::expireDue);
        this.keeper = new KeeperWaiter(guarded.generation);
    }

    /** Decides what an entry finds: an early signal, the end of the stage, the role, or a place in the queue. */
    void arrive(TicketWaiter ticket, long now, long deadline) {
        boolean virtual = parker.seemsVirtual();
        String entered;
        lock.lock();
        try {
            if (ticket.open && ticket.state == Waiter.State.IDLE) {
                guarded.decideEntry(ticket, now, deadline, virtual);
                return;
            }
            entered = ticket.open ? ticket.threadName() : null;
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
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
     * that has failed is left alone, unless it is to be tried again. The keeper is then HEADING, WAITING, EXPIRED if it is not to
     * have the role now, or CLOSED.
     */
    void arriveAsKeeper(boolean queues, boolean triesAgain) {
        boolean virtual = parker.seemsVirtual();
        long now = parker.nanoTime();
        String entered;
        lock.lock();
        try {
            if (keeper.state == Waiter.State.IDLE) {
                guarded.decideEntry(keeper, queues, triesAgain, now, virtual);
                return;
            }
            entered = keeper.threadName();
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        throw new IllegalStateException(
                "keeper of stage '" + stage + "' is used by thread '" + entered + "'; only one thread at a time may");
    }

    /** Takes the keeper out of the queue or its pause, or keeps it from queueing or pausing the next time. */
    void recallKeeper() {
        lock.lock();
        try {
            if (keeper.state == Waiter.State.WAITING) {
                guarded.end(guarded.dequeue(keeper), Waiter.State.EXPIRED);
            } else {
                keeper.recalled = true;
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        parker.wake(keeper.parked);
    }

    /** Whether the keeper was recalled since this was asked last. */
    boolean wasKeeperRecalled() {
        lock.lock();
        try {
            boolean was = keeper.recalled;
            keeper.recalled = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a caller is queued. */
    boolean isAnybodyQueued() {
        lock.lock();
        try {
            return guarded.queue.size() > 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Parks until the waiter waits no longer; looks at the state first and at the clock second (S2). An Error ends the wait, unless
     * something else has ended it by then, which goes first.
     *
     * @param now when its thread last looked at the clock
     */
    Waiter.State await(Waiter waiter, long now) {
        boolean interrupted = false;
        boolean woken = false;
        long parkNanos = waiter.parksForEver ? Parker.FOR_EVER : waiter.deadline - now;
        try {
            while (waiter.state == Waiter.State.WAITING) {
                if (Thread.interrupted()) {
                    interrupted = waiter instanceof Closer || !quit(waiter, Waiter.State.INTERRUPTED);
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
        lock.insist();
        try {
            if (waiter.state != Waiter.State.WAITING) {
                return false;
            }
            guarded.end(guarded.dequeue(waiter), state);
            return true;
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait of a waiter that has woken if its time is up; otherwise returns how long it may park. */
    private long expire(Waiter waiter) {
        long rest = waiter.deadline - parker.nanoTime();
        if (rest <= 0) {
            quit(waiter, Waiter.State.EXPIRED);
        } else if (waiter.parksForEver) {
            return Parker.FOR_EVER;
        }
        return rest;
    }

    /** Ends the waits that the timer is there for and whose time is up, and moves it to the next; by the timer's thread. */
    private void expireDue() {
        long now = parker.nanoTime();
        boolean more = true;
        while (more) {
            Thread expired = null;
            lock.insist();
            try {
                Waiter due = guarded.deadlines.due(now);
                more = due != null;
                if (due != null) {
                    expired = due.thread;
                    guarded.end(guarded.dequeue(due), Waiter.State.EXPIRED);
                }
            } catch (Throwable e) {
                guarded.breakOff(e);
                throw e;
            } finally {
                lock.unlock();
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
        long now = parker.nanoTimeOr(guarded.stats.headSince());
        boolean closes = false;
        Thread promoted = null;
        lock.insist();
        try {
            if (outcome != null) {
                guarded.stats.ended(outcome);
            }
            Waiter next = guarded.queue.next();
            if (next != null) {
                promoted = next.thread;
                guarded.giveRoleTo(guarded.dequeue(next), now);
                guarded.stats.promoted(next);
            } else {
                closes = guarded.isLast(now);
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            closes = guarded.isLast(now);
            throw e;
        } finally {
            lock.unlock();
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
    boolean signal(TicketWaiter ticket) {
        Thread signalled = null;
        lock.insist(); // what it is signalled for has been filed
        try {
            if (!ticket.open) {
                return false;
            }
            if (ticket.state == Waiter.State.WAITING) {
                signalled = ticket.thread;
                guarded.end(guarded.dequeue(ticket), Waiter.State.SIGNALLED);
            } else {
                ticket.signalPending = true;
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        parker.wake(signalled);
        return true;
    }

    /**
     * Closes a ticket on the thread that has entered it last and enters it no more. That thread does not wait, and need not be woken, so
     * nothing is decided by this, and it takes no lock: what other threads do with the ticket meanwhile, they might have done before.
     */
    void releaseByItsThread(TicketWaiter ticket) {
        ticket.open = false;
    }

    /** Closes a ticket, and ends the wait of the thread that waits with it (S20); true if it heads, and has to be woken. */
    boolean release(TicketWaiter ticket) {
        Thread waiting = null;
        boolean heads = false;
        lock.insist();
        try {
            if (!ticket.open) {
                return false;
            }
            ticket.open = false;
            if (ticket.state == Waiter.State.WAITING) {
                waiting = ticket.thread;
                guarded.end(guarded.dequeue(ticket), Waiter.State.CANCELLED);
            } else {
                heads = guarded.head == ticket && !ticket.isMine();
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        parker.wake(waiting);
        return heads;
    }

    /**
     * Ends a ticket, and the wait of its thread, because a part of the resource is lost; what the ticket was signalled for goes first.
     * If its thread heads it sees this when it next looks at its time: it is the thread that calls.
     */
    void fail(TicketWaiter ticket, Generation lost) {
        Thread waiting = null;
        lock.insist();
        try {
            if (!ticket.open || ticket.generation.failure != null) {
                return;
            }
            ticket.generation = lost;
            if (ticket.state == Waiter.State.WAITING) {
                waiting = ticket.thread;
                guarded.end(guarded.dequeue(ticket), Waiter.State.FAILED);
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        parker.wake(waiting);
    }

    BareSnapshot snapshot(int oldest, IntSupplier tickets, long callbackFailures) {
        lock.lock();
        try {
            return guarded.snapshot(oldest, tickets, callbackFailures);
        } finally {
            lock.unlock();
        }
    }
}
