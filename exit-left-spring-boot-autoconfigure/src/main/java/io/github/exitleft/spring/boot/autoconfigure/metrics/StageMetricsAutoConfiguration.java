package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the meters of stages, for all registries that Boot binds meters to. */
@AutoConfiguration(after = ExitLeftAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(StageBeans.class)
public final class StageMetricsAutoConfiguration {

    StageMetricsAutoConfiguration() {}

    @Bean
    StageMeterBinder exitLeftStageMeterBinder(StageBeans stages) {
        return new StageMeterBinder(stages);
    }
}
