package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.github.exitleft.CallKind;
import io.github.exitleft.CallObservation;
import io.github.exitleft.Outcome;
import io.github.exitleft.StageObserver;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageCallObservationDocumentation.Events;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/** Makes each call of one stage an observation of Micrometer's. */
final class StageCallObserver implements StageObserver {

    private final ObservationRegistry registry;
    private final @Nullable StageCallObservationConvention convention;
    private final StageCallObservationConvention defaultConvention;
    private final String stage;
    private final String sourceType;

    StageCallObserver(
            ObservationRegistry registry,
            @Nullable StageCallObservationConvention convention,
            StageCallObservationConvention defaultConvention,
            String stage,
            String sourceType) {
        this.registry = registry;
        this.convention = convention;
        this.defaultConvention = defaultConvention;
        this.stage = stage;
        this.sourceType = sourceType;
    }

    @Override
    public @Nullable CallObservation begin(CallKind kind) {
        if (this.registry.isNoop()) {
            // no handler
            return null;
        }
        var context = new StageCallObservationContext(this.stage, this.sourceType, kind);
        Observation observation = StageCallObservationDocumentation.CALL.observation(
                this.convention, this.defaultConvention, () -> context, this.registry);
        if (observation.isNoop()) {
            // switched off
            return null;
        }
        observation.start();
        return new Following(this.registry, observation, context);
    }

    /** A call that is observed. */
    private record Following(ObservationRegistry registry, Observation observation, StageCallObservationContext context)
            implements CallObservation {

        @Override
        public Runnable sending() {
            Observation.@Nullable Scope before = this.registry.getCurrentObservationScope();
            boolean open = false;
            try {
                Observation.Scope scope = this.observation.openScope();
                open = true;
                return () -> close(scope, before);
            } finally {
                if (!open) {
                    this.registry.setCurrentObservationScope(before);
                }
            }
        }

        /** Closes a scope; the thread gets back what it had before, also if a handler throws. */
        private void close(Observation.Scope scope, Observation.@Nullable Scope before) {
            try {
                scope.close();
            } finally {
                this.registry.setCurrentObservationScope(before);
            }
        }

        @Override
        public void happened(Event event) {
            this.observation.event(
                    switch (event) {
                        case SENT -> Events.SENT;
                        case RESENT -> Events.RESENT;
                        case RECEIVED -> Events.RECEIVED;
                    });
        }

        @Override
        public void ended(@Nullable Object token, @Nullable Outcome exit, @Nullable Throwable error) {
            this.context.end(token, exit);
            try {
                if (error != null) {
                    this.observation.error(error);
                }
            } finally {
                this.observation.stop();
            }
        }
    }
}
