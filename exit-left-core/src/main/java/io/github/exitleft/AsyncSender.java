package io.github.exitleft;

import java.util.concurrent.CompletionStage;

/**
 * Sends what a call waits for an answer to, and tells later whether that worked, as clients do that have a thread of their own for
 * sending. A lambda that returns a {@code CompletionStage} is taken for one: {@code () -> template.send(request)}.
 *
 * @param <X> what sending throws at once
 */
@FunctionalInterface
public interface AsyncSender<X extends Exception> extends Sender<X> {

    /**
     * Begins to send; called as {@link #send()} is.
     *
     * @return completes when the request has been sent. If it completes exceptionally for the first send, the call ends at once with a
     *     {@link SendFailedException} that has that cause, unless its answer has come; for a later one it is told as what {@link
     *     #send()} throws then. How it completes otherwise does not matter
     * @throws X if sending fails at once
     */
    CompletionStage<?> sendAsync() throws X;

    @Override
    default void send() throws X {
        sendAsync();
    }
}
