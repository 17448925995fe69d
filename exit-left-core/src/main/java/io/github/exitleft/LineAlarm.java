package io.github.exitleft;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The alarm of a {@link Line}, which rings when time alone will have freed a thing.
 *
 * <p>It is claimed under the line's lock and set outside it, since setting may take time and memory.
 */
final class LineAlarm {

    /** One setting of the alarm; it has no canceller until it is set. */
    static final class Setting {
        private @Nullable Runnable cancel;
    }

    private final ReentrantLock lock;
    final Timer timer;
    private final Runnable unlock;

    /** Guarded by the lock, as is its canceller; null if the alarm is off. */
    private @Nullable Setting current;

    /**
     * Creates an alarm that is off.
     *
     * @param unlock serves the line and unlocks it; called with the lock held when the alarm rings
     */
    LineAlarm(ReentrantLock lock, Timer timer, Runnable unlock) {
        this.lock = lock;
        this.timer = timer;
        this.unlock = unlock;
    }

    boolean isOn() {
        return current != null;
    }

    /** Turns the alarm on; called with the lock held by a thread that then sets it. */
    Setting turnOn() {
        var claimed = new Setting();
        current = claimed;
        return claimed;
    }

    /** Turns the alarm off with the lock held; returns the setting that is to be cancelled, or null if it was off. */
    @Nullable
    Setting turnOff() {
        Setting former = current;
        current = null;
        return former;
    }

    /** Cancels a setting, if there is one, without the lock. */
    static void cancel(@Nullable Setting former) {
        if (former != null && former.cancel != null) {
            former.cancel.run();
        }
    }

    /**
     * Sets the alarm without the lock, or lets another thread do so. Throws nothing, since served waits are still to be told.
     *
     * @param nanos when it rings, in nanoseconds from now
     */
    void set(Setting set, long nanos) {
        Runnable cancel = null;
        try {
            cancel = timer.after(nanos, () -> ring(set));
        } catch (Throwable e) {
            // out of memory; each wait has a deadline of its own
            cancel = null;
        }
        lock.lock();
        try {
            if (current == set) {
                set.cancel = cancel;
                current = cancel == null ? null : set;
                cancel = null;
            }
        } finally {
            lock.unlock();
        }
        if (cancel != null) {
            cancel.run();
        }
    }

    private void ring(Setting rung) {
        lock.lock();
        if (current == rung) {
            current = null;
        }
        unlock.run();
    }
}
