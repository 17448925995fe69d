package com.example.sources;

import static com.example.sources.Threads.count;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Outcome;
import io.github.exitleft.Resends;
import io.github.exitleft.SendFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.adapter.RecordFilterStrategy;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.messaging.handler.annotation.SendTo;

/** The ways to ask over a real Kafka broker: again, without waiting, for a stream, and next to Spring's own. */
class KafkaRequestsIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final KafkaBroker broker = KafkaBroker.running();
    private final String requests = "asked-" + NUMBERS.incrementAndGet();
    private final String replies = "answered-" + NUMBERS.get();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withUserConfiguration(Server.class, Client.class)
            .withPropertyValues(
                    "spring.kafka.bootstrap-servers=" + this.broker.address(),
                    "spring.kafka.consumer.group-id=server",
                    "spring.kafka.consumer.auto-offset-reset=earliest",
                    "requests=" + this.requests,
                    "exit-left.stages.rpc.token-type=java.util.UUID",
                    "exit-left.stages.rpc.default-timeout=30s",
                    "exit-left.stages.rpc.shared=true",
                    "exit-left.stages.rpc.source.type=kafka",
                    "exit-left.stages.rpc.source.kafka.topics=" + this.replies);

    @BeforeEach
    void createTopics() {
        this.broker.topic(this.requests, 1);
        this.broker.topic(this.replies, 3);
    }

    @Test
    void m1_oneRecord_canBeSentAgainAndStaysAsItWas() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            UUID token = UUID.randomUUID();
            var request = new ProducerRecord<>(this.requests, "key", "lost once");
            request.headers().add("mine", new byte[] {7});
            var sent = new AtomicInteger();

            var reply =
                    client.rpc.call(token, CallOptions.defaults().resend(Resends.every(Duration.ofMillis(500))), () -> {
                        sent.incrementAndGet();
                        client.sender.send(request, token);
                    });

            assertThat(reply.value()).isEqualTo("LOST ONCE");
            assertThat(sent).hasValueGreaterThan(1);
            assertThat(request.headers())
                    .singleElement()
                    .satisfies(header -> assertThat(header.key()).isEqualTo("mine"));
        });
    }

    @Test
    void requestOfACall_saysHowLongItsAnswerIsWaitedForSoThatAServerCanLeaveItOut() {
        this.contextRunner.withUserConfiguration(Filter.class).run(context -> {
            Client client = context.getBean(Client.class);
            UUID old = UUID.randomUUID();
            UUID fresh = UUID.randomUUID();
            long hourAgo = System.currentTimeMillis() - Duration.ofHours(1).toMillis();
            var hasWaited = new ProducerRecord<>(this.requests, 0, hourAgo, "key", "has waited for an hour");

            CallOptions<ConsumerRecord<String, String>> halfAnHour =
                    CallOptions.<ConsumerRecord<String, String>>defaults().timeout(Duration.ofMinutes(30));
            var unanswered = client.rpc.callAsync(old, halfAnHour, () -> client.sender.send(hasWaited, old));
            var reply = client.rpc.call(
                    fresh,
                    CallOptions.defaults().timeout(Duration.ofHours(2)),
                    () -> client.sender.send(this.requests, "fresh", fresh));
            client.sender.send(this.requests, "of no call", UUID.randomUUID());

            assertThat(reply.value()).isEqualTo("FRESH");
            List<String> answered = context.getBean(Server.class).answered;
            await().untilAsserted(() -> assertThat(answered).containsExactly("fresh", "of no call"));
            assertThat(unanswered.cancel(false)).isTrue();
            List<String> timesToLive = context.getBean(Filter.class).timesToLive;
            assertThat(timesToLive).hasSize(3);
            assertThat(Long.parseLong(timesToLive.get(0)))
                    .isBetween(1L, Duration.ofMinutes(30).toMillis());
            assertThat(Long.parseLong(timesToLive.get(1)))
                    .isBetween(
                            Duration.ofHours(1).toMillis(), Duration.ofHours(2).toMillis());
            assertThat(timesToLive.get(2)).isNull();
        });
    }

    @Test
    void requestThatTheBrokerRefuses_endsTheCallThoughTheSendHasReturned() {
        String small = this.requests + "-small";
        this.broker.topicOfSmallRecords(small);
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            UUID token = UUID.randomUUID();
            UUID other = UUID.randomUUID();
            String large = "x".repeat(5_000);

            assertThatThrownBy(() -> client.rpc.call(token, () -> client.sender.send(small, large, token)))
                    .isInstanceOf(SendFailedException.class)
                    .hasRootCauseInstanceOf(RecordTooLargeException.class);
            var future = client.rpc.callAsync(other, () -> client.sender.send(small, large, other));
            assertThatThrownBy(() -> Patience.get(future))
                    .hasCauseInstanceOf(SendFailedException.class)
                    .hasRootCauseInstanceOf(RecordTooLargeException.class);
            assertThat(client.rpc.snapshot(0).exits())
                    .containsEntry(Outcome.NOT_SENT, 2L)
                    .containsEntry(Outcome.TIMED_OUT, 0L);
        });
    }

    @Test
    void futures_areCompletedByTheKeeper() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            List<CompletableFuture<String>> futures = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                UUID token = UUID.randomUUID();
                String text = "text " + i;
                futures.add(client.rpc
                        .callAsync(token, () -> client.sender.send(this.requests, text, token))
                        .thenApply(ConsumerRecord::value));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(Patience.get(futures.get(i))).isEqualTo("TEXT " + i);
            }
            assertThat(count(client.rpc, MessageOutcome.DELIVERED)).isEqualTo(50);
            await().until(() -> client.rpc.snapshot(0).role().tickets() == 0);
        });
    }

    @Test
    void m4_streamOfAToken_getsEachOfItsRecords() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            UUID token = UUID.randomUUID();
            var heard = new Heard<ConsumerRecord<String, String>>(2);
            client.rpc.messages(token).subscribe(heard);
            for (int i = 0; i < 10; i++) {
                client.sender.send(new ProducerRecord<>(this.requests, "part " + i), token);
            }

            await().until(() -> heard.messages.size() == 2);
            heard.request(8);
            await().until(() -> heard.messages.size() == 10);
            heard.cancel();

            assertThat(heard.messages.stream().map(ConsumerRecord::value)) // from three partitions
                    .containsExactlyInAnyOrder(
                            IntStream.range(0, 10).mapToObj(i -> "PART " + i).toArray(String[]::new));
            assertThat(heard.errors).isEmpty();
            await().until(() -> client.rpc.snapshot(0).role().tickets() == 0);
        });
    }

    @Test
    void replyingKafkaTemplate_andAStageAskTheSameServerOverTheSameTopics() {
        this.contextRunner.run(context -> {
            Client client = context.getBean(Client.class);
            ReplyingKafkaTemplate<String, String, String> template = replyingTemplate(context);
            try {
                assertThat(template.waitForAssignment(Patience.LIMIT)).isTrue();
                for (int i = 0; i < 20; i++) {
                    UUID token = UUID.randomUUID();
                    String ours = "ours " + i;
                    var theirs = template.sendAndReceive(new ProducerRecord<>(this.requests, "theirs " + i));
                    var reply = client.rpc.call(token, () -> client.sender.send(this.requests, ours, token));

                    assertThat(reply.value()).isEqualTo("OURS " + i);
                    assertThat(Patience.get(theirs).value()).isEqualTo("THEIRS " + i);
                }
                // the stage reads the template's tokens as well, and none is its own
                await().until(() -> count(client.rpc, MessageOutcome.FOREIGN) == 20);
                assertThat(count(client.rpc, MessageOutcome.DELIVERED)).isEqualTo(20);
                assertThat(count(client.rpc, MessageOutcome.UNREADABLE)).isZero();
            } finally {
                template.stop();
            }
        });
    }

    /** As Spring's documentation has it, on a topic that it shares with the stage. */
    private ReplyingKafkaTemplate<String, String, String> replyingTemplate(ApplicationContext context) {
        var properties = new ContainerProperties(this.replies);
        properties.setGroupId(this.replies);
        @SuppressWarnings("unchecked") // as Boot configures them
        ConsumerFactory<String, String> consumers = context.getBean(ConsumerFactory.class);
        @SuppressWarnings("unchecked")
        ProducerFactory<String, String> producers = context.getBean(ProducerFactory.class);
        var template = new ReplyingKafkaTemplate<>(
                producers, new KafkaMessageListenerContainer<String, String>(consumers, properties));
        template.setSharedReplyTopic(true);
        template.afterPropertiesSet();
        template.start();
        return template;
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        private final List<String> answered = new CopyOnWriteArrayList<>();
        private boolean lost;

        @KafkaListener(topics = "${requests}")
        @SendTo
        String answer(String request) {
            if (request.equals("lost once") && !this.lost) {
                this.lost = true;
                return null;
            }
            this.answered.add(request);
            return request.toUpperCase();
        }
    }

    /** Leaves out requests as the guide says, and notes the times to live. */
    @Configuration(proxyBeanMethods = false)
    static class Filter {

        private final List<String> timesToLive = new CopyOnWriteArrayList<>();

        @Bean
        RecordFilterStrategy<Object, Object> expired() {
            RecordFilterStrategy<Object, Object> expired = SourceExamples.expired();
            return request -> {
                Header header = request.headers().lastHeader(KafkaSender.TIME_TO_LIVE);
                this.timesToLive.add(header == null ? null : new String(header.value(), UTF_8));
                return expired.filter(request);
            };
        }
    }

    /** What a user writes. */
    @Configuration(proxyBeanMethods = false)
    static class Client {

        final Stage<UUID, ConsumerRecord<String, String>> rpc;
        final KafkaSender sender;

        Client(Stage<UUID, ConsumerRecord<String, String>> rpc) {
            this.rpc = rpc;
            this.sender = rpc.backdoor(KafkaSender.class);
        }
    }
}
