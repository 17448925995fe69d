package io.github.exitleft.spring.boot.autoconfigure;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for a mistake in the configuration of a stage, which Spring Boot reports as a failed start. Its message is one line: the
 * context logs it before the report is printed, and a build ahead of time shows nothing else.
 */
final class StageConfigurationException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String description;
    private final String action;

    StageConfigurationException(String message, String description, String action, @Nullable Throwable cause) {
        super(message, cause);
        this.description = description;
        this.action = action;
    }

    String description() {
        return this.description;
    }

    String action() {
        return this.action;
    }
}
