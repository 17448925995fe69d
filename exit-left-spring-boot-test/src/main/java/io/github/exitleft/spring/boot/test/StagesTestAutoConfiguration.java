package io.github.exitleft.spring.boot.test;

import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.github.exitleft.spring.boot.autoconfigure.StageCustomizer;
import io.github.exitleft.spring.boot.source.SourceOpener;
import io.github.exitleft.test.SteerableClock;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Replaces the sources of stages by ones in memory; imported by {@link AutoConfigureStages}. */
@AutoConfiguration
final class StagesTestAutoConfiguration {

    static final String PREFIX = "spring.test.exitleft";

    @Bean
    static ScriptedPeers scriptedPeers(
            BeanFactory beanFactory, ObjectProvider<StageBeans> stages, ObjectProvider<SteerableClock> clock) {
        return new ScriptedPeers(beanFactory, stages, clock);
    }

    @Bean
    static SourceOpener scriptedPeersSourceOpener(ScriptedPeers peers) {
        return peers::open;
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(PREFIX + ".steer-time")
    static SteerableClock steerableClock() {
        return new SteerableClock();
    }

    @Bean
    static StageCustomizer steerableClockStageCustomizer(ObjectProvider<SteerableClock> clock) {
        return (name, builder) -> clock.ifAvailable(its -> its.steer(builder));
    }
}
