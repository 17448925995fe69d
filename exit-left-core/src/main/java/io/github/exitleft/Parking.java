package io.github.exitleft;

import java.util.concurrent.locks.LockSupport;

/** How waiting lines block and tell the time. Tests and checkers replace it to drive both. */
interface Parking {

    /** Parks with {@link java.util.concurrent.locks.LockSupport} and reads {@link System#nanoTime()}. */
    Parking JVM = new Parking() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
            LockSupport.parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            LockSupport.unpark(thread);
        }
    };

    /** Returns the time in nanoseconds, on the scale of {@link System#nanoTime()}. */
    long nanoTime();

    /** Blocks until the thread is unparked or interrupted, or the time has passed; may return for no reason. */
    void park(Object blocker, long nanos);

    /** Ends the thread's present or next {@link #park}. */
    void unpark(Thread thread);
}
