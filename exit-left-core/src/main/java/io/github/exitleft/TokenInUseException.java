package io.github.exitleft;

import java.io.Serial;

/** Thrown by {@code ticket} when the token cannot be taken now, since it has a live ticket; nothing has been sent yet. */
public final class TokenInUseException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    TokenInUseException(String message) {
        super(message);
    }
}
