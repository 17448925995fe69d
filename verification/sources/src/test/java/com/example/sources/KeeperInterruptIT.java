package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.jms.JmsSender;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import jakarta.jms.ConnectionFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jms.autoconfigure.JmsAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.kafka.core.KafkaTemplate;

/** A keeper that is interrupted goes on, over each source, and the next call is answered (S10, M10). */
@Tag("slow")
class KeeperInterruptIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Plays both sides: an answer comes as if another process had sent it. */
    @FunctionalInterface
    private interface Answer {
        void send(ApplicationContext context, Stage<String, ?> stage, String token) throws Exception;
    }

    private static void interruptAndAsk(ApplicationContextRunner runner, Answer answer, String... source) {
        runner.withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withPropertyValues(
                        "exit-left.stages.kept.token-type=java.lang.String",
                        "exit-left.stages.kept.default-timeout=30s",
                        "exit-left.stages.kept.keeper=always")
                .withPropertyValues(source)
                .run(context -> {
                    @SuppressWarnings("unchecked") // beans by name have no type arguments
                    Stage<String, ?> stage = context.getBean("kept", Stage.class);
                    for (int i = 0; i < 10; i++) {
                        String token = "token" + i;
                        keeper(stage).interrupt();

                        assertThat(stage.call(token, () -> answer.send(context, stage, token)))
                                .isNotNull();
                    }
                    assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
                    assertThat(Threads.count(stage, MessageOutcome.DELIVERED)).isEqualTo(10);
                });
    }

    /** Its thread, in the midst of reading. */
    private static Thread keeper(Stage<?, ?> stage) {
        String name = "exit-left keeper of stage '" + stage.name() + "'";
        await().until(() -> {
            var head = stage.snapshot(0).role().head();
            return head != null && head.thread().equals(name);
        });
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void kafka_readsOnAfterAnInterrupt(boolean grouped) {
        String topic = "interrupted-" + NUMBERS.incrementAndGet();
        KafkaBroker broker = KafkaBroker.running();
        broker.topic(topic, 2);
        interruptAndAsk(
                new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                        .withPropertyValues("spring.kafka.bootstrap-servers=" + broker.address())
                        .withPropertyValues(
                                grouped
                                        ? new String[] {"exit-left.stages.kept.source.kafka.group=" + topic}
                                        : new String[0]),
                (context, stage, token) -> {
                    @SuppressWarnings("unchecked") // as Boot configures it
                    KafkaTemplate<String, String> template = context.getBean(KafkaTemplate.class);
                    template.send(new ProducerRecord<>(topic, token, "answer")).join();
                },
                "exit-left.stages.kept.source.type=kafka",
                "exit-left.stages.kept.source.kafka.topics=" + topic,
                "exit-left.stages.kept.source.kafka.token.key=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kept"})
    void jms_readsOnAfterAnInterrupt(String queue) throws Exception {
        var broker = new ArtemisBroker();
        try {
            interruptAndAsk(
                    new ApplicationContextRunner()
                            .withConfiguration(AutoConfigurations.of(JmsAutoConfiguration.class))
                            .withUserConfiguration(Connections.class)
                            .withPropertyValues(
                                    queue.isEmpty()
                                            ? new String[0]
                                            : new String[] {"exit-left.stages.kept.source.jms.queue=" + queue}),
                    (context, stage, token) -> context.getBean(JmsTemplate.class)
                            .send(stage.backdoor(JmsSender.class).replyTo(), session -> {
                                var answer = session.createMessage();
                                answer.setJMSCorrelationID(token);
                                return answer;
                            }),
                    "exit-left.stages.kept.source.type=jms");
        } finally {
            broker.stop();
        }
    }

    @Test
    void postgres_readsOnAfterAnInterrupt() {
        interruptAndAsk(
                new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
                        .withPropertyValues("spring.datasource.url="
                                + PostgresDatabase.running().url()),
                (context, stage, token) -> stage.backdoor(PostgresSender.class).notify("kept", token),
                "exit-left.stages.kept.source.type=postgres",
                "exit-left.stages.kept.source.postgres.channels=kept");
    }

    @Configuration(proxyBeanMethods = false)
    static class Connections {

        @Bean
        ConnectionFactory connectionFactory() {
            return ArtemisBroker.connectionFactory();
        }
    }
}
