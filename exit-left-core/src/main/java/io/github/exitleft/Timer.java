package io.github.exitleft;

/** Runs something later. Tests replace it to steer the time of waits without a thread. */
@FunctionalInterface
interface Timer {

    /** The timer of all stages in this JVM. */
    Timer JVM = new JvmTimer();

    /** Cancels nothing. */
    Runnable NOTHING = () -> {};

    /**
     * Runs a task after a time, on a thread of the timer. The task may block; it must not throw.
     *
     * @param nanos the time in nanoseconds; zero or less means at once
     * @return cancels the task; does nothing once the task has begun
     */
    Runnable after(long nanos, Runnable task);
}
