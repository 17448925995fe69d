package io.github.exitleft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a source for a message that it received and cannot make sense of. The message is counted as {@linkplain
 * MessageOutcome#UNREADABLE unreadable}; the source has not failed.
 */
public final class UnreadableMessageException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is wrong with the message
     * @param cause what was thrown; null if nothing was
     */
    public UnreadableMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
