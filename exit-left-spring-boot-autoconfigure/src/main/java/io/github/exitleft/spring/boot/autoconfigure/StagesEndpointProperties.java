package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of the endpoint.
 *
 * @param showValues When to show the tokens that are waited for.
 * @param roles Roles used to determine whether a user is authorized to see tokens. When empty, all authenticated users are
 *     authorized.
 */
@ConfigurationProperties("management.endpoint.stages")
record StagesEndpointProperties(
        @DefaultValue("never") Show showValues,
        @DefaultValue Set<String> roles) {}
