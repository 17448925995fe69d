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

/**
 * What the contenders over Kafka and their peer agree on: topics, the contents of a record, and the clients' settings.
 */
final class KafkaWire {

    static final String REQUESTS = "requests";

    /** A topic for each contender, so that none has to skip the answers of another. */
    static final String STAGE_REPLIES = "stage-replies";

    static final String TEMPLATE_REPLIES = "template-replies";

    static final String ASSIGNED_TEMPLATE_REPLIES = "assigned-template-replies";

    static final List<String> TOPICS = List.of(REQUESTS, STAGE_REPLIES, TEMPLATE_REPLIES, ASSIGNED_TEMPLATE_REPLIES);

    private KafkaWire() {}

    /**
     * Makes producers with the default settings, except that they send at once, since none has anything to wait for.
     */
    static DefaultKafkaProducerFactory<byte[], byte[]> producers(String address) {
        return new DefaultKafkaProducerFactory<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address, ProducerConfig.LINGER_MS_CONFIG, 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Makes consumers with the default settings. */
    static ConsumerFactory<byte[], byte[]> consumers(String address) {
        return new DefaultKafkaConsumerFactory<>(
                new HashMap<>(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, address)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Returns a request as a record's value. */
    static byte[] value(ByteBuffer request) {
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        return bytes;
    }

    /** Returns the value that answers a request's value. */
    static byte[] answer(byte[] request) {
        long token = ByteBuffer.wrap(request).getLong(0);
        return ByteBuffer.allocate(Wire.SIZE)
                .putLong(0, token)
                .putLong(Wire.ANSWER_AT, Wire.answer(token))
                .array();
    }

    /** Returns the word in an answer's value. */
    static long word(byte[] answer) {
        return ByteBuffer.wrap(answer).getLong(Wire.ANSWER_AT);
    }
}
