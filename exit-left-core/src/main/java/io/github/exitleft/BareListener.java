package io.github.exitleft;

import java.time.Duration;

/**
 * What wants to know of a stage's life; every method does nothing unless overridden.
 *
 * <p>It runs outside the stage's lock, on a thread that belongs to somebody's request: it must be quick, must not rely on
 * that thread's context, and may not wait on a stage. What it throws is counted and breaks nothing.
 */
public interface BareListener {

    /**
     * A wait has ended.
     *
     * @param outcome how
     * @param waited how long after it began
     */
    default void exited(Outcome outcome, Duration waited) {}

    /**
     * A thread has become the head; called on that thread before it reads.
     *
     * @param head the new head
     */
    default void headChanged(Thread head) {}

    /**
     * The resource has failed, and everybody who waited has been told.
     *
     * @param cause why
     */
    default void failed(Throwable cause) {}

    /** The resource works again. */
    default void reopened() {}

    /** The stage has been closed, and its resource with it. */
    default void closed() {}
}
