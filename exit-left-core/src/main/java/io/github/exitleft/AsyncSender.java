package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Sends a call's request and reports later whether that worked, as clients do that send on a thread of their own.
 *
 * <p>A lambda that returns a {@code CompletionStage} is one: {@code () -> template.send(request)}.
 *
 * @param <X> what sending throws at once
 */
@FunctionalInterface
public interface AsyncSender<X extends Exception> extends Sender<X> {

    /**
     * Begins to send; called as {@link #send()} is.
     *
     * @return completes when the request has been sent. If it fails for the first request, the call ends at once with a
     *     {@link SendFailedException} that has that cause, unless its answer has come; for a resend the failure is
     *     treated as if {@link #send()} had thrown it. The result does not matter
     * @throws X if sending fails at once
     */
    CompletionStage<?> sendAsync() throws X;

    @Override
    default void send() throws X {
        sendAsync();
    }

    /**
     * Returns a sender without checked exceptions, as {@link Sender#unchecked} does.
     *
     * @param sender begins to send
     * @return begins to send as that does, but throws a {@link SendFailedException} in place of a checked exception
     */
    static AsyncSender<RuntimeException> unchecked(AsyncSender<?> sender) {
        Objects.requireNonNull(sender, "'sender' must not be null");
        return () -> Unchecked.run(sender::sendAsync);
    }
}
