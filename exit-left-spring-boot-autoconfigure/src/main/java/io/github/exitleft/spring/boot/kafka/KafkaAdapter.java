package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.util.List;

/** Reads topics of Kafka. */
final class KafkaAdapter implements SourceAdapter<KafkaProperties> {

    @Override
    public String type() {
        return "kafka";
    }

    @Override
    public Class<KafkaProperties> propertiesType() {
        return KafkaProperties.class;
    }

    @Override
    public List<RequiredClass> requirements() {
        return List.of(new RequiredClass(
                "org.springframework.kafka.core.ConsumerFactory",
                "org.springframework.boot:spring-boot-starter-kafka"));
    }

    @Override
    public SourceDefinition define(KafkaProperties properties, SourceContext context) {
        return KafkaDefinition.of(context, properties);
    }
}
