package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown when a ticket is taken for a token that has a live ticket, or that rests since its last question ended without an
 * answer; nothing has been sent yet. The message says which, and what to change.
 */
public final class TokenInUseException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    TokenInUseException(String message) {
        super(message);
    }
}
