package io.github.exitleft.benchmarks;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/** What the contenders over Kafka and their peer agree on: topics, what is in a record, and the clients' settings, all alike. */
final class KafkaWire {

    static final String REQUESTS = "requests";

    /** One for each contender, so that none has another's answers to skip. */
    static final String STAGE_REPLIES = "stage-replies";

    static final String TEMPLATE_REPLIES = "template-replies";

    static final String ASSIGNED_TEMPLATE_REPLIES = "assigned-template-replies";

    static final List<String> TOPICS = List.of(REQUESTS, STAGE_REPLIES, TEMPLATE_REPLIES, ASSIGNED_TEMPLATE_REPLIES);

    private KafkaWire() {}

    /** Makes producers, as they are unless set, but that they send at once: none of them has anything to wait for. */
    static DefaultKafkaProducerFactory<byte[], byte[]> producers(String address) {
        return new DefaultKafkaProducerFactory<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address, ProducerConfig.LINGER_MS_CONFIG, 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Makes consumers, as they are unless set. */
    static ConsumerFactory<byte[], byte[]> consumers(String address) {
        return new DefaultKafkaConsumerFactory<>(
                new HashMap<>(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, address)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** A request as a record's value. */
    static byte[] value(ByteBuffer request) {
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        return bytes;
    }

    /** The value that answers a request's. */
    static byte[] answer(byte[] request) {
        long token = ByteBuffer.wrap(request).getLong(0);
        return ByteBuffer.allocate(Wire.SIZE)
                .putLong(0, token)
                .putLong(Wire.ANSWER_AT, Wire.answer(token))
                .array();
    }

    /** The word in an answer's value. */
    static long word(byte[] answer) {
        return ByteBuffer.wrap(answer).getLong(Wire.ANSWER_AT);
    }
}
