package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.UnreadableMessageException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.commons.logging.impl.NoOpLog;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.log.LogAccessor;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.SerializationUtils;

/**
 * A source of Kafka records: one consumer, assigned and positioned at the end of its topics before it is given out.
 *
 * <p><b>Without a group</b>, the usual case for answers, it reads every partition of its topics. It is never expelled, there
 * are no rebalances, and nothing is committed. Partitions that are added later are found, and read from their beginning.
 *
 * <p><b>With a group</b> it reads the partitions that the group gives it, and commits by Kafka's own clock what it has handed
 * out. A partition that comes back after a rebalance is read on from where it was left, by this consumer or by the group,
 * whichever is further; a new one from what was committed, or its beginning. If nobody reads for {@code
 * max.poll.interval.ms} the group expels the consumer, which joins again with the next read and loses nothing.
 *
 * <p>A record that can't be deserialized is skipped and counts as unreadable. With an {@code ErrorHandlingDeserializer} it is
 * not skipped: its headers are there, and if they carry the token its caller gets the {@link DeserializationException}, whose
 * cause is what the deserializer threw. A check sees such a record with null for what could not be read. A consumer never says that its brokers are
 * gone; this source fails if none has answered for a while, and recovers when one does.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class KafkaSource<K, V> implements Source<ConsumerRecord<K, V>> {

    /** Headers of an {@code ErrorHandlingDeserializer}; the constants for them have moved between versions of Spring Kafka. */
    static final String KEY_FAILURE = "springDeserializerExceptionKey";

    static final String VALUE_FAILURE = "springDeserializerExceptionValue";

    /** A header that a stranger has written is not worth a line each time. */
    private static final LogAccessor SILENCE = new LogAccessor(new NoOpLog());

    private static final Duration LONGEST_POLL = Duration.ofHours(1); // longer ones overflow somewhere
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Builder<K, V> settings;
    private final Positions positions;
    private final @Nullable KafkaSender sender;
    private volatile Consumer<K, V> consumer; // replaced by the one who reads, woken by anybody
    private Pulse pulse; // only for the reading thread, as the next one
    private Iterator<ConsumerRecord<K, V>> fetched = Collections.emptyIterator();

    private KafkaSource(Builder<K, V> settings) {
        this.settings = settings;
        this.positions = new Positions(settings.topics, settings.group != null, settings.metadataAge());
        this.sender = settings.template == null
                ? null
                : new KafkaSender(settings.template, settings.correlationHeader, settings.topics.get(0));
        this.consumer = settings.consumer();
        this.pulse = new Pulse(this.consumer, settings.unreachableAfter, false);
    }

    /**
     * Begins a source.
     *
     * @param <K> keys
     * @param <V> values
     * @param factory makes the consumer; what it says of offsets and commits is overruled
     * @param topics what to read; the first is where {@link KafkaSender} asks for answers
     * @return a builder
     */
    public static <K, V> Builder<K, V> builder(ConsumerFactory<K, V> factory, List<String> topics) {
        return new Builder<>(factory, topics);
    }

    private void open() {
        ConsumerRecords<K, V> records = this.positions.open(this.consumer, this.settings.readyTimeout);
        this.fetched = records.iterator();
    }

    @Override
    public @Nullable ConsumerRecord<K, V> receive(Duration remaining) throws Exception {
        if (!this.fetched.hasNext()) {
            this.fetched = poll(remaining);
        }
        return this.fetched.hasNext() ? this.fetched.next() : null;
    }

    private Iterator<ConsumerRecord<K, V>> poll(Duration remaining)
            throws InterruptedException, UnreadableMessageException, TransientSourceException {
        Consumer<K, V> consumer = this.consumer;
        long start = System.nanoTime();
        try {
            this.positions.findNewPartitions(consumer);
            ConsumerRecords<K, V> records = consumer.poll(clamped(remaining));
            this.positions.advance(records);
            this.pulse.beatOrFail(records.isEmpty(), System.nanoTime() - start);
            return records.iterator();
        } catch (WakeupException e) {
            this.pulse.requireFound();
            return Collections.emptyIterator();
        } catch (InterruptException e) {
            Thread.interrupted(); // which the exception has set
            var interrupt = new InterruptedException("interrupted while reading topics " + this.settings.topics);
            interrupt.initCause(e);
            throw interrupt;
        } catch (RecordDeserializationException e) {
            this.positions.skip(consumer, e.topicPartition(), e.offset()); // or it would come for ever
            throw new UnreadableMessageException(
                    "record at offset " + e.offset() + " of " + e.topicPartition() + " can't be deserialized", e);
        } catch (Pulse.LostException e) {
            throw new TimeoutException("no broker has answered for " + this.settings.unreachableAfter + " while topics "
                    + this.settings.topics + " were read");
        } catch (RuntimeException e) {
            replaceConsumer(e);
            throw e;
        }
    }

    /** After a failure there is no telling what the old one is still good for; the positions are known. */
    private void replaceConsumer(RuntimeException failure) {
        try {
            close(this.consumer, Duration.ZERO);
            Consumer<K, V> fresh = this.settings.consumer();
            this.consumer = fresh;
            this.pulse = new Pulse(fresh, this.settings.unreachableAfter, true);
            this.positions.resume(fresh);
        } catch (RuntimeException e) { // the next read fails, and tries again
            failure.addSuppressed(e);
        }
    }

    /** Rounds up, so that a rest of less than a millisecond doesn't spin. */
    private static Duration clamped(Duration remaining) {
        if (remaining.compareTo(LONGEST_POLL) > 0) {
            return LONGEST_POLL;
        }
        return remaining.isZero() || remaining.isNegative()
                ? Duration.ZERO
                : remaining.plusNanos(999_999).truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public void wakeup() {
        this.consumer.wakeup();
    }

    /** Read also while no caller waits, so that a group does not expel the consumer, and late answers are counted when they come. */
    @Override
    public Keeper preferredKeeper() {
        return Keeper.IDLE;
    }

    @Override
    public @Nullable KafkaSender backdoor() {
        return this.sender;
    }

    /** Says why a record was delivered whose key or value an {@code ErrorHandlingDeserializer} could not read. */
    @Override
    public @Nullable Throwable errorOf(ConsumerRecord<K, V> message) {
        DeserializationException value = message.value() == null ? failure(message, VALUE_FAILURE) : null;
        return value != null || message.key() != null ? value : failure(message, KEY_FAILURE);
    }

    /** What an {@code ErrorHandlingDeserializer} has left in a header; null if nothing, or if a stranger has. */
    static @Nullable DeserializationException failure(ConsumerRecord<?, ?> message, String header) {
        return message.headers().lastHeader(header) == null
                ? null
                : SerializationUtils.getExceptionFromHeader(message, header, SILENCE);
    }

    @Override
    public String type() {
        return "kafka";
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("topics", this.settings.topics);
        if (this.settings.group != null) {
            details.put("group", this.settings.group);
        }
        details.put("partitions", this.positions.partitions());
        return details;
    }

    @Override
    public void close() {
        try {
            this.positions.giveBack(this.consumer, this.fetched); // as the consumer commits all that it has fetched
        } catch (RuntimeException e) {
            // closed already, because no other could be made: it has nothing to commit
        }
        close(this.consumer, CLOSE_TIMEOUT);
    }

    private static void close(Consumer<?, ?> consumer, Duration timeout) {
        boolean interrupted = Thread.interrupted(); // would make it close less than everything
        try {
            consumer.close(CloseOptions.timeout(timeout));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Builds a {@link KafkaSource}.
     *
     * @param <K> keys
     * @param <V> values
     */
    public static final class Builder<K, V> {

        private final ConsumerFactory<K, V> factory;
        private final List<String> topics;
        private @Nullable String group;
        private @Nullable KafkaOperations<?, ?> template;
        private String correlationHeader = KafkaHeaders.CORRELATION_ID;
        private Duration readyTimeout = Duration.ofSeconds(60);
        private Duration unreachableAfter = Duration.ofSeconds(10);

        private Builder(ConsumerFactory<K, V> factory, List<String> topics) {
            this.factory = Objects.requireNonNull(factory, "'factory' must not be null");
            this.topics = List.copyOf(topics);
            if (topics.isEmpty()) {
                throw new IllegalArgumentException("'topics' must not be empty");
            }
        }

        /**
         * Reads as a member of a group; unless set, reads every partition and belongs to none. An application that waits
         * for answers must be the only member, or have its answers sent to a partition of its own.
         *
         * @param group the group's id
         * @return this builder
         */
        public Builder<K, V> group(String group) {
            this.group = Objects.requireNonNull(group, "'group' must not be null");
            return this;
        }

        /**
         * Sets what the {@link KafkaSender} sends with; there is none unless set.
         *
         * @param template the template
         * @return this builder
         */
        public Builder<K, V> template(KafkaOperations<?, ?> template) {
            this.template = Objects.requireNonNull(template, "'template' must not be null");
            return this;
        }

        /**
         * Sets the header in which the {@link KafkaSender} sends the token; {@code kafka_correlationId} unless set.
         *
         * @param name the header's name
         * @return this builder
         */
        public Builder<K, V> correlationHeader(String name) {
            this.correlationHeader = Objects.requireNonNull(name, "'name' must not be null");
            return this;
        }

        /**
         * Sets how long {@link #open()} waits for brokers and partitions; 60 s unless set.
         *
         * @param readyTimeout how long; positive
         * @return this builder
         */
        public Builder<K, V> readyTimeout(Duration readyTimeout) {
            this.readyTimeout = positive(readyTimeout, "readyTimeout");
            return this;
        }

        /**
         * Sets how long no broker may answer, while somebody reads, before the source fails; 10 s unless set.
         *
         * @param unreachableAfter how long; at least 1 s, since brokers answer a read twice a second
         * @return this builder
         */
        public Builder<K, V> unreachableAfter(Duration unreachableAfter) {
            if (unreachableAfter.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException(
                        "'unreachableAfter' must be at least PT1S, but is " + unreachableAfter);
            }
            this.unreachableAfter = unreachableAfter;
            return this;
        }

        /**
         * Makes the consumer and waits until it is assigned to partitions and positioned at their end.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no such topic
         * @throws TimeoutException if no broker answered in time, or the group gave no partition
         * @throws KafkaException if something else went wrong
         */
        public KafkaSource<K, V> open() {
            KafkaSource<K, V> source = new KafkaSource<>(this);
            try {
                source.open();
                return source;
            } catch (Throwable e) {
                KafkaSource.close(source.consumer, Duration.ZERO);
                throw e;
            }
        }

        private Consumer<K, V> consumer() {
            Properties overrides = new Properties();
            overrides.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, String.valueOf(this.group != null));
            overrides.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // what is unknown is new
            overrides.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false"); // a typo is no wish
            overrides.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, String.valueOf(Pulse.INTERVAL_MILLIS));
            return this.factory.createConsumer(this.group, null, "-" + this.topics.get(0), overrides);
        }

        /** How old the consumer lets its knowledge of the topics become. */
        private Duration metadataAge() {
            Object configured = this.factory.getConfigurationProperties().get(ConsumerConfig.METADATA_MAX_AGE_CONFIG);
            return Duration.ofMillis(configured == null ? 300_000 : Long.parseLong(configured.toString()));
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException("'" + name + "' must be positive, but is " + duration);
            }
            return duration;
        }
    }
}
