package io.github.exitleft;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of a stage's messages and of its callers' waits. */
final class StageStats {

    private final Map<MessageOutcome, LongAdder> messages = new EnumMap<>(MessageOutcome.class);
    private final Map<Outcome, LongAdder> exits = new EnumMap<>(Outcome.class);
    private final AtomicLong received = new AtomicLong(); // only heads count, of which there is one at a time
    private final LongAdder unclaimed = new LongAdder();
    private final LongAdder transientFailures = new LongAdder();

    StageStats() {
        for (MessageOutcome outcome : MessageOutcome.values()) {
            messages.put(outcome, new LongAdder());
        }
        for (Outcome outcome : Outcome.values()) {
            exits.put(outcome, new LongAdder());
        }
    }

    void received() {
        received.lazySet(received.get() + 1);
    }

    void transientFailure() {
        transientFailures.increment();
    }

    void message(MessageOutcome outcome) {
        adder(messages, outcome).increment();
        if (outcome != MessageOutcome.DELIVERED) {
            unclaimed.increment();
        }
    }

    void exit(Outcome outcome) {
        adder(exits, outcome).increment();
    }

    long receivedSoFar() {
        return received.get();
    }

    long unclaimedSoFar() {
        return unclaimed.sum();
    }

    long transientFailures() {
        return transientFailures.sum();
    }

    Map<MessageOutcome, Long> messages() {
        Map<MessageOutcome, Long> sums = new EnumMap<>(MessageOutcome.class);
        messages.forEach((outcome, adder) -> sums.put(outcome, adder.sum()));
        return sums;
    }

    Map<Outcome, Long> exits() {
        Map<Outcome, Long> sums = new EnumMap<>(Outcome.class);
        exits.forEach((outcome, adder) -> sums.put(outcome, adder.sum()));
        return sums;
    }

    @SuppressWarnings("NullAway") // the constructor puts one for every key
    private static <K extends Enum<K>> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return adders.get(key);
    }
}
