package io.github.exitleft.bare;

import java.util.concurrent.locks.LockSupport;

/** Blocking and time as the primitive uses them: a seam through which checkers drive both. */
interface Platform {

    /** The real thing. */
    Platform JVM = new Platform() {
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

    /** Blocks until unparked, interrupted or {@code nanos} have passed; may return for no reason. */
    void park(Object blocker, long nanos);

    /** Ends the thread's present or next {@link #park}. */
    void unpark(Thread thread);
}
