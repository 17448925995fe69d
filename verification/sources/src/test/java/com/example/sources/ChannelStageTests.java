package com.example.sources;

import static com.example.sources.Threads.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.integration.autoconfigure.IntegrationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.MessageChannels;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.ip.dsl.Tcp;
import org.springframework.integration.ip.tcp.connection.AbstractClientConnectionFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandlingException;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.support.ErrorMessage;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.messaging.support.MessageBuilder;

/** Stages over channels: one in memory, and one behind a TCP adapter of Spring Integration. */
class ChannelStageTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(IntegrationAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withPropertyValues(
                    "exit-left.stages.rpc.token-type=java.lang.String",
                    "exit-left.stages.rpc.default-timeout=30s",
                    "exit-left.stages.rpc.source.type=channel",
                    "exit-left.stages.rpc.source.channel.name=replies");

    @Test
    void headerIsTheToken_andWhatHasNoneIsUnreadable() {
        this.contextRunner.withUserConfiguration(Channels.class, Client.class).run(context -> {
            Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
            QueueChannel replies = context.getBean("replies", QueueChannel.class);
            Message<?> reply = rpc.call("a", () -> {
                replies.send(new GenericMessage<>("without"));
                replies.send(message("number", 7));
                replies.send(message("yes", "a"));
            });

            assertThat(reply.getPayload()).isEqualTo("yes");
            assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(2);
            assertThat(rpc.source()).containsEntry("type", "channel").containsEntry("channel", "replies");
        });
    }

    private static Message<String> message(String payload, Object correlationId) {
        return MessageBuilder.withPayload(payload)
                .setHeader("correlationId", correlationId)
                .build();
    }

    @Test
    void expressionGivesTheToken_andWhereItFailsTheMessageIsUnreadable() {
        this.contextRunner
                .withUserConfiguration(Channels.class, Client.class)
                .withPropertyValues("exit-left.stages.rpc.source.channel.token.expression=payload.id + headers.part")
                .run(context -> {
                    Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
                    QueueChannel replies = context.getBean("replies", QueueChannel.class);
                    var payload = Map.of("id", 17);
                    Message<?> reply = rpc.call("17-b", () -> {
                        replies.send(new GenericMessage<>("no such property"));
                        replies.send(new GenericMessage<>(payload, Map.of("part", "-b")));
                    });

                    assertThat(reply.getPayload()).isEqualTo(payload);
                    assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(1);
                });
    }

    @Test
    void m18_errorMessage_failsTheCallerWhoseMessageFailed() {
        this.contextRunner.withUserConfiguration(Channels.class, Client.class).run(context -> {
            Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
            QueueChannel replies = context.getBean("replies", QueueChannel.class);
            var failure = new MessageHandlingException(message("request", "a"), "downstream failed");

            assertThatThrownBy(() -> rpc.call("a", () -> replies.send(new ErrorMessage(failure))))
                    .isSameAs(failure);
            assertThat(count(rpc, MessageOutcome.DELIVERED)).isEqualTo(1);
        });
    }

    @Test
    void m18_errorOfAFlow_failsTheCallerWhoseMessageFailed() {
        this.contextRunner
                .withUserConfiguration(FailingFlow.class, Client.class)
                .run(context -> {
                    Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
                    MessageChannel requests = context.getBean("requests", MessageChannel.class);

                    assertThatThrownBy(() -> rpc.call(
                                    "a",
                                    () -> requests.send(MessageBuilder.withPayload("request")
                                            .setHeader("correlationId", "a")
                                            .setErrorChannelName("replies")
                                            .build())))
                            .isInstanceOf(MessagingException.class)
                            .hasRootCauseMessage("no such account");
                });
    }

    @Test
    void m3_tokenThatAnExpressionDoesNotFind_makesUnreadableAndIsNoFaultOfTheReader() {
        this.contextRunner
                .withUserConfiguration(Channels.class, Client.class)
                .withPropertyValues("exit-left.stages.rpc.source.channel.token.expression="
                        + "headers.correlationId ?: payload.failedMessage.headers.correlationId")
                .run(context -> {
                    Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
                    QueueChannel replies = context.getBean("replies", QueueChannel.class);
                    rpc.call("a", () -> {
                        replies.send(new GenericMessage<>("without"));
                        replies.send(message("yes", "a"));
                    });

                    assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(1);
                    assertThat(rpc.snapshot(0).role().callbackFailures()).isZero();
                });
    }

    @Test
    void closingTheStage_leavesTheChannelToItsOwner() {
        this.contextRunner.withUserConfiguration(Channels.class, Client.class).run(context -> {
            context.getBean(Client.class).rpc.close();

            QueueChannel replies = context.getBean("replies", QueueChannel.class);
            replies.send(new GenericMessage<>("still"));
            assertThat(replies.receive(0).getPayload()).isEqualTo("still");
        });
    }

    @Test
    void manyRequestsOverOneTcpConnection_eachGetTheirAnswer() throws Exception {
        try (LineServer server = new LineServer()) {
            this.contextRunner
                    .withUserConfiguration(TcpFlows.class, Client.class)
                    .withPropertyValues("server.port=" + server.port())
                    .run(context -> {
                        Stage<String, Message<?>> rpc = context.getBean(Client.class).rpc;
                        MessageChannel requests = context.getBean("requests", MessageChannel.class);
                        Map<String, FutureTask<Message<?>>> calls = new HashMap<>();
                        for (int i = 0; i < LineServer.BATCH; i++) {
                            String id = "id" + i;
                            calls.put(
                                    id,
                                    Threads.start(() ->
                                            rpc.call(id, () -> requests.send(new GenericMessage<>(id + ":text")))));
                        }
                        for (Map.Entry<String, FutureTask<Message<?>>> call : calls.entrySet()) {
                            assertThat(Patience.get(call.getValue()).getPayload())
                                    .isEqualTo(call.getKey() + ":TEXT");
                        }
                        assertThat(server.connections).isEqualTo(1);
                    });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Channels {

        @Bean
        QueueChannel replies() {
            return new QueueChannel();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FailingFlow extends Channels {

        @Bean
        IntegrationFlow failing() {
            return IntegrationFlow.from(MessageChannels.executor("requests", Runnable::run))
                    .handle(message -> {
                        throw new IllegalStateException("no such account");
                    })
                    .get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Client {

        final Stage<String, Message<?>> rpc;

        Client(Stage<String, Message<?>> rpc) {
            this.rpc = rpc;
        }
    }

    /** One connection for requests and answers, as the documentation of Spring Integration has it. */
    @Configuration(proxyBeanMethods = false)
    static class TcpFlows {

        @Bean
        AbstractClientConnectionFactory connection(@Value("${server.port}") int port) {
            return Tcp.netClient("127.0.0.1", port).getObject();
        }

        @Bean
        IntegrationFlow outgoing(@Qualifier("connection") AbstractClientConnectionFactory connection) {
            return IntegrationFlow.from("requests")
                    .handle(Tcp.outboundAdapter(connection))
                    .get();
        }

        @Bean
        IntegrationFlow incoming(@Qualifier("connection") AbstractClientConnectionFactory connection) {
            return IntegrationFlow.from(Tcp.inboundAdapter(connection))
                    .transform(Transformers.objectToString())
                    .enrichHeaders(headers -> headers.headerExpression("correlationId", "payload.split(':')[0]"))
                    .channel("replies")
                    .get();
        }

        @Bean
        QueueChannel replies() {
            return new QueueChannel();
        }
    }

    /** Answers lines, the last of a batch first. */
    private static final class LineServer implements AutoCloseable {

        static final int BATCH = 20;
        private final ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        volatile int connections;

        LineServer() throws IOException {
            Threads.start(() -> {
                while (true) {
                    try (Socket socket = this.port.accept()) {
                        this.connections++;
                        serve(socket);
                    }
                }
            });
        }

        int port() {
            return this.port.getLocalPort();
        }

        private static void serve(Socket socket) throws IOException {
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            List<String> batch = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                batch.add(0, line.replace("text", "TEXT") + "\r\n");
                if (batch.size() == BATCH) {
                    socket.getOutputStream().write(String.join("", batch).getBytes(StandardCharsets.UTF_8));
                    batch.clear();
                }
            }
        }

        @Override
        public void close() throws IOException {
            this.port.close();
        }
    }
}
