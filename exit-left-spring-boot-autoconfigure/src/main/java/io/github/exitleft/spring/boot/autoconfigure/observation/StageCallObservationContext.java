package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.github.exitleft.CallKind;
import io.github.exitleft.Outcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** What is known of a call that is observed. */
public class StageCallObservationContext extends Observation.Context {

    private final String stage;
    private final String sourceType;
    private final CallKind kind;
    private @Nullable Object token;
    private @Nullable Outcome exit;
    private boolean ended;

    /**
     * Creates the context of a call that begins.
     *
     * @param stage the name of the stage
     * @param sourceType the type of the stage's source
     * @param kind how the stage is asked
     */
    public StageCallObservationContext(String stage, String sourceType, CallKind kind) {
        this.stage = stage;
        this.sourceType = sourceType;
        this.kind = kind;
    }

    /** {@return the name of the stage} */
    public String getStage() {
        return this.stage;
    }

    /** {@return the type of the stage's source} */
    public String getSourceType() {
        return this.sourceType;
    }

    /** {@return how the stage is asked} */
    public CallKind getKind() {
        return this.kind;
    }

    /** {@return the token of the call; null until the call has ended, and if it never had one} */
    public @Nullable Object getToken() {
        return this.token;
    }

    /** {@return how the call has ended; null until then, and if it was refused before it could wait} */
    public @Nullable Outcome getExit() {
        return this.exit;
    }

    /** {@return whether the call has ended} */
    public boolean isEnded() {
        return this.ended;
    }

    /**
     * Says how the call has ended.
     *
     * @param token its token; null if it never had one
     * @param exit how it has ended; null if it was refused
     */
    public void end(@Nullable Object token, @Nullable Outcome exit) {
        this.token = token;
        this.exit = exit;
        this.ended = true;
    }
}
