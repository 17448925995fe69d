package io.github.exitleft;

/** Runs something later: a seam through which tests steer the time of waits without a thread. */
@FunctionalInterface
interface Timer {

    /** The timer of all stages of this JVM. */
    Timer JVM = new JvmTimer();

    /** Cancels nothing. */
    Runnable NOTHING = () -> {};

    /**
     * Runs a task after a while, on a thread of the timer's. The task may take its time there, and may block; it throws nothing.
     *
     * @param nanos after how long; zero or less means at once
     * @return cancels the task, and does no harm once that has begun
     */
    Runnable after(long nanos, Runnable task);
}
