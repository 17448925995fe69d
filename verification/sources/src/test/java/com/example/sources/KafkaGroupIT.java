package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.UnreadableMessageException;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import io.github.exitleft.testing.Patience;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** A source that is a member of a group: when it stays one, and what it commits. */
@Tag("slow")
class KafkaGroupIT {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final KafkaBroker broker = KafkaBroker.running();
    private final String topic = "group-" + NUMBERS.incrementAndGet();
    private final TopicPartition partition = new TopicPartition(this.topic, 0);
    private final DefaultKafkaConsumerFactory<Integer, Long> consumers = new DefaultKafkaConsumerFactory<>(
            Map.of("bootstrap.servers", this.broker.address(), "max.poll.interval.ms", 2_000),
            new IntegerDeserializer(),
            new LongDeserializer());

    @BeforeEach
    void createTopic() {
        this.broker.topic(this.topic, 1);
    }

    private KafkaSource<Integer, Long> open() {
        return KafkaSource.builder(this.consumers, List.of(this.topic))
                .group(this.topic)
                .open();
    }

    /** Sends records for these tokens, in one piece. */
    private void send(int... tokens) {
        send(new LongSerializer(), 1L, tokens);
    }

    private <V> void send(Serializer<V> serializer, V value, int... tokens) {
        var producers = new DefaultKafkaProducerFactory<>(
                Map.of("bootstrap.servers", this.broker.address(), "linger.ms", 1_000),
                new IntegerSerializer(),
                serializer);
        var template = new KafkaTemplate<>(producers);
        List<?> sent = Arrays.stream(tokens)
                .mapToObj(token -> template.send(new ProducerRecord<>(this.topic, token, value)))
                .toList();
        template.flush();
        assertThat(sent).hasSize(tokens.length);
        producers.destroy();
    }

    private static ConsumerRecord<Integer, Long> next(KafkaSource<Integer, Long> source) {
        return await().until(() -> source.receive(SECOND), record -> record != null);
    }

    @Test
    void memberWithoutCalls_isKeptInItsGroup() throws Exception {
        try (Stage<Integer, ConsumerRecord<Integer, Long>> stage = Stage.builder(
                        "kept", Integer.class, open(), KafkaTokens.key(Integer.class))
                .keeper(Keeper.IDLE)
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            Set<String> members = this.broker.memberIds(this.topic);
            assertThat(members).hasSize(1);

            // three times as long as the group waits for a member that does not read
            await().during(Duration.ofSeconds(6))
                    .until(() -> this.broker.memberIds(this.topic).equals(members));

            assertThat(stage.call(1, () -> send(1)).value()).isEqualTo(1);
            assertThat(this.broker.memberIds(this.topic)).isEqualTo(members);
        }
    }

    @Test
    void recordsThatWereFetchedAndNotHandedOut_areNotCommittedAtTheEnd() throws Exception {
        try (KafkaSource<Integer, Long> source = open()) {
            send(1, 2, 3);
            assertThat(next(source).key()).isEqualTo(1);
        }

        assertThat(this.broker.committed(this.topic)).containsEntry(this.partition, 1L);
    }

    @Test
    void recordThatCannotBeDeserializedAndComesDuringTheStart_isUnreadable() throws Exception {
        var opened = new AtomicBoolean();
        FutureTask<?> flood = Threads.start(() -> {
            while (!opened.get()) {
                send(new ByteArraySerializer(), new byte[3], 1);
            }
            return true;
        });
        await().until(() -> this.broker.records(this.topic) > 0);
        try (KafkaSource<Integer, Long> source = open()) {
            assertThatThrownBy(() -> next(source)).isInstanceOf(UnreadableMessageException.class);
        } finally {
            opened.set(true);
            assertThat(flood.get()).isEqualTo(true);
        }
    }

    @Test
    void m10_wakeupWhileTheGroupAssignsPartitions_doesNotMakeItReadFromTheBeginning() throws Exception {
        send(1, 2); // before the start, so they are not to be read
        var wakes = new AtomicBoolean();
        this.consumers.addPostProcessor(consumer -> wakenWhenAskedForCommits(consumer, wakes));
        try (KafkaSource<Integer, Long> source = open()) {
            assertThat(source.receive(SECOND)).isNull();
            await().until(() -> this.broker.members(this.topic) == 0); // since there is no reader
            send(3);
            wakes.set(true);

            assertThat(next(source).key()).isEqualTo(3);
            assertThat(wakes).isFalse();
        }
    }

    /** The same consumer, woken at a bad moment. */
    @SuppressWarnings("unchecked") // what a proxy implements
    private static <K, V> Consumer<K, V> wakenWhenAskedForCommits(Consumer<K, V> consumer, AtomicBoolean wakes) {
        return (Consumer<K, V>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("committed") && wakes.getAndSet(false)) {
                        consumer.wakeup();
                    }
                    try {
                        return method.invoke(consumer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
