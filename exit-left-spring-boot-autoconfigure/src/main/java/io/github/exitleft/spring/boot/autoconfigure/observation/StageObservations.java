package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/** Has the calls of all stages observed, of each from its creation on. */
final class StageObservations {

    private final ObservationRegistry registry;
    private final @Nullable StageCallObservationConvention convention;
    private final StageCallObservationConvention defaultConvention;

    StageObservations(
            StageBeans stages,
            ObservationRegistry registry,
            @Nullable StageCallObservationConvention convention,
            boolean showToken) {
        this.registry = registry;
        this.convention = convention;
        this.defaultConvention = new DefaultStageCallObservationConvention(showToken);
        stages.announceTo(this::observe);
    }

    private void observe(String name, Stage<?, ?> stage) {
        stage.observer(
                new StageCallObserver(this.registry, this.convention, this.defaultConvention, name, sourceType(stage)));
    }

    private static String sourceType(Stage<?, ?> stage) {
        try {
            return String.valueOf(stage.source().get("type"));
        } catch (RuntimeException e) {
            // the source may be the application's own
            return "unknown";
        }
    }
}
