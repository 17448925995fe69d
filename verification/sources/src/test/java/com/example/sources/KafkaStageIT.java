package com.example.sources;

import static com.example.sources.Threads.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.Ticket;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.github.exitleft.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.handler.annotation.SendTo;

/** Stages over a real Kafka broker: answers, and what is bad among them. */
class KafkaStageIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final KafkaBroker broker = KafkaBroker.running();
    private final String requests = "requests-" + NUMBERS.incrementAndGet();
    private final String replies = "replies-" + NUMBERS.get();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withPropertyValues(
                    "spring.kafka.bootstrap-servers=" + this.broker.address(),
                    "spring.kafka.consumer.group-id=server",
                    "spring.kafka.consumer.auto-offset-reset=earliest",
                    "requests=" + this.requests)
            .withPropertyValues(stage("rpc", "java.lang.String", "topics=" + this.replies));

    @BeforeEach
    void createTopics() {
        this.broker.topic(this.requests, 1);
        this.broker.topic(this.replies, 3);
    }

    private static String[] stage(String name, String tokenType, String... source) {
        String prefix = "exit-left.stages." + name;
        List<String> properties = new ArrayList<>(List.of(
                prefix + ".token-type=" + tokenType,
                prefix + ".default-timeout=30s",
                prefix + ".keeper=off", // here the callers read
                prefix + ".source.type=kafka"));
        for (String property : source) {
            properties.add(prefix + ".source.kafka." + property);
        }
        return properties.toArray(String[]::new);
    }

    @SuppressWarnings("unchecked") // beans by name have no type arguments
    private static <T> Stage<T, ConsumerRecord<String, String>> stage(ApplicationContext context, String name) {
        return (Stage<T, ConsumerRecord<String, String>>) context.getBean(name, Stage.class);
    }

    @SuppressWarnings("unchecked") // Boot's template, with the serializers that Boot configures
    private static void produce(ApplicationContext context, ProducerRecord<String, ?> record) {
        KafkaTemplate<String, Object> template = context.getBean(KafkaTemplate.class);
        template.send((ProducerRecord<String, Object>) record).join();
    }

    private ProducerRecord<String, String> answer(String token) {
        var record = new ProducerRecord<String, String>(this.replies, "answer to " + token);
        record.headers().add(KafkaHeaders.CORRELATION_ID, token.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    @Test
    void requestsOfManyThreads_areAnsweredByAListenerWithSendTo() {
        this.contextRunner.withUserConfiguration(Server.class, Client.class).run(context -> {
            Client client = context.getBean(Client.class);
            Map<String, FutureTask<String>> calls = new HashMap<>();
            for (int i = 0; i < 50; i++) {
                String text = "text " + i;
                calls.put(text, Threads.start(() -> client.ask(this.requests, text)));
            }
            for (Map.Entry<String, FutureTask<String>> call : calls.entrySet()) {
                assertThat(Patience.get(call.getValue()))
                        .isEqualTo(call.getKey().toUpperCase());
            }
            assertThat(count(client.rpc, MessageOutcome.DELIVERED)).isEqualTo(50);
            assertThat(client.rpc.source())
                    .containsEntry("type", "kafka")
                    .containsEntry("topics", List.of(this.replies))
                    .containsEntry(
                            "partitions", List.of(this.replies + "-0", this.replies + "-1", this.replies + "-2"));
        });
    }

    @Test
    void uuids_areWrittenAsReplyingKafkaTemplateWritesThem() {
        this.contextRunner
                .withUserConfiguration(Server.class)
                .withPropertyValues(stage("rpc", "java.util.UUID"))
                .run(context -> {
                    Stage<UUID, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
                    UUID token = UUID.randomUUID();
                    ConsumerRecord<String, String> reply = rpc.call(
                            token, () -> rpc.backdoor(KafkaSender.class).send(this.requests, "hello", token));

                    assertThat(reply.value()).isEqualTo("HELLO");
                    assertThat(reply.headers()
                                    .lastHeader(KafkaHeaders.CORRELATION_ID)
                                    .value())
                            .hasSize(16);
                });
    }

    @Test
    void keyOfTheRecord_canBeTheToken() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.source.kafka.token.key=true")
                .run(context -> {
                    Stage<String, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
                    var reply = rpc.call(
                            "k", () -> produce(context, new ProducerRecord<>(this.replies, "k", "by its key")));
                    assertThat(reply.value()).isEqualTo("by its key");
                });
    }

    @Test
    void severalInstancesOnOneTopic_eachGetTheirOwnAndCountTheOthersAsForeign() {
        this.contextRunner
                .withUserConfiguration(Server.class)
                .withPropertyValues(stage("other", "java.lang.String", "topics=" + this.replies))
                .withPropertyValues("exit-left.stages.rpc.shared=true", "exit-left.stages.other.shared=true")
                .run(context -> {
                    Stage<String, ConsumerRecord<String, String>> one = stage(context, "rpc");
                    Stage<String, ConsumerRecord<String, String>> other = stage(context, "other");
                    for (int i = 0; i < 10; i++) {
                        for (var stage : List.of(one, other)) {
                            String token = stage.name() + i;
                            assertThat(stage.call(
                                                    token,
                                                    () -> stage.backdoor(KafkaSender.class)
                                                            .send(this.requests, token, token))
                                            .value())
                                    .isEqualTo(token.toUpperCase());
                        }
                    }
                    await().until(
                                    () -> { // by reading what is still there
                                        one.call(
                                                "end-" + NUMBERS.incrementAndGet(),
                                                () -> produce(context, answer("end-" + NUMBERS.get())));
                                        other.call(
                                                "end-" + NUMBERS.incrementAndGet(),
                                                () -> produce(context, answer("end-" + NUMBERS.get())));
                                        return count(one, MessageOutcome.FOREIGN) >= 10
                                                && count(other, MessageOutcome.FOREIGN) >= 10;
                                    });
                    assertThat(count(one, MessageOutcome.UNKNOWN)).isZero();
                    assertThat(count(other, MessageOutcome.UNKNOWN)).isZero();
                });
    }

    @Test
    void recordsFromBeforeTheStart_areNotRead() {
        this.contextRunner.run(context -> produce(context, answer("old")));
        this.contextRunner.run(context -> {
            Stage<String, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
            assertThat(rpc.call("new", () -> produce(context, answer("new"))).value())
                    .isEqualTo("answer to new");
            assertThat(count(rpc, MessageOutcome.UNKNOWN)).isZero();
        });
    }

    @Test
    void recordsWithoutATokenOrWithAnotherThing_areUnreadable() {
        this.contextRunner.withPropertyValues(stage("rpc", "java.lang.Long")).run(context -> {
            Stage<Long, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
            var good = new ProducerRecord<String, String>(this.replies, 0, null, "good");
            good.headers().add(KafkaHeaders.CORRELATION_ID, new byte[] {0, 0, 0, 0, 0, 0, 0, 7});
            var noHeader = new ProducerRecord<String, String>(this.replies, 0, null, "no header");
            var tooShort = new ProducerRecord<String, String>(this.replies, 0, null, "too short");
            tooShort.headers().add(KafkaHeaders.CORRELATION_ID, new byte[] {7});

            var reply = rpc.call(7L, () -> {
                produce(context, noHeader);
                produce(context, tooShort);
                produce(context, good);
            });

            assertThat(reply.value()).isEqualTo("good");
            assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(2);
        });
    }

    @Test
    void recordThatCannotBeDeserialized_isUnreadableOnceAndSkipped() {
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.rpc.source.kafka.token.key=true",
                        "spring.kafka.producer.value-serializer=org.apache.kafka.common.serialization.ByteArraySerializer",
                        "spring.kafka.consumer.value-deserializer=org.apache.kafka.common.serialization.LongDeserializer")
                .run(context -> {
                    Stage<String, ConsumerRecord<String, Long>> rpc = longs(context);
                    ConsumerRecord<String, Long> reply = rpc.call("k", () -> {
                        produce(context, new ProducerRecord<>(this.replies, 0, "a", new byte[8]));
                        produce(context, new ProducerRecord<>(this.replies, 0, "b", new byte[3]));
                        produce(context, new ProducerRecord<>(this.replies, 0, "c", new byte[5]));
                        produce(context, new ProducerRecord<>(this.replies, 0, "k", new byte[] {0, 0, 0, 0, 0, 0, 0, 1
                        }));
                    });
                    assertThat(reply.value()).isEqualTo(1L);
                    assertThat(count(rpc, MessageOutcome.UNREADABLE)).isEqualTo(2);
                    assertThat(count(rpc, MessageOutcome.UNKNOWN)).isEqualTo(1);
                });
    }

    @SuppressWarnings("unchecked") // beans by name have no type arguments
    private static Stage<String, ConsumerRecord<String, Long>> longs(ApplicationContext context) {
        return context.getBean("rpc", Stage.class);
    }

    @Test
    void partitionThatIsAdded_isReadFromItsBeginning() {
        this.contextRunner
                .withPropertyValues("spring.kafka.properties.metadata.max.age.ms=300")
                .run(context -> {
                    Stage<String, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
                    this.broker.raisePartitions(this.replies, 4);
                    var record = new ProducerRecord<String, String>(this.replies, 3, null, "there");
                    record.headers().add(KafkaHeaders.CORRELATION_ID, "new".getBytes(StandardCharsets.UTF_8));

                    assertThat(rpc.call("new", () -> produceWhenKnown(context, record))
                                    .value())
                            .isEqualTo("there");
                });
    }

    private static void produceWhenKnown(ApplicationContext context, ProducerRecord<String, String> record) {
        await().ignoreExceptions().untilAsserted(() -> produce(context, record));
    }

    @Test
    void topicOfANewTopicBean_isCreatedInTime() {
        this.contextRunner
                .withUserConfiguration(Topics.class)
                .withPropertyValues("exit-left.stages.rpc.source.kafka.topics=" + this.replies + "-created")
                .withPropertyValues("topic=" + this.replies + "-created")
                .run(context -> assertThat(stage(context, "rpc").source())
                        .containsEntry(
                                "partitions", List.of(this.replies + "-created-0", this.replies + "-created-1")));
    }

    @Test
    void topicThatDoesNotExist_isNamedAndNotCreated() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.source.kafka.topics=replys")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("topic 'replys' does not exist"));
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.source.kafka.topics=replys")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("can't be created: exit-left.stages.rpc.source.kafka.topics (origin: ")
                        .hasStackTraceContaining("topic 'replys' does not exist"));
    }

    @Test
    void brokerThatDoesNotAnswer_failsTheStartInTime() {
        this.contextRunner
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=127.0.0.1:1",
                        "exit-left.stages.rpc.source.kafka.ready-timeout=1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("can't be created: exit-left.stages.rpc.source.kafka.topics (origin: ")
                        .hasStackTraceContaining("could not be read within PT1S"));
    }

    @Test
    void memberThatTheGroupExpelled_joinsAgainAndLosesNothing() {
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.rpc.source.kafka.group=" + this.replies,
                        "spring.kafka.consumer.properties.max.poll.interval.ms=2000")
                .run(context -> {
                    Stage<String, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
                    try (Ticket<String, ConsumerRecord<String, String>> ticket = rpc.ticket("meanwhile")) {
                        rpc.call("first", () -> produce(context, answer("first")));
                        await().until(() -> this.broker.members(this.replies) == 0);
                        produce(context, answer("meanwhile"));

                        assertThat(ticket.await().message().value()).isEqualTo("answer to meanwhile");
                    }
                    assertThat(this.broker.members(this.replies)).isEqualTo(1);
                });
    }

    @Test
    void partitionsThatComeAndGoInAGroup_areReadWithoutAGap() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.source.kafka.group=" + this.replies)
                .run(context -> {
                    Stage<String, ConsumerRecord<String, String>> rpc = stage(context, "rpc");
                    // a second member takes a part of the partitions, which only works while a thread reads for the
                    // first
                    try (Ticket<String, ConsumerRecord<String, String>> reader = rpc.ticket("reader")) {
                        FutureTask<?> head = Threads.start(reader::await);
                        this.contextRunner
                                .withPropertyValues("exit-left.stages.rpc.source.kafka.group=" + this.replies)
                                .run(second -> {
                                    assertThat(second).hasNotFailed();
                                    assertThat(this.broker.members(this.replies))
                                            .isEqualTo(2);
                                });
                        assertThat(this.broker.members(this.replies)).isEqualTo(1);
                        for (int partition = 0; partition < 3; partition++) {
                            String token = "p" + partition;
                            var record = new ProducerRecord<String, String>(this.replies, partition, null, token);
                            record.headers().add(KafkaHeaders.CORRELATION_ID, token.getBytes(StandardCharsets.UTF_8));
                            assertThat(rpc.call(token, () -> produce(context, record))
                                            .value())
                                    .isEqualTo(token);
                        }
                        produce(context, answer("reader"));
                        Patience.get(head);
                    }
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @KafkaListener(topics = "${requests}")
        @SendTo
        String answer(String request) {
            return request.toUpperCase();
        }
    }

    /** What a user writes. */
    @Configuration(proxyBeanMethods = false)
    static class Client {

        private final Stage<String, ConsumerRecord<String, String>> rpc;
        private final KafkaSender sender;

        @Autowired
        Client(Stage<String, ConsumerRecord<String, String>> rpc) {
            this.rpc = rpc;
            this.sender = rpc.backdoor(KafkaSender.class);
        }

        String ask(String topic, String text) throws InterruptedException {
            String id = UUID.randomUUID().toString();
            return this.rpc.call(id, () -> this.sender.send(topic, text, id)).value();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Topics {

        @Bean
        NewTopic topic(@Value("${topic}") String name) {
            return new NewTopic(name, 2, (short) 1);
        }
    }
}
