package io.github.exitleft.spring.boot.jms;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.util.List;

/** Reads a queue over JMS. */
final class JmsAdapter implements SourceAdapter<JmsProperties> {

    private static final String STARTER =
            "org.springframework.boot:spring-boot-starter-artemis, or the starter of your broker";

    @Override
    public String type() {
        return "jms";
    }

    @Override
    public Class<JmsProperties> propertiesType() {
        return JmsProperties.class;
    }

    @Override
    public List<RequiredClass> requirements() {
        return List.of(
                new RequiredClass("jakarta.jms.ConnectionFactory", STARTER),
                new RequiredClass("org.springframework.jms.core.JmsOperations", STARTER));
    }

    @Override
    public SourceDefinition define(JmsProperties properties, SourceContext context) {
        return JmsDefinition.of(context, properties);
    }
}
