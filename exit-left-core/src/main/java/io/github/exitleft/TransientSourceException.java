package io.github.exitleft;

import java.io.Serial;

/** Thrown by a source that failed in a way which is expected to pass by itself; counted, and nobody's wait ends. */
public final class TransientSourceException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param cause why
     */
    public TransientSourceException(Throwable cause) {
        super(String.valueOf(cause), cause);
    }
}
