package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys below {@code exit-left}; an unknown one is an error.
 *
 * @param stages Stages by name, which is also the name of the stage's bean.
 */
@ConfigurationProperties(prefix = ExitLeftProperties.PREFIX, ignoreUnknownFields = false)
public record ExitLeftProperties(@DefaultValue Map<String, StageProperties> stages) {

    static final String PREFIX = "exit-left";
}
