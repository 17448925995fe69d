package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** A broker that crashes and comes back: every caller is told once, and later calls are answered (M6). */
@Tag("slow")
class KafkaRestartIT {

    private static final String TOPIC = "restart";

    private static KafkaSource<Integer, String> open(KafkaBroker broker, boolean grouped) {
        var consumers = new DefaultKafkaConsumerFactory<>(
                Map.of("bootstrap.servers", broker.address()), new IntegerDeserializer(), new StringDeserializer());
        KafkaSource.Builder<Integer, String> builder =
                KafkaSource.builder(consumers, List.of(TOPIC)).unreachableAfter(Duration.ofSeconds(2));
        return (grouped ? builder.group(TOPIC) : builder).open();
    }

    private static Stage<Integer, ConsumerRecord<Integer, String>> stage(KafkaBroker broker, boolean grouped) {
        return Stage.builder(
                        grouped ? "grouped" : "restart",
                        Integer.class,
                        open(broker, grouped),
                        KafkaTokens.key(Integer.class))
                .defaultTimeout(Duration.ofSeconds(60))
                .onFailure(OnFailure.FAIL_ALL)
                .build();
    }

    @Test
    void crashAndRestart_failEveryCallOnceAndLoseNoneAfterwards() throws Exception {
        KafkaBroker broker = KafkaBroker.running();
        broker.topic(TOPIC, 2);
        var producers = new DefaultKafkaProducerFactory<>(
                Map.of("bootstrap.servers", broker.address()), new IntegerSerializer(), new StringSerializer());
        var template = new KafkaTemplate<>(producers);
        try (var alone = stage(broker, false);
                var grouped = stage(broker, true)) {
            for (var stage : List.of(alone, grouped)) {
                assertThat(stage.call(1, () -> send(template, 1)).value()).isEqualTo("1");
            }
            var callersOfAlone = Threads.startCallers(alone, i -> 10 + i);
            var callersOfGrouped = Threads.startCallers(grouped, i -> 10 + i);

            broker.kill();

            assertThat(Threads.failedByOneCause(callersOfAlone))
                    .hasMessageContaining("no broker has answered for PT2S");
            assertThat(Threads.failedByOneCause(callersOfGrouped))
                    .hasMessageContaining("no broker has answered for PT2S");
            for (var stage : List.of(alone, grouped)) {
                assertThat(stage.snapshot(0).role().state()).isEqualTo(State.FAILED);
            }
            // one tries again and finds the broker dead, the next one is told at once
            FutureTask<?> first = Threads.start(() -> alone.call(20, () -> {}));
            assertThat(Threads.failure(first)).isInstanceOf(SourceFailedException.class);
            Threads.assertRefusesTickets(alone, 21);

            broker.start();

            for (var stage : List.of(alone, grouped)) {
                var tokens = new AtomicInteger(1_000); // another for each question, since it rests when that fails
                await().until(() -> {
                    int token = tokens.incrementAndGet();
                    try {
                        return stage.call(token, () -> send(template, token))
                                .value()
                                .equals("" + token);
                    } catch (SourceFailedException e) {
                        return false;
                    }
                });
                assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
                for (int i = 31; i < 131; i++) {
                    int token = i;
                    assertThat(stage.call(token, () -> send(template, token)).value())
                            .isEqualTo("" + token);
                }
            }
        } finally {
            producers.destroy();
        }
    }

    @Test
    void crashAndRestart_areNoticedWithoutACall() {
        KafkaBroker broker = KafkaBroker.running();
        broker.topic("reopen", 2);
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        KafkaAutoConfiguration.class,
                        ExitLeftAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class))
                .withPropertyValues("spring.kafka.bootstrap-servers=" + broker.address())
                .withPropertyValues(Reopening.stages(
                        "type=kafka", "kafka.topics=reopen", "kafka.token.key=true", "kafka.unreachable-after=2s"))
                .run(context -> {
                    @SuppressWarnings("unchecked") // as Boot configures it
                    KafkaTemplate<String, String> template = context.getBean(KafkaTemplate.class);
                    new Reopening(
                                    context,
                                    (stage, token) -> template.send("reopen", token, "answer")
                                            .join())
                            .assertThatAllComeBackByThemselves(broker::kill, broker::start);
                });
    }

    private static void send(KafkaTemplate<Integer, String> template, int token) {
        template.send(new ProducerRecord<>(TOPIC, token, "" + token)).join();
    }
}
