package io.github.exitleft;

/**
 * A message and the moment at which the head received it, so that time on the wire and time to wake up can be told
 * apart.
 *
 * @param <M> messages
 * @param message the message
 * @param receivedAt when the head received it, in nanoseconds on the scale of {@link System#nanoTime()}
 */
public record Received<M>(M message, long receivedAt) {}
