package io.github.exitleft.spring.boot.kafka;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of a source over Kafka.
 *
 * @param topics Topics to read. The first is where requests ask for their answers. Required.
 * @param group Consumer group to read as a member of. Every partition is read, in no group, unless set.
 * @param token How the token is read; the header kafka_correlationId unless set.
 * @param readyTimeout How long the start waits until brokers have answered and partitions are assigned.
 * @param unreachableAfter How long no broker may answer, while a thread reads, before the source fails.
 * @param consumerFactory Name of the ConsumerFactory bean. The only one unless set.
 * @param template Name of the KafkaTemplate bean to send requests with. The only one unless set.
 */
@ConfigurationPropertiesSource
record KafkaProperties(
        @DefaultValue List<String> topics,
        @Nullable String group,
        @DefaultValue Token token,
        @DefaultValue("60s") Duration readyTimeout,
        @DefaultValue("10s") Duration unreachableAfter,
        @Nullable String consumerFactory,
        @Nullable String template) {

    /**
     * The keys of the token in a Kafka record; at most one of them.
     *
     * @param header Name of the header that holds the token.
     * @param key Whether the record's key is the token.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    record Token(
            @Nullable String header,
            @DefaultValue("false") boolean key,
            @Nullable String reader) {}
}
