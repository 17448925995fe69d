package io.github.exitleft.spring.boot.autoconfigure;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Thrown for a mistake in the configuration of a stage; ends up as the report of a failed start. */
final class StageConfigurationException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String action;

    StageConfigurationException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return this.action;
    }
}
