package io.github.exitleft.spring.boot.bean;

import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;

/** Reads a source that is a bean of the application. */
final class BeanAdapter implements SourceAdapter<BeanProperties> {

    @Override
    public String type() {
        return "bean";
    }

    @Override
    public Class<BeanProperties> propertiesType() {
        return BeanProperties.class;
    }

    @Override
    public SourceDefinition define(BeanProperties properties, SourceContext context) {
        String name = properties.name();
        String reader = properties.token().reader();
        if (name == null || name.isBlank()) {
            throw context.problem(
                    "name",
                    "a source of type bean needs the name of a bean",
                    "Set " + context.key("name") + " to the name of a Source bean.");
        }
        if (reader == null || reader.isBlank()) {
            throw context.problem(
                    "token.reader",
                    "there is no way to read the token out of a message",
                    "Set " + context.key("token.reader") + " to the name of a TokenReader bean.");
        }
        return new BeanSourceDefinition(context, name, reader, context.claim("name", name));
    }
}
