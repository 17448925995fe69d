package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Blocking and time as the primitive uses them: a seam through which checkers drive both. */
interface Parker extends Parking {

    /** As a time to park: until unparked. */
    long FOR_EVER = Long.MAX_VALUE;

    /** As a time to wait: 146 years, so that differences of deadlines don't overflow. */
    long MOST_NANOS = Long.MAX_VALUE >> 1;

    /** The real thing. */
    Parker JVM = new Parker() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
            if (nanos == FOR_EVER) {
                LockSupport.park(blocker); // much cheaper for a virtual thread than a timed one
            } else {
                LockSupport.parkNanos(blocker, nanos);
            }
        }

        @Override
        public void unpark(Thread thread) {
            LockSupport.unpark(thread);
        }

        @Override
        public void set(DeadlineTimer timer, long at) {
            DeadlineTimerThread.JVM.set(timer, at);
        }
    };

    /** Returns how long to wait: a negative timeout counts as zero, and a huge one saturates. */
    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            return 0;
        }
        return timeout.getSeconds() >= MOST_NANOS / 1_000_000_000 ? MOST_NANOS : timeout.toNanos();
    }

    /** Whether the current thread is a virtual one, for which a park with a limit costs far more than one without. */
    default boolean isVirtual() {
        return VirtualThreads.isCurrent();
    }

    /** Blocks until unparked, interrupted or {@code nanos}, if not {@link #FOR_EVER}, have passed; may return for no reason. */
    @Override
    void park(Object blocker, long nanos);

    /** Sets a timer, whatever time it was set to before; never blocks, and throws an Error if the timer could not be set. */
    void set(DeadlineTimer timer, long at);

    // for steps that have to be finished, whatever comes of these (S19)

    /** Returns the time, or what is given if the clock can't be read. */
    default long nanoTimeOr(long otherwise) {
        try {
            return nanoTime();
        } catch (Throwable e) {
            return otherwise;
        }
    }

    /** Whether the current thread is known to be virtual. */
    default boolean seemsVirtual() {
        try {
            return isVirtual();
        } catch (Throwable e) {
            return false;
        }
    }

    /** Unparks a thread, if there is one, and tries again when that fails. */
    default void wake(@Nullable Thread thread) {
        boolean woken = thread == null;
        for (int attempt = 0; thread != null && !woken && attempt < 3; attempt++) {
            try {
                unpark(thread);
                woken = true;
            } catch (Throwable e) {
                Thread.yield();
            }
        }
    }
}
