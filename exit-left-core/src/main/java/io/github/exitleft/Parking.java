package io.github.exitleft;

/** How threads in waiting lines block and tell the time. Tests and checkers replace it to drive both. */
interface Parking {

    /** Returns the time in nanoseconds, on the scale of {@link System#nanoTime()}. */
    long nanoTime();

    /** Blocks until the thread is unparked or interrupted, or the time has passed; may return for no reason. */
    void park(Object blocker, long nanos);

    /** Ends the thread's present or next {@link #park}. */
    void unpark(Thread thread);
}
