package io.github.exitleft.spring.boot.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;

/** The partitions that a source reads and their offsets: at first the end, afterwards the record after the last one read. */
final class Positions {

    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration COMMITTED_TIMEOUT = Duration.ofSeconds(2);

    private final List<String> topics;
    private final boolean grouped;
    private final long lookNanos;

    /** The offset of the next record of each partition that was ever read; written by the reading thread. */
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    private long looked = System.nanoTime();

    /**
     * Creates positions without partitions.
     *
     * @param look how often to look for partitions that were added
     */
    Positions(List<String> topics, boolean grouped, Duration look) {
        this.topics = topics;
        this.grouped = grouped;
        this.lookNanos = look.toNanos();
    }

    /** Returns the partitions that are or were read, sorted, for operators. */
    List<String> partitions() {
        return this.next.keySet().stream()
                .map(TopicPartition::toString)
                .sorted()
                .toList();
    }

    /** Begins to read at the end of the topics; returns the records that have come already. */
    <K, V> ConsumerRecords<K, V> open(Consumer<K, V> consumer, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            List<TopicPartition> all = all(consumer, deadline);
            return this.grouped ? join(consumer, deadline) : assign(consumer, all, deadline);
        } catch (TimeoutException e) {
            throw new TimeoutException(
                    "topics " + this.topics + " could not be read within " + timeout + ": " + e.getMessage(), e);
        }
    }

    private <K, V> ConsumerRecords<K, V> assign(
            Consumer<K, V> consumer, List<TopicPartition> partitions, long deadline) {
        consumer.assign(partitions);
        toEnd(consumer, partitions, deadline);
        return ConsumerRecords.empty();
    }

    private <K, V> ConsumerRecords<K, V> join(Consumer<K, V> consumer, long deadline) {
        consumer.subscribe(this.topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                toEnd(consumer, partitions, deadline);
            }
        });
        ConsumerRecords<K, V> records = ConsumerRecords.empty();
        while (this.next.isEmpty() && records.isEmpty()) {
            rest(deadline, "the group gave this consumer no partition; is it the only one in the group?");
            try {
                records = consumer.poll(STEP);
            } catch (RecordDeserializationException e) {
                // the consumer has partitions now; the first read meets the record again, and counts it
            }
        }
        subscribe(consumer); // from now on partitions are resumed
        advance(records);
        return records;
    }

    private void toEnd(Consumer<?, ?> consumer, Collection<TopicPartition> partitions, long deadline) {
        consumer.endOffsets(partitions, rest(deadline, "no broker knows where the partitions end"))
                .forEach((partition, end) -> moveTo(consumer, partition, end));
    }

    private List<TopicPartition> all(Consumer<?, ?> consumer, long deadline) {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : this.topics) {
            List<PartitionInfo> partitions =
                    consumer.partitionsFor(topic, rest(deadline, "no broker knows the topics"));
            if (partitions == null || partitions.isEmpty()) {
                throw new UnknownTopicOrPartitionException("topic '" + topic + "' does not exist");
            }
            partitions.forEach(info -> all.add(new TopicPartition(info.topic(), info.partition())));
        }
        return all;
    }

    /** Lets a new consumer resume where another one stopped. */
    void resume(Consumer<?, ?> consumer) {
        if (this.grouped) {
            subscribe(consumer);
        } else {
            consumer.assign(this.next.keySet());
            this.next.forEach(consumer::seek);
        }
    }

    private void subscribe(Consumer<?, ?> consumer) {
        consumer.subscribe(this.topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                goOn(consumer, partitions);
            }
        });
    }

    /**
     * Moves known partitions to the further of the own and the committed offset. Other partitions start at their committed offset, or
     * else at their beginning, without help. This must not fail, since the consumer does not call it again.
     */
    private void goOn(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Set<TopicPartition> known =
                partitions.stream().filter(this.next::containsKey).collect(Collectors.toSet());
        if (known.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = consumer.committed(known, COMMITTED_TIMEOUT);
        } catch (RetriableException e) {
            committed = Map.of();
        } catch (InterruptException e) { // its constructor has set the thread's flag, which ends the present read
            committed = Map.of();
        } catch (WakeupException e) {
            committed = Map.of();
            consumer.wakeup(); // the wake-up was meant for the read
        }
        for (TopicPartition partition : known) {
            OffsetAndMetadata byGroup = committed.get(partition);
            long own = this.next.getOrDefault(partition, 0L);
            moveTo(consumer, partition, byGroup == null ? own : Math.max(own, byGroup.offset()));
        }
    }

    /** Records how far the partitions have been read. */
    void advance(ConsumerRecords<?, ?> records) {
        records.nextOffsets().forEach((partition, offset) -> this.next.put(partition, offset.offset()));
    }

    /** Makes the next commit leave out these records, which were not handed out. */
    void giveBack(Consumer<?, ?> consumer, Iterator<? extends ConsumerRecord<?, ?>> unread) {
        Map<TopicPartition, Long> first = new HashMap<>();
        unread.forEachRemaining(
                record -> first.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset()));
        first.keySet().retainAll(consumer.assignment());
        first.forEach(consumer::seek);
    }

    /** Skips a record. */
    void skip(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
        moveTo(consumer, partition, offset + 1);
    }

    private void moveTo(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
        consumer.seek(partition, offset);
        this.next.put(partition, offset);
    }

    /** Begins to read partitions that were added to the topics, from their beginning; a group does that by itself. */
    void findNewPartitions(Consumer<?, ?> consumer) {
        long now = System.nanoTime();
        if (this.grouped || now - this.looked < this.lookNanos) {
            return;
        }
        this.looked = now;
        List<TopicPartition> added;
        try {
            added = all(consumer, now + STEP.toNanos()).stream()
                    .filter(partition -> !this.next.containsKey(partition))
                    .toList();
        } catch (RetriableException e) { // the consumer's metadata has expired, and is not renewed yet
            return;
        }
        if (!added.isEmpty()) {
            List<TopicPartition> wanted = new ArrayList<>(this.next.keySet());
            wanted.addAll(added);
            consumer.assign(wanted);
            added.forEach(partition -> moveTo(consumer, partition, 0));
        }
    }

    private static Duration rest(long deadline, String otherwise) {
        long rest = deadline - System.nanoTime();
        if (rest <= 0) {
            throw new TimeoutException(otherwise);
        }
        return Duration.ofNanos(rest);
    }
}
