package io.github.exitleft;

/**
 * Sends what a call waits for an answer to.
 *
 * @param <X> what sending throws
 */
@FunctionalInterface
public interface Sender<X extends Exception> {

    /**
     * Sends it; called again for every resend, always on the caller's thread.
     *
     * @throws X if that fails; it ends the call
     */
    void send() throws X;
}
