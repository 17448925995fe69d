package io.github.exitleft.benchmarks;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.requestreply.KafkaReplyTimeoutException;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.kafka.support.TopicPartitionOffset;
import org.springframework.kafka.support.TopicPartitionOffset.SeekPosition;

/** Spring's {@code ReplyingKafkaTemplate} with a listener container of its own, as documented or as lean as it can be. */
final class KafkaTemplateContender implements Contender {

    /** The time after which the template says that it is ready; 5 s unless set. */
    private static final long FIRST_POLL_MILLIS = 200;

    private static final Duration ASSIGNED_WITHIN = Duration.ofSeconds(30);

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;
    private final ReplyingKafkaTemplate<byte[], byte[], byte[]> template;

    private KafkaTemplateContender(InetSocketAddress broker, ContainerProperties properties)
            throws InterruptedException {
        String address = broker.getHostString() + ":" + broker.getPort();
        producers = KafkaWire.producers(address);
        properties.setPollTimeout(FIRST_POLL_MILLIS);
        var container = new ConcurrentMessageListenerContainer<>(KafkaWire.consumers(address), properties);
        container.setBeanName("replies");
        template = new ReplyingKafkaTemplate<>(producers, container);
        template.setDefaultReplyTimeout(Duration.ofSeconds(Caller.TIMEOUT_SECONDS));
        template.afterPropertiesSet();
        template.start();
        if (!template.waitForAssignment(ASSIGNED_WITHIN)) {
            throw new IllegalStateException("the group gave no partition within " + ASSIGNED_WITHIN);
        }
    }

    /** Sets it up as Spring's documentation does: in a group, committing what each poll has returned. */
    static Contender documented(InetSocketAddress broker) throws InterruptedException {
        var properties = new ContainerProperties(KafkaWire.TEMPLATE_REPLIES);
        properties.setGroupId("template");
        return new KafkaTemplateContender(broker, properties);
    }

    /**
     * Sets it up with an assigned partition, no group to join, and commits by Kafka's clock instead of one after each
     * poll.
     */
    static Contender assigned(InetSocketAddress broker) throws InterruptedException {
        var properties = new ContainerProperties(
                new TopicPartitionOffset(KafkaWire.ASSIGNED_TEMPLATE_REPLIES, 0, SeekPosition.END));
        // without a group it may not commit at all
        properties.setGroupId("assigned-template");
        properties.getKafkaConsumerProperties().setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "true");
        return new KafkaTemplateContender(broker, properties);
    }

    @Override
    public Caller caller() {
        return (token, request) -> {
            var record = new ProducerRecord<byte[], byte[]>(KafkaWire.REQUESTS, KafkaWire.value(request));
            try {
                return KafkaWire.word(template.sendAndReceive(record)
                        .get(Caller.TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .value());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof KafkaReplyTimeoutException) {
                    throw new TimeoutException(e.getCause().getMessage());
                }
                throw e;
            }
        };
    }

    @Override
    public void close() {
        // stops the container too, which destroy() does not
        template.stop();
        template.destroy();
        producers.destroy();
    }
}
