package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown when the request of a call was not sent: when an {@link AsyncSender} reports that later, and in place of a
 * checked exception by an {@linkplain Sender#unchecked unchecked sender}. The cause is what its {@code CompletionStage}
 * was completed with, or what the sender has thrown.
 */
public final class SendFailedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    SendFailedException(String ticket, Throwable cause) {
        super("request for the " + ticket + " was not sent; look at the cause", cause);
    }

    SendFailedException(Exception cause) {
        super("request was not sent: " + cause, cause);
    }
}
