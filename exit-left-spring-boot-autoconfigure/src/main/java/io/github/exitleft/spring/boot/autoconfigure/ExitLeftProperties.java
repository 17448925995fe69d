package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys below {@code exit-left}, but for those of the sources. {@link StagePropertiesBinding} reports what is unknown, since
 * only that knows the keys of the source adapters.
 *
 * @param enabled Whether there are stages at all, with their meters, health check and endpoint.
 * @param stages Stages by name, which is also the name of the stage's bean.
 */
@ConfigurationProperties(ExitLeftProperties.PREFIX)
public record ExitLeftProperties(
        @DefaultValue("true") boolean enabled,
        // nested, so that the annotation processor leaves the key to the additional metadata, whose type has the
        // sources'
        // keys as well, for editors to complete
        @NestedConfigurationProperty @DefaultValue Map<String, StageProperties> stages) {

    static final String PREFIX = "exit-left";
}
