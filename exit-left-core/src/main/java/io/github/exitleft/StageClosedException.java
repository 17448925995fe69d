package io.github.exitleft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown out of every wait on a stage that is closed, and when a ticket is taken afterwards.
 *
 * <p>It has a cause if the stage closed by itself, because an {@code Error} kept it from finishing a step.
 */
public final class StageClosedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    StageClosedException(String stage, @Nullable Throwable cause) {
        super(
                cause == null
                        ? "stage '" + stage + "' is closed; end its callers before you close it"
                        : "stage '" + stage + "' has closed by itself, since it could not finish a step: "
                                + Texts.of(cause) + "; close it and build a new one",
                cause);
    }
}
