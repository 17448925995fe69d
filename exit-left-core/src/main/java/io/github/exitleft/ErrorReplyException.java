package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown to the caller whose answer is an error, if a {@link ReplyClassifier} or the {@linkplain Source#errorOf source} gives
 * a checked exception for it, which is the cause.
 */
public final class ErrorReplyException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    ErrorReplyException(Throwable cause) {
        super("the answer is an error: " + cause, cause);
    }
}
