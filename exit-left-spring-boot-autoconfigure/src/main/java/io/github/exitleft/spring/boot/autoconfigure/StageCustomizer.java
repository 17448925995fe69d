package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.StageBuilder;

/**
 * A bean that has a say in each stage from the properties, after the properties and before the stage is built; several are
 * called in their order.
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
