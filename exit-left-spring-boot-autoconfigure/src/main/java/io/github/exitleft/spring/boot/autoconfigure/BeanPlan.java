package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Bean;
import org.jspecify.annotations.Nullable;

/**
 * A source that is a bean.
 *
 * @param keys the stage's keys
 * @param name the source's name
 * @param reader the token reader's name
 * @param other another stage that names the same source; null if there is none
 */
record BeanPlan(
        StageKeys keys,
        String name,
        String reader,
        @Nullable StageKeys other) implements SourcePlan {

    static BeanPlan of(StageKeys keys, @Nullable Bean bean, @Nullable StageKeys other) {
        String name = bean == null ? null : bean.name();
        String reader = bean == null ? null : bean.token().reader();
        if (name == null || name.isBlank()) {
            throw keys.problem(
                    "source.bean.name",
                    "a source of type bean needs the name of a bean",
                    "Set " + keys.key("source.bean.name") + " to the name of a Source bean.");
        }
        if (reader == null || reader.isBlank()) {
            throw keys.problem(
                    "source.bean.token.reader",
                    "there is no way to read the token out of a message",
                    "Set " + keys.key("source.bean.token.reader") + " to the name of a TokenReader bean.");
        }
        return new BeanPlan(keys, name, reader, other);
    }

    @Override
    public @Nullable Class<?> messageType() {
        return null;
    }

    @Override
    public Opened open(NamedBeans beans) {
        Source<?> source = beans.named("source.bean.name", this.name, Source.class);
        if (this.other != null && beans.isSingleton(this.name)) {
            throw this.keys.problem(
                    "source.bean.name",
                    "stage '" + this.other.stage() + "' reads that bean already (origin: "
                            + this.other.origin("source.bean.name") + "), and a source has one reader",
                    "Name another bean, or give the bean the scope 'prototype'.");
        }
        return new Opened(source, beans.reader("source.bean.token.reader", this.reader, null), false);
    }
}
