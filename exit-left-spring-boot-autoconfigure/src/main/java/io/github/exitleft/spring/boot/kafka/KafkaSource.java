package io.github.exitleft.spring.boot.kafka;

import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.UnreadableMessageException;
import java.time.Duration;
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
 * A source of Kafka records: one consumer, which is assigned and positioned at the end of its topics when the source is opened.
 *
 * <p><b>Without a group</b>, the usual case for answers, it reads every partition of its topics. It is never expelled, there
 * are no rebalances, and nothing is committed. Partitions that are added later are found, and read from their beginning.
 *
 * <p><b>With a group</b> it reads the partitions that the group assigns to it, and Kafka's auto-commit commits the records that it
 * has handed out. When a partition comes back after a rebalance, reading resumes at the further of two offsets: this consumer's own
 * and the committed one. A new partition is read from its committed offset, or else from its beginning. If no thread reads for
 * {@code max.poll.interval.ms} the group expels the consumer, which joins again with the next read and loses nothing.
 *
 * <p>A record that can't be deserialized is skipped and counts as unreadable. With an {@code ErrorHandlingDeserializer} it is
 * not skipped: if its headers carry the token, the caller gets the {@link DeserializationException}, whose cause is the
 * deserializer's exception. A check sees such a record with null for the part that could not be read. A consumer never says that its
 * brokers are gone; this source fails if none has answered for a while, and recovers when one does.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class KafkaSource<K, V> implements Source<ConsumerRecord<K, V>> {

    /** Headers of an {@code ErrorHandlingDeserializer}; the constants for them have moved between versions of Spring Kafka. */
    static final String KEY_FAILURE = "springDeserializerExceptionKey";

    static final String VALUE_FAILURE = "springDeserializerExceptionValue";

    /** Logs nothing: any peer can write such a header, and as often as it likes. */
    private static final LogAccessor SILENCE = new LogAccessor(new NoOpLog());

    /** An hour, since the client's arithmetic overflows with the longest durations. */
    private static final long LONGEST_POLL_MILLIS = 3_600_000;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Builder<K, V> settings;
    private final Positions positions;
    private final @Nullable KafkaSender sender;

    /** Replaced by the reading thread, woken by any thread. */
    private volatile Consumer<K, V> consumer;

    // the fields from here on are used by the reading thread only

    private BrokerLiveness liveness;
    private Iterator<ConsumerRecord<K, V>> fetched = Collections.emptyIterator();

    private KafkaSource(Builder<K, V> settings) {
        this.settings = settings;
        this.positions = new Positions(settings.topics, settings.group != null, settings.metadataAge());
        this.sender = settings.template == null
                ? null
                : new KafkaSender(settings.template, settings.correlationHeader, settings.topics.get(0));
        this.consumer = settings.consumer();
        this.liveness = new BrokerLiveness(this.consumer, settings.unreachableAfter, false);
    }

    /**
     * Begins a source.
     *
     * @param <K> keys
     * @param <V> values
     * @param factory makes the consumer; its settings for offsets and commits are overridden
     * @param topics the topics to read; {@link KafkaSender} asks for answers on the first
     * @return a builder
     * @throws IllegalArgumentException if there is none
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
            long millis = Math.min(Source.toMillisRoundedUp(remaining), LONGEST_POLL_MILLIS);
            ConsumerRecords<K, V> records = consumer.poll(Duration.ofMillis(millis));
            this.positions.advance(records);
            this.liveness.polled(records.isEmpty(), System.nanoTime() - start);
            return records.iterator();
        } catch (WakeupException e) {
            this.liveness.requireAnswered();
            return Collections.emptyIterator();
        } catch (InterruptException e) {
            Thread.interrupted(); // clears the flag, which the exception's constructor sets
            var interrupt = new InterruptedException("interrupted while reading topics " + this.settings.topics);
            interrupt.initCause(e);
            throw interrupt;
        } catch (RecordDeserializationException e) {
            this.positions.skip(consumer, e.topicPartition(), e.offset()); // else the next poll would fail on it again
            throw new UnreadableMessageException(
                    "record at offset " + e.offset() + " of " + e.topicPartition() + " can't be deserialized", e);
        } catch (BrokerLiveness.LostException e) {
            throw new TimeoutException("no broker has answered for " + this.settings.unreachableAfter + " while topics "
                    + this.settings.topics + " were read");
        } catch (RuntimeException e) {
            replaceConsumer(e);
            throw e;
        }
    }

    /** Replaces a consumer that failed, whose state is unknown; the positions are kept apart from it. */
    private void replaceConsumer(RuntimeException failure) {
        try {
            close(this.consumer, Duration.ZERO);
            Consumer<K, V> fresh = this.settings.consumer();
            this.consumer = fresh;
            this.liveness = new BrokerLiveness(fresh, this.settings.unreachableAfter, true);
            this.positions.resume(fresh);
        } catch (RuntimeException e) { // the next read fails as well, and tries again
            failure.addSuppressed(e);
        }
    }

    @Override
    public void wakeup() {
        this.consumer.wakeup();
    }

    /**
     * Prefers to be read also while no caller waits, so that a group does not expel the consumer and late answers are counted on
     * arrival.
     */
    @Override
    public Keeper preferredKeeper() {
        return Keeper.IDLE;
    }

    @Override
    public boolean sendsTimeToLive() {
        return this.sender != null;
    }

    @Override
    public @Nullable KafkaSender backdoor() {
        return this.sender;
    }

    /** Returns the exception of an {@code ErrorHandlingDeserializer} that could not read the record's key or value. */
    @Override
    public @Nullable Throwable errorOf(ConsumerRecord<K, V> message) {
        return errorIn(message);
    }

    static @Nullable Throwable errorIn(ConsumerRecord<?, ?> message) {
        DeserializationException value = message.value() == null ? failure(message, VALUE_FAILURE) : null;
        return value != null || message.key() != null ? value : failure(message, KEY_FAILURE);
    }

    /** Returns the exception that an {@code ErrorHandlingDeserializer} left in a header; null if another writer did, or none. */
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
            this.positions.giveBack(this.consumer, this.fetched); // else the consumer commits all that it has fetched
        } catch (RuntimeException e) {
            // the consumer is closed, since replacing it failed, and has nothing to commit
        }
        close(this.consumer, CLOSE_TIMEOUT);
    }

    private static void close(Consumer<?, ?> consumer, Duration timeout) {
        boolean interrupted = Thread.interrupted(); // an interrupted consumer does not close everything
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
         * Reads as a member of a group; unless set, the source reads every partition and belongs to no group. An application that
         * waits for answers must be the only member, or have its answers sent to a partition of its own.
         *
         * @param group the group's id
         * @return this builder
         */
        public Builder<K, V> group(String group) {
            this.group = Objects.requireNonNull(group, "'group' must not be null");
            return this;
        }

        /**
         * Sets the template of the {@link KafkaSender}; unless set, the source has no sender.
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
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder<K, V> readyTimeout(Duration readyTimeout) {
            this.readyTimeout = positive(readyTimeout, "readyTimeout");
            return this;
        }

        /**
         * Sets how long brokers may be silent, in time spent reading, before the source fails; 10 s unless set.
         *
         * @param unreachableAfter how long; at least 1 s, since brokers answer a read twice a second
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
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
         * @return the source, to be closed by its stage
         * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no such topic
         * @throws TimeoutException if no broker answered in time, or the group assigned no partition
         * @throws KafkaException if it fails otherwise
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
            overrides.setProperty(
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // no committed offset: a new partition
            overrides.setProperty(
                    ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false"); // not because of a mistyped name
            overrides.setProperty(
                    ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, String.valueOf(BrokerLiveness.INTERVAL_MILLIS));
            return this.factory.createConsumer(this.group, null, "-" + this.topics.get(0), overrides);
        }

        /** Returns the age at which the consumer renews its metadata of the topics. */
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
