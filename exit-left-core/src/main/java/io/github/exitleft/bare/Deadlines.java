package io.github.exitleft.bare;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of the waiters that park without a limit, and the one alarm that rings for all of them.
 *
 * <p>While there are any, the alarm is on, and its time is not after the earliest deadline. It is moved only when a newcomer has an
 * earlier one, and when it rings; so it may ring for nothing. Guarded by the stage's lock.
 */
final class Deadlines {

    /** For how long the alarm is set at most, so that its clock soon lets go of a stage that has been dropped. */
    static final long MOST_NANOS = 10_000_000_000L;

    private final Platform platform;
    private final Alarm alarm;
    private final DeadlineHeap waiters = new DeadlineHeap();

    /**
     * Creates what keeps the deadlines of a stage.
     *
     * @param ring ends the waits that are {@linkplain #due due}; called without the lock, by the alarm's clock
     */
    Deadlines(Platform platform, Runnable ring) {
        this.platform = platform;
        this.alarm = new Alarm() {
            @Override
            void ring() {
                ring.run();
            }
        };
    }

    /** Keeps the deadline of a waiter that has just come; false if that can't be, so that its thread has to park with a limit. */
    boolean watch(Waiter waiter) {
        try {
            waiters.add(waiter);
        } catch (Throwable e) { // no memory
            return false;
        }
        waiter.watched = true;
        long now = waiter.since;
        boolean ringsInTime = alarm.isOn() && alarm.at() - timeFor(now) <= 0;
        if (ringsInTime && alarm.at() - now > 0) {
            return true;
        }
        boolean wasOn = alarm.isOn();
        long before = alarm.at();
        try { // one that should have rung by now may have been lost, so it is set again
            platform.set(alarm, ringsInTime ? before : timeFor(now));
            return true;
        } catch (Throwable e) {
            if (wasOn) {
                alarm.moveTo(before); // as others count on it
            } else {
                alarm.turnOff(); // so that the next waiter tries again
            }
            return false;
        }
    }

    void forget(Waiter waiter) {
        if (waiter.watched) {
            waiter.watched = false;
            waiters.remove(waiter);
        }
    }

    /** Makes the alarm ring soon, so that its clock finds nothing more to wait for, and lets go of the stage. */
    void ringSoon(long now) {
        try {
            if (alarm.isOn()) {
                platform.set(alarm, now);
            }
        } catch (Throwable e) {
            // it lets go later
        }
    }

    /** Forgets all, wherever they are. */
    void clear() {
        alarm.turnOff();
        waiters.clear();
    }

    /** A waiter whose time is up; if there is none, the alarm is moved to when there will be one. */
    @Nullable
    Waiter due(long now) {
        Waiter earliest = waiters.first();
        if (earliest == null) {
            alarm.turnOff();
            return null;
        }
        if (earliest.deadline - now <= 0) {
            return earliest;
        }
        alarm.moveTo(timeFor(now));
        return null;
    }

    @SuppressWarnings("NullAway") // called while there are waiters
    private long timeFor(long now) {
        return now + Math.min(waiters.first().deadline - now, MOST_NANOS);
    }
}
