package io.github.exitleft;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no message comes for a ticket in time. The message says which thread read meanwhile, and what came
 * instead.
 */
public final class StageTimeoutException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The stage's name. */
    private final String stage;

    private final transient @Nullable Object token;
    /** How long the wait lasted. */
    private final Duration waited;

    StageTimeoutException(String stage, Object token, String ticket, Duration waited, String circumstances) {
        super("no message in " + waited.toMillis() + " ms for the " + ticket + "; " + circumstances);
        this.stage = stage;
        this.token = token;
        this.waited = waited;
    }

    /** Is thrown when the time is up before there was a ticket. */
    StageTimeoutException(String stage, String message, Duration waited) {
        super(message);
        this.stage = stage;
        this.token = null;
        this.waited = waited;
    }

    /** {@return the stage's name} */
    public String stage() {
        return stage;
    }

    /** {@return the token that was waited for; null if there was no ticket yet, and after deserialization} */
    public @Nullable Object token() {
        return token;
    }

    /** {@return the time from the beginning of the wait to its end} */
    public Duration waited() {
        return waited;
    }
}
