package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageListener;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** A source that failed works again when a broker has answered it, and not before (M6). */
@Tag("slow")
class KafkaFailureIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final KafkaBroker broker = KafkaBroker.running();
    private final String topic = "failing-" + NUMBERS.incrementAndGet();
    private final AtomicInteger consumers = new AtomicInteger();
    private final AtomicInteger reopened = new AtomicInteger();
    private DefaultKafkaProducerFactory<Integer, String> producers;

    @BeforeEach
    void createTopic() {
        this.broker.topic(this.topic, 2);
        this.producers = new DefaultKafkaProducerFactory<>(
                Map.of("bootstrap.servers", this.broker.address()), new IntegerSerializer(), new StringSerializer());
    }

    @AfterEach
    void letBrokerRun() {
        this.producers.destroy();
        KafkaBroker.running();
    }

    private KafkaSource<Integer, String> open(boolean grouped) {
        var factory = new DefaultKafkaConsumerFactory<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        this.broker.address(),
                        "session.timeout.ms", // so long a group waits for a member that could not leave
                        6_000),
                new IntegerDeserializer(),
                new StringDeserializer());
        factory.addListener(new ConsumerFactory.Listener<>() {
            @Override
            public void consumerAdded(String id, Consumer<Integer, String> consumer) {
                KafkaFailureIT.this.consumers.incrementAndGet();
            }
        });
        KafkaSource.Builder<Integer, String> builder =
                KafkaSource.builder(factory, List.of(this.topic)).unreachableAfter(Duration.ofSeconds(2));
        return (grouped ? builder.group(this.topic) : builder).open();
    }

    private Stage<Integer, ConsumerRecord<Integer, String>> stage(boolean grouped, Keeper keeper) {
        StageBuilder<Integer, ConsumerRecord<Integer, String>> builder =
                Stage.builder("failing", Integer.class, open(grouped), KafkaTokens.key(Integer.class));
        var stage = builder.defaultTimeout(Patience.LIMIT)
                .keeper(keeper)
                .onFailure(keeper == Keeper.OFF ? OnFailure.FAIL_ALL : OnFailure.REOPEN)
                .build();
        stage.addListener(new StageListener<>() {
            @Override
            public void reopened() {
                KafkaFailureIT.this.reopened.incrementAndGet();
            }
        });
        return stage;
    }

    private void send(int token) {
        new KafkaTemplate<>(this.producers)
                .send(new ProducerRecord<>(this.topic, token, "" + token))
                .join();
    }

    private void failByDenial(Stage<Integer, ?> stage) throws Exception {
        assertThat(stage.call(1, () -> send(1))).isNotNull();
        var caller = Threads.start(() -> stage.call(2, () -> {}));
        Threads.awaitCallers(stage, 1);

        this.broker.deny(this.topic);

        Throwable thrown = Threads.failure(caller);
        assertThat(thrown).isInstanceOf(SourceFailedException.class);
        assertThat(thrown.getCause()).isInstanceOf(TopicAuthorizationException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m6_topicThatMayNotBeRead_failsOnceAndReopensOnceWhenItMay(boolean grouped) throws Exception {
        try (var stage = stage(grouped, Keeper.ALWAYS)) {
            failByDenial(stage);
            int before = this.consumers.get();

            await().until(() -> this.consumers.get() >= before + 3 || this.reopened.get() > 0);

            assertThat(this.reopened).hasValue(0);
            this.broker.allow(this.topic);
            await().until(() -> stage.snapshot(0).role().state() == State.OPEN);
            assertThat(stage.call(3, () -> send(3)).value()).isEqualTo("3");
            assertThat(this.reopened).hasValue(1);
        }
    }

    @Test
    void m6_brokerThatDiesAfterAnotherFailure_isMissedByAConsumerThatHasNoPartitionYet() throws Exception {
        try (var stage = stage(true, Keeper.OFF)) {
            failByDenial(stage);
            this.broker.kill();
            var tokens = new AtomicInteger(2); // another for each question, since it rests when that fails

            // a caller that may try again is told that no broker answers, instead of waiting in vain
            var options = CallOptions.defaults().timeout(Duration.ofSeconds(20));
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> stage.call(tokens.incrementAndGet(), options, () -> {}))
                                    .isInstanceOf(SourceFailedException.class)
                                    .cause()
                                    .isInstanceOf(TimeoutException.class)
                                    .hasMessageContaining("no broker has answered for PT2S"));
            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.FAILED);
            assertThat(this.reopened).hasValue(0);

            this.broker.start();
            this.broker.allow(this.topic);
            await().until(() -> {
                int token = tokens.incrementAndGet();
                try {
                    return stage.call(token, () -> send(token)).value().equals("" + token);
                } catch (SourceFailedException
                        | KafkaException e) { // a broker learns of what is allowed in its own time
                    return false;
                }
            });
        }
    }

    @Test
    void m6_wakeupWhileNoBrokerAnswers_isNoSignOfLife() throws Exception {
        try (KafkaSource<Integer, String> source = open(false)) {
            assertThat(source.receive(Duration.ofSeconds(1))).isNull();
            this.broker.kill();
            await().untilAsserted(() -> assertThatThrownBy(() -> source.receive(Duration.ofSeconds(1)))
                    .isInstanceOf(TimeoutException.class));

            source.wakeup();

            assertThatThrownBy(() -> source.receive(Duration.ofSeconds(1)))
                    .isInstanceOf(TransientSourceException.class);
        }
    }
}
