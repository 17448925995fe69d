package io.github.exitleft;

import java.time.Duration;

/**
 * Is told of the events in a stage's life; every method does nothing unless overridden.
 *
 * <p>It runs outside the stage's lock, on a thread that belongs to some caller's request: it must be quick, must not rely on
 * that thread's context, and may not wait on a stage. What it throws is counted and breaks nothing.
 */
public interface BareListener {

    /**
     * Called when a wait has ended.
     *
     * @param outcome how
     * @param waited how long after it began
     */
    default void exited(Outcome outcome, Duration waited) {}

    /**
     * Called when a thread has become the head, on that thread, before it reads.
     *
     * @param head the new head
     */
    default void headChanged(Thread head) {}

    /**
     * Called when the resource has failed, and every wait has been ended with the cause.
     *
     * @param cause why
     */
    default void failed(Throwable cause) {}

    /** Called when the resource works again. */
    default void reopened() {}

    /** Called when the stage has been closed, and its resource with it. */
    default void closed() {}
}
