package io.github.exitleft.spring.boot.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.SendResult;

/**
 * What any thread may do with a stage over Kafka: send requests that say where their answers go; never read.
 *
 * <p>It sets the headers that {@code ReplyingKafkaTemplate} sets, so that a {@code @KafkaListener} with {@code @SendTo} and
 * every other server that answers such requests answers these.
 */
public final class KafkaSender {

    private final KafkaOperations<Object, Object> template;
    private final String correlationHeader;
    private final byte[] replyTopic;

    @SuppressWarnings("unchecked") // what it can serialize shows when it does
    KafkaSender(KafkaOperations<?, ?> template, String correlationHeader, String replyTopic) {
        this.template = (KafkaOperations<Object, Object>) template;
        this.correlationHeader = correlationHeader;
        this.replyTopic = replyTopic.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Sends a request without a key.
     *
     * @param topic where to
     * @param value what to send
     * @param token the answer's token
     * @return completed when the broker has the request; as for {@link #send(ProducerRecord, Object)}
     */
    public CompletableFuture<SendResult<Object, Object>> send(String topic, Object value, Object token) {
        return send(new ProducerRecord<>(topic, value), token);
    }

    /**
     * Sends a request.
     *
     * @param request what to send, with a header more for the token and one for the topic of the answer, in place of such
     *     that it has; it stays as it is, and can be sent again
     * @param token the answer's token; as bytes, see {@link KafkaTokens}
     * @return completed when the broker has the request, exceptionally if it never will. Let the sender of a call return it, as in
     *     {@code stage.call(id, () -> sender.send(request, id))}, and that ends the call
     * @throws org.springframework.kafka.KafkaException if the request could not even be put on its way, for example because
     *     no broker is known for {@code max.block.ms}
     */
    @SuppressWarnings("unchecked") // what the template can serialize shows when it does
    public CompletableFuture<SendResult<Object, Object>> send(ProducerRecord<?, ?> request, Object token) {
        Objects.requireNonNull(token, "'token' must not be null");
        // a record that was sent once takes no more headers
        ProducerRecord<?, ?> addressed = new ProducerRecord<>(
                request.topic(),
                request.partition(),
                request.timestamp(),
                request.key(),
                request.value(),
                request.headers());
        addressed.headers().remove(this.correlationHeader).add(this.correlationHeader, KafkaTokens.bytes(token));
        addressed.headers().remove(KafkaHeaders.REPLY_TOPIC).add(KafkaHeaders.REPLY_TOPIC, this.replyTopic);
        return this.template.send((ProducerRecord<Object, Object>) addressed);
    }
}
