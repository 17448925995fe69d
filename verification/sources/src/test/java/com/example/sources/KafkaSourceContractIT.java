package com.example.sources;

import io.github.exitleft.Source;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.test.SourceContractTests;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** The contract of every source (M10), over a consumer that reads every partition. */
class KafkaSourceContractIT extends SourceContractTests<ConsumerRecord<Integer, String>> {

    private static final String TOPIC = "contract";
    private static KafkaBroker broker;
    private static DefaultKafkaProducerFactory<Integer, String> producers;

    @BeforeAll
    static void startBroker() {
        broker = KafkaBroker.running();
        broker.topic(TOPIC, 2);
        producers = new DefaultKafkaProducerFactory<>(
                Map.of("bootstrap.servers", broker.address()), new IntegerSerializer(), new StringSerializer());
    }

    @AfterAll
    static void closeProducers() {
        producers.destroy();
    }

    KafkaSource.Builder<Integer, String> builder() {
        var consumers = new DefaultKafkaConsumerFactory<>(
                Map.of("bootstrap.servers", broker.address()), new IntegerDeserializer(), new StringDeserializer());
        return KafkaSource.builder(consumers, List.of(TOPIC));
    }

    @Override
    protected Source<ConsumerRecord<Integer, String>> open() {
        return builder().open();
    }

    @Override
    protected void deliver(Source<ConsumerRecord<Integer, String>> source, int token) {
        new KafkaTemplate<>(producers)
                .send(new ProducerRecord<>(TOPIC, token, "answer"))
                .join();
    }

    @Override
    protected int token(ConsumerRecord<Integer, String> message) {
        return message.key();
    }
}
