package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.Sender;
import io.github.exitleft.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.SendResult;

/**
 * The backdoor of a stage over Kafka: sends requests that say where their answers go, from any thread, and never reads.
 *
 * <p>It sets the headers that {@code ReplyingKafkaTemplate} sets, so a {@code @KafkaListener} with {@code @SendTo}, or any other
 * server for such requests, answers these too.
 *
 * <p>A request that the sender of a call sends says in the header {@value #TIME_TO_LIVE} how long its answer will be waited for.
 */
public final class KafkaSender {

    /**
     * The header that says for how many milliseconds the answer to a request will be waited for, in decimal digits. They count from the
     * record's timestamp, so a server that gets the request later need not answer.
     */
    public static final String TIME_TO_LIVE = "exit-left-time-to-live";

    private final KafkaOperations<Object, Object> template;
    private final String correlationHeader;
    private final byte[] replyTopic;

    @SuppressWarnings("unchecked") // the serializer refuses what it can't serialize
    KafkaSender(KafkaOperations<?, ?> template, String correlationHeader, String replyTopic) {
        this.template = (KafkaOperations<Object, Object>) template;
        this.correlationHeader = correlationHeader;
        this.replyTopic = replyTopic.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Sends a request without a key.
     *
     * @param topic the topic to send to
     * @param value the request
     * @param token the answer's token
     * @return completed when the broker has the request; as for {@link #send(ProducerRecord, Object)}
     * @throws IllegalArgumentException if such a token can't be a header; see {@link KafkaTokens}
     * @throws org.springframework.kafka.KafkaException if the request could not be handed to the producer, for example because no
     *     broker is known for {@code max.block.ms}
     */
    public CompletableFuture<SendResult<Object, Object>> send(String topic, Object value, Object token) {
        return send(new ProducerRecord<>(topic, value), token);
    }

    /**
     * Sends a request.
     *
     * @param request the request. A copy is sent, with headers for the token and for the topic of the answer in place of any that the
     *     request has; the request itself stays as it is, and can be sent again
     * @param token the answer's token; as bytes, see {@link KafkaTokens}
     * @return completed when the broker has the request, exceptionally if it never will. Return it from the sender of a call, as in
     *     {@code stage.call(id, () -> sender.send(request, id))}, and a failure ends the call
     * @throws IllegalArgumentException if such a token can't be a header
     * @throws org.springframework.kafka.KafkaException if the request could not be handed to the producer, for example because no
     *     broker is known for {@code max.block.ms}
     */
    @SuppressWarnings("unchecked") // as in the constructor
    public CompletableFuture<SendResult<Object, Object>> send(ProducerRecord<?, ?> request, Object token) {
        Objects.requireNonNull(token, "'token' must not be null");
        // a copy, because a record that was sent takes no more headers
        ProducerRecord<?, ?> addressed = new ProducerRecord<>(
                request.topic(),
                request.partition(),
                request.timestamp(),
                request.key(),
                request.value(),
                request.headers());
        addressed.headers().remove(this.correlationHeader).add(this.correlationHeader, KafkaTokens.bytes(token));
        addressed.headers().remove(KafkaHeaders.REPLY_TOPIC).add(KafkaHeaders.REPLY_TOPIC, this.replyTopic);
        addressed.headers().remove(TIME_TO_LIVE);
        Duration left = Sender.timeLeft();
        if (left != null) {
            String millis = String.valueOf(Source.toMillisRoundedUp(left));
            addressed.headers().add(TIME_TO_LIVE, millis.getBytes(StandardCharsets.UTF_8));
        }
        return this.template.send((ProducerRecord<Object, Object>) addressed);
    }
}
