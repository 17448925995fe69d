package io.github.exitleft;

import java.util.Objects;

/**
 * Sends a call's request and returns the token of its answer, for peers and clients that choose the token themselves: a
 * {@code JMSMessageID}, a job's number.
 *
 * @param <T> tokens
 * @param <X> what sending throws
 */
@FunctionalInterface
public interface BoundSender<T, X extends Exception> {

    /**
     * Sends the request, on the caller's thread. It is called once.
     *
     * @return the token of the answer, never null; no other ticket may have it, nor may it rest
     * @throws X if sending fails, which means that nothing was sent
     */
    T send() throws X;

    /**
     * Returns a sender without checked exceptions, as {@link Sender#unchecked} does.
     *
     * @param <T> tokens
     * @param sender sends
     * @return sends as that does, but throws a {@link SendFailedException} in place of a checked exception
     */
    static <T> BoundSender<T, RuntimeException> unchecked(BoundSender<T, ?> sender) {
        Objects.requireNonNull(sender, "'sender' must not be null");
        return () -> Unchecked.run(sender::send);
    }
}
