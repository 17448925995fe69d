package io.github.exitleft;

import java.time.Duration;

/**
 * Is told of a stage's life and of messages that were not delivered; every method does nothing unless overridden.
 *
 * <p>Listeners run on the thread that causes the event, most often the head, outside the stage's lock: they must be
 * quick and may not wait on a stage. One that throws is counted and breaks nothing.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public interface StageListener<T, M> extends BareListener {

    /**
     * Reports a message that was received and is not delivered.
     *
     * @param unclaimed the message and the reason
     */
    default void unclaimed(Unclaimed<? extends T, ? extends M> unclaimed) {}

    /**
     * Reports that a call or ticket has left the line for a place in the window, with a place or without. One that found
     * a place at once is not reported.
     *
     * @param waited how long it was in line
     */
    default void windowLeft(Duration waited) {}
}
