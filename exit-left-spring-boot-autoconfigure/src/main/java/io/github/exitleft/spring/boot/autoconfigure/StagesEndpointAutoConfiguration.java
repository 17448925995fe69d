package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpointWebExtension;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the {@link StagesEndpoint}. */
@AutoConfiguration(after = ExitLeftAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(StagesEndpoint.class)
@ConditionalOnBean(StageBeans.class)
@EnableConfigurationProperties(StagesEndpointProperties.class)
public final class StagesEndpointAutoConfiguration {

    StagesEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    StagesEndpoint stagesEndpoint(StageBeans stages, StagesEndpointProperties properties) {
        return new StagesEndpoint(stages::existing, properties.showValues());
    }

    @Bean
    @ConditionalOnBean(StagesEndpoint.class)
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
    StagesEndpointWebExtension stagesEndpointWebExtension(
            StagesEndpoint stagesEndpoint, StagesEndpointProperties properties) {
        return new StagesEndpointWebExtension(stagesEndpoint, properties.showValues(), properties.roles());
    }
}
