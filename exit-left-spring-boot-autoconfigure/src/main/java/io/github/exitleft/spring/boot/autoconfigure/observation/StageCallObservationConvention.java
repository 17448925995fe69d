package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** {@link ObservationConvention} for the calls of stages. A bean of this type replaces the {@link DefaultStageCallObservationConvention}. */
public interface StageCallObservationConvention extends ObservationConvention<StageCallObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof StageCallObservationContext;
    }

    @Override
    default String getName() {
        return "exitleft.stage.call";
    }
}
