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

/** Which partitions a source reads, and from where on: at first from the end, afterwards from where it was left. */
final class Positions {

    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration COMMITTED_TIMEOUT = Duration.ofSeconds(2);

    private final List<String> topics;
    private final boolean grouped;
    private final long lookNanos;

    /** The offset of the next record of each partition that was ever read; written by the one who reads. */
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    private long looked = System.nanoTime();

    /** Makes one. @param look how often to look for partitions that were added */
    Positions(List<String> topics, boolean grouped, Duration look) {
        this.topics = topics;
        this.grouped = grouped;
        this.lookNanos = look.toNanos();
    }

    /** The partitions that are or were read, sorted, for operators. */
    List<String> partitions() {
        return this.next.keySet().stream()
                .map(TopicPartition::toString)
                .sorted()
                .toList();
    }

    /** Begins to read at the end of the topics; returns what came already. */
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
                // it has partitions now; the first read comes upon the record again, and counts it
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

    /** Has a new consumer go on where another one stopped. */
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
     * Partitions that are not known need no help: they start at what was committed, or else at their beginning. The others do,
     * whatever happens: the consumer does not ask for it again if this fails.
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
        } catch (InterruptException e) { // which has set the thread's flag, and so ends the read that is going on
            committed = Map.of();
        } catch (WakeupException e) {
            committed = Map.of();
            consumer.wakeup(); // it is the read that was to be woken
        }
        for (TopicPartition partition : known) {
            OffsetAndMetadata byGroup = committed.get(partition);
            long own = this.next.getOrDefault(partition, 0L);
            moveTo(consumer, partition, byGroup == null ? own : Math.max(own, byGroup.offset()));
        }
    }

    /** Takes note of how far the partitions have been read. */
    void advance(ConsumerRecords<?, ?> records) {
        records.nextOffsets().forEach((partition, offset) -> this.next.put(partition, offset.offset()));
    }

    /** Has a group that commits now take these records for unread. */
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

    /** Reads partitions that were added to the topics, too, from their beginning; a group does that by itself. */
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
        } catch (RetriableException e) { // what the consumer knew of the topics is gone for the moment
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
