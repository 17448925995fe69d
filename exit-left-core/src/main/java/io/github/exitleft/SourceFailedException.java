package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown to everybody who waits when the resource fails, and to whoever asks for a ticket before it works again.
 *
 * <p>The cause is what the head reported, the same for all. A new attempt is made at most once a second, by whoever asks
 * for a ticket then.
 */
public final class SourceFailedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    SourceFailedException(String stage, Throwable cause) {
        super(
                "source of stage '" + stage + "' failed: " + Texts.of(cause)
                        + "; the next ticket taken a second or more after the failure tries again, if nothing has done so before",
                cause);
    }
}
