package io.github.exitleft;

import java.io.Serial;

/** Thrown by a source for a failure that is expected to pass by itself. It is counted, and no wait ends. */
public final class TransientSourceException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param cause what failed
     */
    public TransientSourceException(Throwable cause) {
        super(String.valueOf(cause), cause);
    }
}
