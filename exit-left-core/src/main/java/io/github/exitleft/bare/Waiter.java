package io.github.exitleft.bare;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who can stand in the queue for the role: a ticket's thread, the keeper, or the thread that closes the stage.
 *
 * <p>All fields but {@link #state} are guarded by the stage's lock, or belong to the waiting thread while it is not in the
 * queue.
 */
abstract class Waiter {

    /**
     * What has become of the waiter. Legal transitions, all but the last under the stage's lock:
     *
     * <pre>
     * IDLE    -> WAITING                                         enter, while another heads
     * IDLE    -> HEADING                                         enter, while nobody heads
     * IDLE    -> SIGNALLED | EXPIRED | INTERRUPTED | FAILED | CLOSED   enter, which need not wait to know
     * WAITING -> HEADING                                         promoted by the one who left
     * WAITING -> SIGNALLED | EXPIRED | INTERRUPTED | FAILED | CLOSED   the first of them decides; EXPIRED also by another
     *                                                            waiter that has woken and found this one's time over
     * any of these but WAITING -> IDLE                           by the thread itself, as it returns
     * </pre>
     */
    enum State {
        IDLE,
        WAITING,
        HEADING,
        SIGNALLED,
        EXPIRED,
        INTERRUPTED,
        FAILED,
        CLOSED;

        /** What the caller of {@code enter} is told. */
        Outcome outcome() {
            return switch (this) {
                case SIGNALLED -> Outcome.SIGNALLED;
                case EXPIRED -> Outcome.TIMED_OUT;
                case INTERRUPTED -> Outcome.INTERRUPTED;
                case FAILED -> Outcome.FAILED;
                case CLOSED -> Outcome.CLOSED;
                case IDLE, WAITING, HEADING -> throw new AssertionError(this);
            };
        }
    }

    /** Written as the table above says; volatile, so that its thread can look without the lock. */
    volatile State state = State.IDLE;

    @Nullable
    Thread thread;

    /** When the wait began, and when it is to end, on the scale of the platform's nanoTime. */
    long since;

    long deadline;

    /** How long to park first, in nanoseconds; for its own thread, which sets it as it queues. */
    long patience;

    // the queue's own: neighbours, place among the deadlines, and when it was made a timekeeper, if it was

    @Nullable
    Waiter older;

    @Nullable
    Waiter newer;

    int place;
    int shift;

    /** Whether its thread is a virtual one. */
    boolean virtual;

    final void arrive(long now, long until) {
        thread = Thread.currentThread();
        since = now;
        deadline = until;
    }

    /** What the waiter's thread is called; with the lock held. */
    final String threadName() {
        Thread mine = thread; // read once, since a thread that departs does so without the lock
        return mine == null ? "none" : Texts.of(mine);
    }

    /** Leaves no trace of the thread behind; by the thread itself. */
    final void depart() {
        thread = null;
        state = State.IDLE;
    }
}
