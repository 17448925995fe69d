package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.spring.boot.source.StandIn;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.SendResult;

/** Stands in for a template in tests: gives the records that a {@link KafkaSender} sends to a peer. */
final class RecordsToPeer implements InvocationHandler {

    private final StandIn.Peer peer;

    private RecordsToPeer(StandIn.Peer peer) {
        this.peer = peer;
    }

    static KafkaOperations<?, ?> template(StandIn.Peer peer) {
        return (KafkaOperations<?, ?>) Proxy.newProxyInstance(
                KafkaOperations.class.getClassLoader(),
                new Class<?>[] {KafkaOperations.class},
                new RecordsToPeer(peer));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
        if (arguments != null && arguments.length == 1 && arguments[0] instanceof ProducerRecord<?, ?> record) {
            try {
                this.peer.accept(received(record));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
            return CompletableFuture.completedFuture(new SendResult<>(record, metadata(record)));
        }
        throw new UnsupportedOperationException(method + " is not there in a test");
    }

    private static ConsumerRecord<?, ?> received(ProducerRecord<?, ?> sent) {
        return new ConsumerRecord<>(
                sent.topic(),
                partition(sent),
                0,
                timestamp(sent),
                TimestampType.CREATE_TIME,
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE,
                sent.key(),
                sent.value(),
                sent.headers(),
                Optional.empty());
    }

    private static RecordMetadata metadata(ProducerRecord<?, ?> sent) {
        return new RecordMetadata(
                new TopicPartition(sent.topic(), partition(sent)),
                0,
                0,
                timestamp(sent),
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE);
    }

    private static int partition(ProducerRecord<?, ?> sent) {
        Integer partition = sent.partition();
        return partition == null ? 0 : partition;
    }

    private static long timestamp(ProducerRecord<?, ?> sent) {
        Long timestamp = sent.timestamp();
        return timestamp == null ? System.currentTimeMillis() : timestamp;
    }
}
