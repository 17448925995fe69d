package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Map;

/**
 * What the properties say of one stage.
 *
 * @param properties the stage's own keys
 * @param sources what the keys of sources are bound to, by type: those of the stage's type, and those of others that are set at least
 *     as high as the type
 */
record StageSettings(StageProperties properties, Map<String, Object> sources) {}
