package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Kafka;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.KafkaHeaders;

/** A source over Kafka that is going to be opened; loaded only where its library is. */
record KafkaPlan(StageKeys keys, Kafka kafka, @Nullable TokenReader<?, ConsumerRecord<?, ?>> reader)
        implements SourcePlan {

    static KafkaPlan of(StageKeys keys, Class<?> tokenType, @Nullable Kafka kafka) {
        List<String> topics = kafka == null ? List.of() : kafka.topics();
        if (kafka == null || topics.isEmpty() || topics.stream().anyMatch(String::isBlank)) {
            throw keys.problem(
                    "source.kafka.topics",
                    "a source of type kafka needs a topic to read",
                    "Set " + keys.key("source.kafka.topics") + " to the topic that answers go to.");
        }
        if (kafka.group() != null && kafka.group().isBlank()) {
            throw keys.problem(
                    "source.kafka.group",
                    "a group needs a name",
                    "Set it to the name of a group, or remove it to read every partition.");
        }
        atLeast(keys, "source.kafka.ready-timeout", kafka.readyTimeout(), Duration.ofMillis(1));
        atLeast(keys, "source.kafka.unreachable-after", kafka.unreachableAfter(), Duration.ofSeconds(1));
        new WaysToReadTheToken(keys, "source.kafka.token")
                .text("header", kafka.token().header(), "header")
                .way("key", kafka.token().key())
                .reader(kafka.token().reader());
        TokenReader<?, ConsumerRecord<?, ?>> reader = null;
        if (kafka.token().key()) {
            reader = KafkaTokens.key(tokenType);
        } else if (kafka.token().reader() == null) {
            reader = keys.possible("token-type", () -> KafkaTokens.header(tokenType, header(kafka)));
        }
        return new KafkaPlan(keys, kafka, reader);
    }

    private static void atLeast(StageKeys keys, String suffix, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw keys.problem(
                    suffix, "must be at least " + least + ", but is " + value, "Set it to a duration such as 10s.");
        }
    }

    private static String header(Kafka kafka) {
        String header = kafka.token().header();
        return header == null ? KafkaHeaders.CORRELATION_ID : header;
    }

    @Override
    public Class<?> messageType() {
        return ConsumerRecord.class;
    }

    @Override
    public Opened open(NamedBeans beans) {
        TokenReader<?, ?> tokens = this.reader != null
                ? this.reader
                : beans.reader(
                        "source.kafka.token.reader",
                        Objects.requireNonNull(this.kafka.token().reader()),
                        ConsumerRecord.class);
        ConsumerFactory<?, ?> factory =
                beans.namedOrOnly("source.kafka.consumer-factory", this.kafka.consumerFactory(), ConsumerFactory.class);
        KafkaOperations<?, ?> template =
                beans.namedOrOnlyIfAny("source.kafka.template", this.kafka.template(), KafkaOperations.class);
        try {
            return new Opened(openOrCreateTopics(beans, factory, template), tokens, true);
        } catch (UnknownTopicOrPartitionException e) {
            throw this.keys.problem(
                    "source.kafka.topics",
                    String.valueOf(e.getMessage()),
                    "Correct it, or create the topic; a NewTopic bean does that.",
                    e);
        } catch (TimeoutException e) {
            throw this.keys.problem(
                    "source.kafka.topics",
                    String.valueOf(e.getMessage()),
                    "Start the brokers, correct spring.kafka.bootstrap-servers, or raise "
                            + this.keys.key("source.kafka.ready-timeout") + ".",
                    e);
        } catch (KafkaException e) {
            String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
            throw this.keys.problem(
                    "source.kafka",
                    "the topics can't be read: " + e.getMessage() + cause,
                    "Correct what is below spring.kafka, or the ConsumerFactory bean.",
                    e);
        }
    }

    /** Spring creates the topics of NewTopic beans when all beans are there, which is too late for this one. */
    private KafkaSource<?, ?> openOrCreateTopics(
            NamedBeans beans, ConsumerFactory<?, ?> factory, @Nullable KafkaOperations<?, ?> template) {
        try {
            return open(factory, template);
        } catch (UnknownTopicOrPartitionException e) {
            KafkaAdmin admin = beans.namedOrOnlyIfAny("", null, KafkaAdmin.class);
            if (admin == null || !admin.initialize()) {
                throw e;
            }
            return open(factory, template);
        }
    }

    private <K, V> KafkaSource<K, V> open(ConsumerFactory<K, V> factory, @Nullable KafkaOperations<?, ?> template) {
        KafkaSource.Builder<K, V> builder = KafkaSource.builder(factory, this.kafka.topics())
                .correlationHeader(header(this.kafka))
                .readyTimeout(this.kafka.readyTimeout())
                .unreachableAfter(this.kafka.unreachableAfter());
        if (this.kafka.group() != null) {
            builder.group(this.kafka.group());
        }
        if (template != null) {
            builder.template(template);
        }
        return builder.open();
    }
}
