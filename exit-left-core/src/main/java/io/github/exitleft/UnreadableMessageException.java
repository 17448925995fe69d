package io.github.exitleft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Thrown by a source for a message that it received and cannot make sense of; counted, and no failure of the source. */
public final class UnreadableMessageException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message what was wrong
     * @param cause what was thrown; null if nothing was
     */
    public UnreadableMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
