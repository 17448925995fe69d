package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.spring.boot.source.TokenKeys;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.KafkaHeaders;

/** A source over Kafka that has not been opened yet; loaded only where its library is. */
record KafkaDefinition(
        SourceContext context,
        KafkaProperties kafka,
        @Nullable TokenReader<?, ConsumerRecord<?, ?>> reader) implements SourceDefinition {

    static KafkaDefinition of(SourceContext context, KafkaProperties kafka) {
        List<String> topics = kafka.topics();
        if (topics.isEmpty() || topics.stream().anyMatch(String::isBlank)) {
            throw context.problem(
                    "topics",
                    "a source of type kafka needs a topic to read",
                    "Set " + context.key("topics") + " to the topic that answers go to.");
        }
        if (kafka.group() != null && kafka.group().isBlank()) {
            throw context.problem(
                    "group",
                    "a group needs a name",
                    "Set it to the name of a group, or remove it to read every partition.");
        }
        context.atLeast("ready-timeout", kafka.readyTimeout(), Duration.ofMillis(1));
        context.atLeast("unreachable-after", kafka.unreachableAfter(), Duration.ofSeconds(1));
        new TokenKeys(context)
                .text("header", kafka.token().header(), "header")
                .way("key", kafka.token().key())
                .reader(kafka.token().reader());
        TokenReader<?, ConsumerRecord<?, ?>> reader = null;
        if (kafka.token().key()) {
            reader = KafkaTokens.key(context.tokenType());
        } else if (kafka.token().reader() == null) {
            reader = context.checkTokenType(() -> KafkaTokens.header(context.tokenType(), header(kafka)));
        }
        return new KafkaDefinition(context, kafka, reader);
    }

    private static String header(KafkaProperties kafka) {
        String header = kafka.token().header();
        return header == null ? KafkaHeaders.CORRELATION_ID : header;
    }

    @Override
    public Class<?> messageType() {
        return ConsumerRecord.class;
    }

    private TokenReader<?, ?> tokens(SourceBeans beans) {
        return beans.tokenReader(this.reader, this.kafka.token().reader(), ConsumerRecord.class);
    }

    @Override
    public StandIn standIn(SourceBeans beans, StandIn.Peer peer) {
        KafkaOperations<?, ?> template = RecordsToPeer.template(peer);
        KafkaSender sender = new KafkaSender(
                template, header(this.kafka), this.kafka.topics().get(0));
        return new StandIn(
                tokens(beans), sender, Keeper.IDLE, message -> KafkaSource.errorIn((ConsumerRecord<?, ?>) message));
    }

    @Override
    public OpenSource open(SourceBeans beans) {
        TokenReader<?, ?> tokens = tokens(beans);
        ConsumerFactory<?, ?> factory =
                beans.namedOrOnly("consumer-factory", this.kafka.consumerFactory(), ConsumerFactory.class);
        KafkaOperations<?, ?> template =
                beans.namedOrOnlyIfAny("template", this.kafka.template(), KafkaOperations.class);
        try {
            return OpenSource.owned(openOrCreateTopics(beans, factory, template), tokens);
        } catch (UnknownTopicOrPartitionException e) {
            throw this.context.problem(
                    "topics",
                    String.valueOf(e.getMessage()),
                    "Correct it, or create the topic; a NewTopic bean does that.",
                    e);
        } catch (TimeoutException e) {
            throw this.context.problem(
                    "topics",
                    String.valueOf(e.getMessage()),
                    "Start the brokers, correct spring.kafka.bootstrap-servers, or raise "
                            + this.context.key("ready-timeout") + ".",
                    e);
        } catch (KafkaException e) {
            String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
            throw this.context.problem(
                    "",
                    "the topics can't be read: " + e.getMessage() + cause,
                    "Correct what is below spring.kafka, or the ConsumerFactory bean.",
                    e);
        }
    }

    /** Opens the source. Spring creates the topics of NewTopic beans once all beans exist, which is too late for a source. */
    private KafkaSource<?, ?> openOrCreateTopics(
            SourceBeans beans, ConsumerFactory<?, ?> factory, @Nullable KafkaOperations<?, ?> template) {
        try {
            return open(factory, template);
        } catch (UnknownTopicOrPartitionException e) {
            KafkaAdmin admin = beans.onlyIfAny(KafkaAdmin.class);
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
