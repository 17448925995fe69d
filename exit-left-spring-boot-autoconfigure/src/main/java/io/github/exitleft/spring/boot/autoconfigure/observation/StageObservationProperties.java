package io.github.exitleft.spring.boot.autoconfigure.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of the observations of calls.
 *
 * @param showToken Whether spans have the token of their call, as exitleft.token.
 */
@ConfigurationProperties("management.observations.stages")
record StageObservationProperties(@DefaultValue("false") boolean showToken) {}
