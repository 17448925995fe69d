package io.github.exitleft;

/**
 * What wants to know of a stage's life and of messages that nobody got; every method does nothing unless overridden.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public interface StageListener<T, M> extends BareListener {

    /**
     * A message was received that nobody gets.
     *
     * @param unclaimed the message and the reason
     */
    default void unclaimed(Unclaimed<? extends T, ? extends M> unclaimed) {}
}
