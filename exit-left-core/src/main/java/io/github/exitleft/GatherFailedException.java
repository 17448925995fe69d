package io.github.exitleft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a {@linkplain Stage#gather gather} cannot go on: messages were dropped because the mailbox was full, or
 * the predicate threw, which is the cause then.
 */
public final class GatherFailedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    GatherFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
