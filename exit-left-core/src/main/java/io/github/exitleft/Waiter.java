package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * What can queue for the role: a ticket, the keeper, or the closing of the stage.
 *
 * <p>All fields but {@link #state} are guarded by the stage's lock, or belong to the waiting thread while it is not in the
 * queue.
 */
abstract class Waiter {

    /**
     * The state of a waiter. Legal transitions, all but the last under the stage's lock:
     *
     * <pre>
     * IDLE    -> WAITING                                         enter, while another heads
     * IDLE    -> HEADING                                         enter, while none heads
     * IDLE    -> SIGNALLED | EXPIRED | INTERRUPTED | FAILED | CLOSED   enter, which need not wait to know
     * WAITING -> HEADING                                         promoted by the head that left
     * WAITING -> SIGNALLED | EXPIRED | INTERRUPTED | CANCELLED | FAILED | CLOSED   the first of them decides; FAILED also by an
     *                                                            Error of its own thread
     * any of these but WAITING -> IDLE                           by the thread itself, as it returns
     * </pre>
     */
    enum State {
        IDLE(null),
        WAITING(null),
        HEADING(null),
        SIGNALLED(Outcome.SIGNALLED),
        EXPIRED(Outcome.TIMED_OUT),
        INTERRUPTED(Outcome.INTERRUPTED),
        CANCELLED(Outcome.CANCELLED),
        FAILED(Outcome.FAILED),
        CLOSED(Outcome.CLOSED);

        // not a switch, whose table is a class of its own that may find no memory when it is first needed
        private final @Nullable Outcome outcome;

        State(@Nullable Outcome outcome) {
            this.outcome = outcome;
        }

        /** Returns what the caller of {@code enter} is told; asked only of a wait that is over, and did not end by heading. */
        @SuppressWarnings("NullAway") // such a state has one
        Outcome outcome() {
            return outcome;
        }
    }

    /** Written as the table above says; volatile, so that its thread can look without the lock. */
    volatile State state = State.IDLE;

    /** The thread that has entered, until it leaves. */
    @Nullable
    Thread thread;

    /** When the wait began, and when it is to end, on the scale of the parker's nanoTime. */
    long since;

    long deadline;

    /** Whether its thread parks without a limit; for that thread, which sets it as it queues. */
    boolean parksForEver;

    /** The place of a waiter for whose deadline no timer fires. */
    static final int NOWHERE = -1;

    // the queue's own: the neighbours, and the place among the deadlines for which a timer fires

    @Nullable
    Waiter older;

    @Nullable
    Waiter newer;

    int place = NOWHERE;

    final void arrive(long now, long until) {
        thread = Thread.currentThread();
        since = now;
        deadline = until;
    }

    /** Whether the current thread has entered; needs no lock, since no other thread can make it so. */
    final boolean isMine() {
        return thread == Thread.currentThread();
    }

    /** Returns the name of the waiter's thread; with the lock held. */
    final String threadName() {
        Thread mine = thread; // read once, since a thread that departs does so without the lock
        return mine == null ? "none" : Texts.of(mine);
    }

    /** Forgets the thread; called by that thread itself. */
    final void depart() {
        thread = null;
        state = State.IDLE;
    }
}
