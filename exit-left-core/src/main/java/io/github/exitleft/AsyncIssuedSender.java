package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Sends a call's request with a token that the stage has issued for it, and reports later whether that worked; see
 * {@link AsyncSender}.
 *
 * <p>A lambda becomes one by {@link #of}: {@code AsyncIssuedSender.of(id -> template.send(encode(id, request)))}.
 *
 * @param <T> tokens
 * @param <X> what sending throws at once
 */
@FunctionalInterface
public interface AsyncIssuedSender<T, X extends Exception> extends IssuedSender<T, X> {

    /**
     * Begins to send; called as {@link #send} is.
     *
     * @param token the token that the answer will have
     * @return completes when the request has been sent, as for {@link AsyncSender#sendAsync()}
     * @throws X if sending fails at once
     */
    CompletionStage<?> sendAsync(T token) throws X;

    @Override
    default void send(T token) throws X {
        sendAsync(token);
    }

    /**
     * Returns a sender, given as a lambda.
     *
     * @param <T> tokens
     * @param <X> what sending throws at once
     * @param sender begins to send
     * @return the sender
     */
    static <T, X extends Exception> AsyncIssuedSender<T, X> of(AsyncIssuedSender<T, X> sender) {
        return Objects.requireNonNull(sender, "'sender' must not be null");
    }

    /**
     * Returns a sender without checked exceptions, as {@link Sender#unchecked} does.
     *
     * @param <T> tokens
     * @param sender begins to send
     * @return begins to send as that does, but throws a {@link SendFailedException} in place of a checked exception
     */
    static <T> AsyncIssuedSender<T, RuntimeException> unchecked(AsyncIssuedSender<T, ?> sender) {
        Objects.requireNonNull(sender, "'sender' must not be null");
        return token -> Unchecked.run(() -> sender.sendAsync(token));
    }
}
