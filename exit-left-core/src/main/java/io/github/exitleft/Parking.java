package io.github.exitleft;

import java.util.concurrent.locks.LockSupport;

/** Blocking and time as waiting lines use them: a seam through which tests and checkers drive both. */
interface Parking {

    /** The real thing. */
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

    /** The time in nanoseconds, on the scale of {@link System#nanoTime()}. */
    long nanoTime();

    /** Blocks until unparked, interrupted, or the time has passed; may return for no reason. */
    void park(Object blocker, long nanos);

    /** Ends the thread's present or next {@link #park}. */
    void unpark(Thread thread);
}
