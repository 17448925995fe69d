package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.StageBuilder;

/**
 * Customizes each stage that is configured by properties, after the properties are applied and before the stage is built. Beans of
 * this type are called in their order.
 */
@FunctionalInterface
public interface StageCustomizer {

    /**
     * Customizes a stage.
     *
     * @param name the stage's name
     * @param builder its builder
     */
    void customize(String name, StageBuilder<?, ?> builder);
}
