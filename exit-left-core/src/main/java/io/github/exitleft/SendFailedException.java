package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown when an {@link AsyncSender} reports that the request of a call was not sent after all. The cause is what its
 * {@code CompletionStage} was completed with.
 */
public final class SendFailedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    SendFailedException(String ticket, Throwable cause) {
        super("request for the " + ticket + " was not sent; look at the cause", cause);
    }
}
