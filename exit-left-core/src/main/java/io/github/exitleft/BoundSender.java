package io.github.exitleft;

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
}
