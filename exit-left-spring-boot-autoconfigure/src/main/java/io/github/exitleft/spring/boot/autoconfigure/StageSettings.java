package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Map;

/**
 * The settings of one stage.
 *
 * @param properties the stage's own keys
 * @param sources the properties of sources, by type: those of the stage's type, and those of other types that were not overridden
 */
record StageSettings(StageProperties properties, Map<String, Object> sources) {}
