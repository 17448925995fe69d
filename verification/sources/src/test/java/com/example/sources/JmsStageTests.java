package com.example.sources;

import static com.example.sources.Threads.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.spring.boot.jms.JmsSender;
import io.github.exitleft.spring.boot.jms.JmsSource;
import io.github.exitleft.spring.boot.jms.JmsTokens;
import io.github.exitleft.testing.Patience;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jms.autoconfigure.JmsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.JmsException;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** Stages over a real JMS broker: answers, what is bad among them, and a broker that goes away. */
class JmsStageTests {

    private ArtemisBroker broker;

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(JmsAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withUserConfiguration(Connections.class)
            .withPropertyValues(
                    "exit-left.stages.rpc.token-type=java.lang.String",
                    "exit-left.stages.rpc.default-timeout=30s",
                    "exit-left.stages.rpc.source.type=jms");

    @BeforeEach
    void startBroker() throws Exception {
        this.broker = new ArtemisBroker();
    }

    @AfterEach
    void stopBroker() throws Exception {
        this.broker.stop();
    }

    @Test
    void m10_stageBuiltByHand_hasTheKeeperThatItsSourcePrefers() {
        this.contextRunner.run(context -> {
            JmsSource source =
                    JmsSource.builder(context.getBean(ConnectionFactory.class)).open();
            try (var stage = Stage.builder("by hand", String.class, source, JmsTokens.correlationId(String.class))
                    .build()) {
                assertThat(stage.keeper()).isEqualTo(Keeper.IDLE);
            }
        });
    }

    @Test
    void requestsOfManyThreads_areAnsweredByAListenerThroughATemporaryQueue() {
        this.contextRunner.withUserConfiguration(Server.class, Client.class).run(context -> {
            Client client = context.getBean(Client.class);
            Map<String, FutureTask<String>> calls = new HashMap<>();
            for (int i = 0; i < 50; i++) {
                String text = "text " + i;
                calls.put(text, Threads.start(() -> client.ask(text)));
            }
            for (Map.Entry<String, FutureTask<String>> call : calls.entrySet()) {
                assertThat(Patience.get(call.getValue()))
                        .isEqualTo(call.getKey().toUpperCase());
            }
            assertThat(count(client.rpc, MessageOutcome.DELIVERED)).isEqualTo(50);
            assertThat(client.rpc.source())
                    .containsEntry("type", "jms")
                    .containsEntry("queue", "temporary")
                    .containsEntry("connected", true);
        });
    }

    @Test
    void fixedQueue_survivesMessagesOfOtherTypesAndWithoutACorrelationId() {
        this.contextRunner
                .withUserConfiguration(Client.class)
                .withPropertyValues("exit-left.stages.rpc.source.jms.queue=replies")
                .run(context -> {
                    Stage<String, Message> rpc = context.getBean(Client.class).rpc;
                    JmsTemplate template = context.getBean(JmsTemplate.class);
                    Message reply = rpc.call("a", () -> {
                        template.convertAndSend("replies", "without a correlation id");
                        template.send("replies", session -> {
                            BytesMessage bytes = session.createBytesMessage();
                            bytes.writeInt(7);
                            bytes.setJMSCorrelationID("a");
                            return bytes;
                        });
                    });

                    assertThat(reply).isInstanceOf(BytesMessage.class);
                    assertThat(((BytesMessage) reply).readInt()).isEqualTo(7);
                    Message empty = rpc.call(
                            "b",
                            () -> template.send("replies", session -> {
                                Message plain = session.createMessage();
                                plain.setJMSCorrelationID("b");
                                return plain;
                            }));
                    assertThat(empty.getJMSCorrelationID()).isEqualTo("b");
                    assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(1);
                });
    }

    @Test
    void brokerThatGoesAway_failsEveryCallOnceAndLosesNoneAfterwards() {
        this.contextRunner.withUserConfiguration(Server.class, Client.class).run(context -> {
            Client client = context.getBean(Client.class);
            Stage<String, Message> rpc = client.rpc;
            assertThat(client.ask("before")).isEqualTo("BEFORE");
            List<FutureTask<?>> callers = Threads.startCallers(rpc, i -> "t" + i);

            this.broker.stop();

            assertThat(Threads.failedByOneCause(callers)).isInstanceOf(JMSException.class);
            assertThat(rpc.snapshot(0).role().state()).isEqualTo(State.FAILED);
            assertThat(rpc.source()).containsEntry("connected", false);
            // one tries again and can't even send, the next one is told at once
            assertThatThrownBy(() -> client.ask("meanwhile"))
                    .isInstanceOfAny(JmsException.class, SourceFailedException.class);
            Threads.assertRefusesTickets(rpc, "x");

            this.broker.start();

            await().until(() -> {
                try {
                    return client.ask("after").equals("AFTER");
                } catch (SourceFailedException | JmsException e) {
                    return false;
                }
            });
            assertThat(rpc.snapshot(0).role().state()).isEqualTo(State.OPEN);
            for (int i = 0; i < 50; i++) {
                assertThat(client.ask("again" + i)).isEqualTo("AGAIN" + i);
            }
        });
    }

    @Test
    void brokerThatGoesAway_isFoundAgainWithoutACall() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        JmsAutoConfiguration.class,
                        ExitLeftAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class))
                .withUserConfiguration(Connections.class)
                .withPropertyValues(Reopening.stages("type=jms"))
                .run(context -> {
                    JmsTemplate template = context.getBean(JmsTemplate.class);
                    new Reopening(
                                    context,
                                    (stage, token) -> template.send(
                                            stage.backdoor(JmsSender.class).replyTo(), session -> {
                                                Message answer = session.createMessage();
                                                answer.setJMSCorrelationID(token);
                                                return answer;
                                            }))
                            .assertThatAllComeBackByThemselves(this.broker::stop, this.broker::start);
                });
    }

    /** As Boot makes them: one shared connection, and sessions that are kept. */
    @Configuration(proxyBeanMethods = false)
    static class Connections {

        @Bean
        ConnectionFactory connectionFactory() {
            return new CachingConnectionFactory(ArtemisBroker.connectionFactory());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @JmsListener(destination = "requests")
        String answer(String request) {
            return request.toUpperCase();
        }
    }

    /** What a user writes. */
    @Configuration(proxyBeanMethods = false)
    static class Client {

        final Stage<String, Message> rpc;
        private final JmsSender sender;

        Client(Stage<String, Message> rpc) {
            this.rpc = rpc;
            this.sender = rpc.backdoor(JmsSender.class);
        }

        String ask(String text) throws InterruptedException, JMSException {
            String id = UUID.randomUUID().toString();
            return this.rpc
                    .call(id, () -> this.sender.send("requests", text, id))
                    .getBody(String.class);
        }
    }
}
