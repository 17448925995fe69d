package io.github.exitleft.spring.boot.autoconfigure.health;

import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the health of stages. */
@AutoConfiguration(
        after = ExitLeftAutoConfiguration.class,
        beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("stages")
@ConditionalOnBean(StageBeans.class)
@EnableConfigurationProperties(StagesHealthProperties.class)
public final class StagesHealthContributorAutoConfiguration {

    StagesHealthContributorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = {"stagesHealthContributor", "stagesHealthIndicator"})
    StagesHealthContributor stagesHealthContributor(StageBeans stages, StagesHealthProperties properties) {
        return new StagesHealthContributor(stages, properties.unattendedAfter());
    }
}
