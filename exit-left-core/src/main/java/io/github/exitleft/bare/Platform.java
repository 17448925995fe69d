package io.github.exitleft.bare;

import java.util.concurrent.locks.LockSupport;

/** Blocking and time as the primitive uses them: a seam through which checkers drive both. */
interface Platform {

    /** As a time to park: until unparked. */
    long FOR_EVER = Long.MAX_VALUE;

    /** The real thing. */
    Platform JVM = new Platform() {
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
    };

    /** The time in nanoseconds, on the scale of {@link System#nanoTime()}. */
    long nanoTime();

    /** Whether the current thread is a virtual one, for which a park with a limit costs far more than one without. */
    default boolean isVirtual() {
        return VirtualThreads.isCurrent();
    }

    /** Blocks until unparked, interrupted or {@code nanos}, if not {@link #FOR_EVER}, have passed; may return for no reason. */
    void park(Object blocker, long nanos);

    /** Ends the thread's present or next {@link #park}. */
    void unpark(Thread thread);
}
