package io.github.exitleft;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what became of a stage's messages and of its callers' waits. */
final class StageStats {

    /** Of each count of unclaimed messages: two million of them in one wait, and its report would be wrong. */
    private static final int BITS = 21;

    /** By the ordinals of the outcomes. */
    private final LongAdder[] messages = adders(MessageOutcome.values().length);

    /** By the ordinals of the outcomes. */
    private final LongAdder[] exits = adders(Outcome.values().length);

    /** By the ordinals of the reasons. */
    private final LongAdder[] refused = adders(StageSnapshot.Refusal.values().length);

    /** Written by heads only, of which there is one at a time. */
    private final AtomicLong received = new AtomicLong();

    /** Three counts in one, so that a wait has one number to remember: all, those that are unknown, and those that are unreadable. */
    private final LongAdder unclaimed = new LongAdder();

    private final LongAdder transientFailures = new LongAdder();

    private static LongAdder[] adders(int number) {
        var adders = new LongAdder[number];
        for (int i = 0; i < number; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    void received() {
        received.lazySet(received.get() + 1);
    }

    void transientFailure() {
        transientFailures.increment();
    }

    void message(MessageOutcome outcome) {
        messages[outcome.ordinal()].increment();
        if (outcome != MessageOutcome.DELIVERED && outcome != MessageOutcome.EVENT) {
            unclaimed.add(weight(outcome));
        }
    }

    private static long weight(MessageOutcome outcome) {
        return switch (outcome) {
            case UNKNOWN -> 1 + (1L << BITS);
            case UNREADABLE -> 1 + (1L << 2 * BITS);
            default -> 1;
        };
    }

    /** Counts messages that were delivered together. */
    void delivered(int number) {
        messages[MessageOutcome.DELIVERED.ordinal()].add(number);
    }

    void exit(Outcome outcome) {
        exits[outcome.ordinal()].increment();
    }

    /** Counts what was refused, if an exception says that it was. */
    void refused(Throwable why) {
        StageSnapshot.Refusal reason = reason(why);
        if (reason != null) {
            refused[reason.ordinal()].increment();
        }
    }

    private static StageSnapshot.@Nullable Refusal reason(Throwable why) {
        if (why instanceof TooManyTicketsException) {
            return StageSnapshot.Refusal.TICKETS;
        }
        if (why instanceof TokenInUseException) {
            return StageSnapshot.Refusal.TOKEN;
        }
        if (why instanceof SourceFailedException) {
            return StageSnapshot.Refusal.FAILED;
        }
        return why instanceof StageClosedException ? StageSnapshot.Refusal.CLOSED : null;
    }

    Map<StageSnapshot.Refusal, Long> refused() {
        Map<StageSnapshot.Refusal, Long> sums = new EnumMap<>(StageSnapshot.Refusal.class);
        for (StageSnapshot.Refusal reason : StageSnapshot.Refusal.values()) {
            sums.put(reason, refused[reason.ordinal()].sum());
        }
        return sums;
    }

    long receivedSoFar() {
        return received.get();
    }

    /** Returns what {@link #unclaimedSince} is to be given later. */
    long unclaimedSoFar() {
        return unclaimed.sum();
    }

    /** Says how many messages have not been claimed since then. */
    String unclaimedSince(long before) {
        long since = unclaimed.sum() - before;
        long mask = (1L << BITS) - 1;
        long all = since & mask;
        return all == 0
                ? "0 unclaimed"
                : all + " unclaimed: " + (since >>> BITS & mask) + " unknown, " + (since >>> 2 * BITS) + " unreadable";
    }

    long transientFailures() {
        return transientFailures.sum();
    }

    Map<MessageOutcome, Long> messages() {
        Map<MessageOutcome, Long> sums = new EnumMap<>(MessageOutcome.class);
        for (MessageOutcome outcome : MessageOutcome.values()) {
            sums.put(outcome, messages[outcome.ordinal()].sum());
        }
        return sums;
    }

    Map<Outcome, Long> exits() {
        Map<Outcome, Long> sums = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            sums.put(outcome, exits[outcome.ordinal()].sum());
        }
        return sums;
    }
}
