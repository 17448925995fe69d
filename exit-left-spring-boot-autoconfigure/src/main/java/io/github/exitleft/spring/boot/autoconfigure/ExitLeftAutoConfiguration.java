package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.SourceOpener;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/** Auto-configuration of the stages that are configured by properties. */
@AutoConfiguration
@Conditional(OnStagesEnabledCondition.class)
@EnableConfigurationProperties(ExitLeftProperties.class)
@Import(StageBeanRegistrar.class)
public final class ExitLeftAutoConfiguration {

    ExitLeftAutoConfiguration() {}

    // static and without dependencies, so that it is created early and creates no other bean
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static StageBeanRecorder exitLeftStageBeans() {
        return new StageBeanRecorder();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static StageBeanDefinitions exitLeftStageDefinitions(Environment environment) {
        return new StageBeanDefinitions(environment);
    }

    // the keys of stages are bound and checked before any bean exists
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ConfigurationPropertiesBindHandlerAdvisor exitLeftUnits(Environment environment) {
        return handler -> new Units(handler, "management.health.stages", environment);
    }

    @Bean
    StagesLifecycle exitLeftStagesLifecycle(StageBeanRecorder stages) {
        return new StagesLifecycle(stages);
    }

    @Bean
    static StageListenerBeans exitLeftStageListeners(
            ConfigurableListableBeanFactory beanFactory, StageBeanRecorder stages) {
        return new StageListenerBeans(beanFactory, stages);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static StageFactory exitLeftStageFactory(
            ListableBeanFactory beanFactory,
            ObjectProvider<StageCustomizer> customizers,
            ObjectProvider<SourceOpener> opener) {
        return new StageFactory(beanFactory, customizers, opener);
    }
}
