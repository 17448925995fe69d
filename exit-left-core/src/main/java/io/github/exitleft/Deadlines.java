package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of the waiters that park without a limit, and the one timer that fires for all of them.
 *
 * <p>While there are any, the timer is on, and its time is not after the earliest deadline. It is moved only when a newcomer has an
 * earlier one, and when it fires; so it may fire for nothing. Guarded by the stage's lock.
 */
final class Deadlines {

    /** For how long the timer is set at most, so that its thread soon lets go of a stage that has been dropped. */
    static final long MOST_NANOS = 10_000_000_000L;

    private final Parker parker;
    private final DeadlineTimer timer;
    private final DeadlineHeap waiters = new DeadlineHeap();

    /**
     * Creates the deadlines of a stage.
     *
     * @param fire ends the waits that are {@linkplain #due due}; called without the lock, by the timer thread
     */
    Deadlines(Parker parker, Runnable fire) {
        this.parker = parker;
        this.timer = new DeadlineTimer() {
            @Override
            void fire() {
                fire.run();
            }
        };
    }

    /** Watches the deadline of a new waiter; false if it can't, so that the waiter's thread has to park with a limit. */
    boolean watch(Waiter waiter) {
        try {
            waiters.add(waiter);
        } catch (Throwable e) { // no memory
            return false;
        }
        long now = waiter.since;
        boolean firesInTime = timer.isOn() && timer.at() - timeFor(now) <= 0;
        if (firesInTime && timer.at() - now > 0) {
            return true;
        }
        boolean wasOn = timer.isOn();
        long before = timer.at();
        try { // one that should have fired by now may have been lost, so it is set again
            parker.set(timer, firesInTime ? before : timeFor(now));
            return true;
        } catch (Throwable e) {
            if (wasOn) {
                timer.moveTo(before); // other waiters count on it
            } else {
                timer.turnOff(); // so that the next waiter tries again
            }
            return false;
        }
    }

    void forget(Waiter waiter) {
        if (waiter.place != Waiter.NOWHERE) {
            waiters.remove(waiter);
        }
    }

    /** Makes the timer fire soon, so that its thread finds nothing more to wait for, and lets go of the stage. */
    void fireSoon(long now) {
        try {
            if (timer.isOn()) {
                parker.set(timer, now);
            }
        } catch (Throwable e) {
            // it lets go later
        }
    }

    /** Forgets all, wherever they are. */
    void clear() {
        timer.turnOff();
        waiters.clear();
    }

    /** Returns a waiter whose time is up; if there is none, moves the timer to when there will be one. */
    @Nullable
    Waiter due(long now) {
        Waiter earliest = waiters.first();
        if (earliest == null) {
            timer.turnOff();
            return null;
        }
        if (earliest.deadline - now <= 0) {
            return earliest;
        }
        timer.moveTo(timeFor(now));
        return null;
    }

    @SuppressWarnings("NullAway") // called while there are waiters
    private long timeFor(long now) {
        return now + Math.min(waiters.first().deadline - now, MOST_NANOS);
    }
}
