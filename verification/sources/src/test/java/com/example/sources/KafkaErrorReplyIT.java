package com.example.sources;

import static com.example.sources.Threads.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.ReplyClassifier;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import io.github.exitleft.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;

/** Answers over Kafka that are none: they can't be deserialized, or the server says in them what went wrong (M18). */
class KafkaErrorReplyIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final KafkaBroker broker = KafkaBroker.running();
    private final String replies = "error-replies-" + NUMBERS.incrementAndGet();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withPropertyValues(
                    "spring.kafka.bootstrap-servers=" + this.broker.address(),
                    "spring.kafka.consumer.value-deserializer=" + ErrorHandlingDeserializer.class.getName(),
                    "spring.kafka.consumer.properties.spring.deserializer.value.delegate.class="
                            + IntegerDeserializer.class.getName(),
                    "exit-left.stages.rpc.token-type=java.lang.String",
                    "exit-left.stages.rpc.default-timeout=30s",
                    "exit-left.stages.rpc.source.type=kafka",
                    "exit-left.stages.rpc.source.kafka.topics=" + this.replies);

    @BeforeEach
    void createTopic() {
        this.broker.topic(this.replies, 1);
    }

    @SuppressWarnings("unchecked") // beans by name have no type arguments
    private static Stage<String, ConsumerRecord<String, Integer>> rpc(ApplicationContext context) {
        return context.getBean("rpc", Stage.class);
    }

    /** Plays the server: the text is no integer unless it has four bytes. */
    @SuppressWarnings("unchecked") // Boot's template, with the serializers that Boot configures
    private void answer(ApplicationContext context, String token, String text, String... headers) {
        var record = new ProducerRecord<String, String>(this.replies, text);
        record.headers().add(KafkaHeaders.CORRELATION_ID, token.getBytes(StandardCharsets.UTF_8));
        for (String header : headers) {
            record.headers().add(header, "of a server".getBytes(StandardCharsets.UTF_8));
        }
        ((KafkaTemplate<String, String>) context.getBean(KafkaTemplate.class)).send(record);
    }

    @Test
    void m18_replyThatCantBeDeserialized_isItsCallersExceptionWithTheCause() {
        this.contextRunner.run(context -> {
            var rpc = rpc(context);

            assertThatThrownBy(() -> rpc.call("a", () -> answer(context, "a", "no integer")))
                    .isInstanceOf(DeserializationException.class)
                    .hasRootCauseInstanceOf(SerializationException.class);
            var future = rpc.callAsync("b", () -> answer(context, "b", "neither"));
            assertThatThrownBy(() -> Patience.get(future))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DeserializationException.class);
            assertThat(rpc.call("c", () -> answer(context, "c", "four")).value())
                    .isEqualTo(0x666f7572);
            assertThat(count(rpc, MessageOutcome.DELIVERED)).isEqualTo(3);
            assertThat(rpc.snapshot(0).role().callbackFailures()).isZero();
        });
    }

    @Test
    void m18_replyWithoutAValue_isAnAnswerThoughAStrangerSaysOtherwise() {
        this.contextRunner.run(context -> {
            var rpc = rpc(context);
            var reply = rpc.call("a", () -> answer(context, "a", null, "springDeserializerExceptionValue"));

            assertThat(reply.value()).isNull();
        });
    }

    @Test
    void m18_replyThatABeanCallsAnError_isItsCallersException() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.reply-classifier=errors")
                .withBean("errors", ReplyClassifier.class, () -> KafkaErrorReplyIT::errorOf)
                .run(context -> {
                    var rpc = rpc(context);

                    assertThatThrownBy(() -> rpc.call("a", () -> answer(context, "a", "four", "error")))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("of a server");
                    assertThat(rpc.call("b", () -> answer(context, "b", "four")).value())
                            .isEqualTo(0x666f7572);
                });
    }

    private static Throwable errorOf(Object reply) {
        var header = ((ConsumerRecord<?, ?>) reply).headers().lastHeader("error");
        return header == null ? null : new IllegalStateException(new String(header.value(), StandardCharsets.UTF_8));
    }

    @Test
    void m10_stageBuiltByHand_hasTheKeeperThatItsSourcePrefers() {
        var factory = new DefaultKafkaConsumerFactory<>(
                Map.<String, Object>of("bootstrap.servers", this.broker.address()),
                new StringDeserializer(),
                new StringDeserializer());
        KafkaSource<String, String> source =
                KafkaSource.builder(factory, List.of(this.replies)).open();
        try (var stage = Stage.builder(
                        "by hand", String.class, source, KafkaTokens.header(String.class, KafkaHeaders.CORRELATION_ID))
                .build()) {
            assertThat(stage.keeper()).isEqualTo(Keeper.IDLE);
        }
    }
}
