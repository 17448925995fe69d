package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the observations of calls, for traces and meters. */
@AutoConfiguration(
        after = ExitLeftAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({StageBeans.class, ObservationRegistry.class})
@EnableConfigurationProperties(StageObservationProperties.class)
public final class StageObservationAutoConfiguration {

    StageObservationAutoConfiguration() {}

    @Bean
    StageObservations exitLeftStageObservations(
            StageBeans stages,
            ObservationRegistry registry,
            ObjectProvider<StageCallObservationConvention> convention,
            StageObservationProperties properties) {
        return new StageObservations(stages, registry, convention.getIfAvailable(), properties.showToken());
    }
}
