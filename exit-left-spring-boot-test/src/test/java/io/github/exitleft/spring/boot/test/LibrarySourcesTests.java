package io.github.exitleft.spring.boot.test;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.SendFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.github.exitleft.spring.boot.postgres.PostgresSender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.postgresql.PGNotification;
import org.postgresql.core.Notification;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.ErrorMessage;
import org.springframework.messaging.support.GenericMessage;

/** Stages over brokers and a database of which there are the libraries alone: no bean of theirs is looked up. */
@SpringBootTest(
        classes = LibrarySourcesTests.Application.class,
        properties = {
            "spring.config.name=none",
            "exit-left.stages.quotes.token-type=java.lang.String",
            "exit-left.stages.quotes.source.type=kafka",
            "exit-left.stages.quotes.source.kafka.topics=answers",
            "exit-left.stages.jobs.token-type=java.lang.Integer",
            "exit-left.stages.jobs.source.type=postgres",
            "exit-left.stages.jobs.source.postgres.channels=done",
            "exit-left.stages.parts.token-type=java.lang.String",
            "exit-left.stages.parts.source.type=channel",
            "exit-left.stages.parts.source.channel.name=nowhere"
        })
@AutoConfigureStages
class LibrarySourcesTests {

    @Configuration(proxyBeanMethods = false)
    static class Application {}

    @Autowired
    private Stage<String, ConsumerRecord<?, ?>> quotes;

    @Autowired
    private Stage<Integer, PGNotification> jobs;

    @Autowired
    private Stage<String, Message<?>> parts;

    @Autowired
    private ScriptedPeers peers;

    @Test
    void b12_kafka_isInMemoryWithItsSender() throws Exception {
        KafkaSender sender = quotes.backdoor(KafkaSender.class);
        peers.on(quotes).whenSent("a").answer(question -> answer(question, "42"));
        ConsumerRecord<?, ?> answer = quotes.call("a", () -> sender.send("questions", "how much?", "a"));
        assertThat(answer.value()).isEqualTo("42");
        assertThat(peers.on(quotes).questions()).singleElement().satisfies(question -> {
            assertThat(question.topic()).isEqualTo("questions");
            assertThat(question.value()).isEqualTo("how much?");
            assertThat(new String(
                            question.headers().lastHeader("kafka_replyTopic").value(), StandardCharsets.UTF_8))
                    .isEqualTo("answers");
        });
        assertThat(quotes).hasNoOpenTickets().hasNothingUnclaimed();

        var refusal = new IOException("no broker");
        peers.on(quotes).whenSent("b").refuse(refusal);
        assertThatThrownBy(() -> quotes.call("b", () -> sender.send("questions", "how much?", "b")))
                .isInstanceOf(SendFailedException.class)
                .hasCause(refusal);
    }

    private static ConsumerRecord<?, ?> answer(ConsumerRecord<?, ?> question, String value) {
        var answer = new ConsumerRecord<Object, Object>("answers", 0, 0, null, value);
        question.headers().forEach(answer.headers()::add);
        return answer;
    }

    @Test
    void b12_postgres_isInMemoryWithItsSender() throws Exception {
        PostgresSender sender = jobs.backdoor(PostgresSender.class);
        peers.on(jobs).whenSent(7).reply(new Notification("done", 0, "7:yes"));
        assertThat(jobs.call(7, () -> sender.notify("work", "7:do")).getParameter())
                .isEqualTo("7:yes");
        peers.on(jobs).whenSent(8).refuse(new IOException("no database"));
        assertThatThrownBy(() -> jobs.call(8, () -> sender.notify("work", "8:do")))
                .isInstanceOf(SQLException.class)
                .hasMessage("no database");
    }

    @Test
    void b12_channel_isInMemoryAndItsErrorsAreThrown() throws Exception {
        var wrong = new IllegalStateException("wrong part");
        assertThat(parts.call("a", () -> peers.on(parts).send(new GenericMessage<>("ok", Map.of("correlationId", "a"))))
                        .getPayload())
                .isEqualTo("ok");
        assertThatThrownBy(() -> parts.call(
                        "b", () -> peers.on(parts).send(new ErrorMessage(wrong, Map.of("correlationId", "b")))))
                .isSameAs(wrong);
    }
}
