package io.github.exitleft;

import java.io.Serial;

/** Thrown when a ticket is taken for a token that has a live ticket; nothing has been sent yet. */
public final class TokenInUseException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    TokenInUseException(String message) {
        super(message);
    }
}
