package io.github.exitleft;

import java.io.Serial;

/**
 * Thrown out of every wait when the resource fails, and when a ticket is taken before it works again.
 *
 * <p>The cause is what the head reported, the same for all callers. A ticket taken a second or more after the failure
 * tries again.
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
