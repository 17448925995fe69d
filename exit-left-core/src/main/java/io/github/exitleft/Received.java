package io.github.exitleft;

/**
 * A message with the moment at which the head received it, so that the time on the wire and the time it took to wake up
 * can be told apart.
 *
 * @param <M> messages
 * @param message the message
 * @param receivedAt when the head received it, in nanoseconds on the scale of {@link System#nanoTime()}
 */
public record Received<M>(M message, long receivedAt) {}
