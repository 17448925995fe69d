package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown when an answer is an error for which the {@link ReplyClassifier} or the {@linkplain Source#errorOf source}
 * gives a checked exception, which is the cause.
 */
public final class ErrorReplyException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    ErrorReplyException(Throwable cause) {
        super("the answer is an error: " + Texts.of(cause), cause);
    }
}
