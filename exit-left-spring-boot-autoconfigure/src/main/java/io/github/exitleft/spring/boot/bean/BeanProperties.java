package io.github.exitleft.spring.boot.bean;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of a source that is a bean.
 *
 * @param name Name of the Source bean, which is closed with the stage. Required.
 * @param token How the token is read.
 */
@ConfigurationPropertiesSource
record BeanProperties(@Nullable String name, @DefaultValue Token token) {

    /**
     * The keys of the token in a message of a source that is a bean.
     *
     * @param reader Name of a TokenReader bean that reads the token. Required.
     */
    record Token(@Nullable String reader) {}
}
