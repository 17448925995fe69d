package io.github.exitleft;

import java.util.Objects;

/**
 * Sends a call's request with a token that the stage has issued for it, such as {@code id -> socket.send(server,
 * encode(id, request))}.
 *
 * <p>A resend is called with the same token. If its client reports failures later, by a {@code CompletionStage}, use
 * {@link AsyncIssuedSender#of}. For everything else see {@link Sender}.
 *
 * @param <T> tokens
 * @param <X> what sending throws
 */
@FunctionalInterface
public interface IssuedSender<T, X extends Exception> {

    /**
     * Sends the request.
     *
     * @param token the token that the answer will have
     * @throws X if sending fails
     */
    void send(T token) throws X;

    /**
     * Returns a sender without checked exceptions, as {@link Sender#unchecked} does.
     *
     * @param <T> tokens
     * @param sender sends; for an {@link AsyncIssuedSender} use its own method, so that it stays one
     * @return sends as that does, but throws a {@link SendFailedException} in place of a checked exception
     */
    static <T> IssuedSender<T, RuntimeException> unchecked(IssuedSender<T, ?> sender) {
        Objects.requireNonNull(sender, "'sender' must not be null");
        return token -> Unchecked.run(() -> {
            sender.send(token);
            return null;
        });
    }
}
