package io.github.exitleft.spring.boot.autoconfigure;

/**
 * A stage that is going to be created, all of whose properties have been checked.
 *
 * @param keys its keys
 * @param properties its properties
 * @param tokenType the class of its tokens
 * @param source its source
 */
record StagePlan(StageKeys keys, StageProperties properties, Class<?> tokenType, SourcePlan source) {}
