package io.github.exitleft;

import java.io.Serial;
import java.time.Duration;

/** Thrown when no message came for a ticket in time; says who read meanwhile, and what came instead. */
public final class StageTimeoutException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The stage's name. */
    private final String stage;

    private final transient Object token;
    /** How long it was waited. */
    private final Duration waited;

    StageTimeoutException(String stage, Object token, String ticket, Duration waited, String circumstances) {
        super("no message in " + waited.toMillis() + " ms for the " + ticket + "; " + circumstances);
        this.stage = stage;
        this.token = token;
        this.waited = waited;
    }

    /**
     * Where it was waited.
     *
     * @return the stage's name
     */
    public String stage() {
        return stage;
    }

    /**
     * What was waited for.
     *
     * @return the token
     */
    public Object token() {
        return token;
    }

    /**
     * How long it was waited.
     *
     * @return the time from the beginning of the wait to its end
     */
    public Duration waited() {
        return waited;
    }
}
