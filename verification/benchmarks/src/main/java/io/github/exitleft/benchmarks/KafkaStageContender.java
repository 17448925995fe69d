package io.github.exitleft.benchmarks;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import io.github.exitleft.spring.boot.kafka.KafkaSource;
import io.github.exitleft.spring.boot.kafka.KafkaTokens;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.KafkaHeaders;

/** Ours over Kafka: a stage with the defaults of {@code source.type: kafka}, and tokens as the guide makes them. */
final class KafkaStageContender implements Contender {

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;
    private final Stage<UUID, ConsumerRecord<byte[], byte[]>> stage;
    private final KafkaSender sender;

    KafkaStageContender(InetSocketAddress broker) {
        String address = broker.getHostString() + ":" + broker.getPort();
        producers = KafkaWire.producers(address);
        KafkaSource<byte[], byte[]> source = KafkaSource.builder(
                        KafkaWire.consumers(address), List.of(KafkaWire.STAGE_REPLIES))
                .template(new KafkaTemplate<>(producers))
                .open();
        stage = Stage.builder("kafka", UUID.class, source, KafkaTokens.header(UUID.class, KafkaHeaders.CORRELATION_ID))
                .defaultTimeout(Duration.ofSeconds(Caller.TIMEOUT_SECONDS))
                .keeper(Keeper.IDLE)
                .build();
        sender = stage.backdoor(KafkaSender.class);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the caller notices a lost request
    public Caller caller() {
        return (token, request) -> {
            UUID id = UUID.randomUUID();
            try {
                return KafkaWire.word(
                        stage.call(id, () -> sender.send(KafkaWire.REQUESTS, KafkaWire.value(request), id))
                                .value());
            } catch (StageTimeoutException e) {
                throw new TimeoutException(e.getMessage());
            }
        };
    }

    @Override
    public long headChanges() {
        return stage.snapshot(0).role().headChanges();
    }

    @Override
    public long handOvers() {
        return stage.snapshot(0).role().promotions();
    }

    @Override
    public void close() {
        stage.close();
        producers.destroy();
    }
}
