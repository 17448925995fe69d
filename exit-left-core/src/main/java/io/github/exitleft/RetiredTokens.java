package io.github.exitleft;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A short memory of tokens whose tickets were closed, so that messages for them can be explained (M3).
 *
 * <p>It holds keys and no messages, at most {@value #MOST} of them, and none counts for longer than a minute. It does
 * what a {@link java.util.LinkedHashMap} does, in arrays: the map's entries, one an exchange, would live just long
 * enough for the collector to copy them a few times. The arrays are rings, so the youngest and the oldest are each
 * beside those touched last. A token keeps the attachment of its question, if that had one, for as long as it is
 * remembered itself. Guarded by the mailroom's lock.
 */
final class RetiredTokens<T> {

    static final int MOST = 8_192;
    static final long NANOS = Duration.ofSeconds(60).toNanos();

    /** How a token's ticket ended, and what its question had as an attachment. */
    record Retired(long at, boolean answered, @Nullable Object attachment) {}

    private static final int NONE = -1;

    /** The bit of {@link #answers} that says that its wait was answered; the others count what has come since its ticket was closed. */
    private static final byte ANSWERED = 1;

    /** One that has come since. */
    private static final byte ONE_LATE = 2;

    private static final byte MOST_LATE = Byte.MAX_VALUE - 1;

    // rings by slot, in order of age from the oldest on; a slot without a token had one that was retired again since
    private @Nullable Object[] tokens;
    private int[] hashes;
    private long[] times;
    private byte[] answers;

    /** By slot too; null until a token has an attachment. */
    private @Nullable Object @Nullable [] attachments;

    /** The next slot in the same bucket. */
    private int[] next;

    private int[] buckets;
    private int oldest;

    /** How many slots there are from the oldest to the youngest. */
    private int used;

    /** How many of these slots have a token. */
    private int size;

    RetiredTokens() {
        this(0);
    }

    private RetiredTokens(int capacity) {
        tokens = new @Nullable Object[capacity];
        hashes = new int[capacity];
        times = new long[capacity];
        answers = new byte[capacity];
        next = new int[capacity];
        buckets = new int[capacity];
        Arrays.fill(buckets, NONE);
    }

    void add(T token, long now, boolean answered, @Nullable Object attachment) {
        int hash = spread(token.hashCode());
        int former = slotOf(token, hash);
        if (former != NONE) {
            forget(former);
        }
        forgetOld(now, MOST - 1);
        if (used == tokens.length) {
            // twice as many as there are tokens, so that slots without one don't make this frequent
            moveTo(Math.max(16, Integer.highestOneBit(size) * 4));
        }
        if (attachment != null && attachments == null) {
            attachments = new @Nullable Object[tokens.length];
        }
        put(wrapped(oldest + used++), token, hash, now, answered ? ANSWERED : 0, attachment);
    }

    /**
     * Forgets the tokens whose time is over.
     *
     * @return how long the oldest attachment may still be kept; a negative time if there is none
     */
    long forgetOld(long now) {
        forgetOld(now, MOST);
        for (int i = 0; attachments != null && i < used; i++) {
            int slot = wrapped(oldest + i);
            if (attachments[slot] != null) {
                return NANOS - (now - times[slot]);
            }
        }
        return -1;
    }

    private void forgetOld(long now, int most) {
        while (used > 0 && (tokens[oldest] == null || isOver(times[oldest], now) || size > most)) {
            if (tokens[oldest] != null) {
                forget(oldest);
            }
            oldest = wrapped(oldest + 1);
            used--;
        }
    }

    @Nullable
    Retired find(T token, long now) {
        int slot = slotOf(token, spread(token.hashCode()));
        return slot == NONE || isOver(times[slot], now)
                ? null
                : new Retired(times[slot], (answers[slot] & ANSWERED) != 0, attachmentOf(slot));
    }

    /** Counts a message that has come for a token since its ticket was closed; returns false if the token is not remembered. */
    boolean countLate(T token) {
        int slot = slotOf(token, spread(token.hashCode()));
        if (slot == NONE) {
            return false;
        }
        if ((answers[slot] & MOST_LATE) != MOST_LATE) {
            answers[slot] += ONE_LATE;
        }
        return true;
    }

    /** Returns whether a message has been counted, and not been taken. */
    boolean isLateCounted(T token) {
        int slot = slotOf(token, spread(token.hashCode()));
        return slot != NONE && (answers[slot] & MOST_LATE) != 0;
    }

    /** Returns how many messages have been counted, and begins anew. */
    int takeLate(T token) {
        int slot = slotOf(token, spread(token.hashCode()));
        if (slot == NONE) {
            return 0;
        }
        int late = answers[slot] / ONE_LATE;
        answers[slot] &= ANSWERED;
        return late;
    }

    private @Nullable Object attachmentOf(int slot) {
        return attachments == null ? null : attachments[slot];
    }

    private int slotOf(T token, int hash) {
        int slot = size == 0 ? NONE : buckets[bucketOf(hash)];
        while (slot != NONE && !(hashes[slot] == hash && token.equals(tokens[slot]))) {
            slot = next[slot];
        }
        return slot;
    }

    private int bucketOf(int hash) {
        return hash & (buckets.length - 1);
    }

    private int wrapped(int slot) {
        return slot & (tokens.length - 1);
    }

    private void put(int slot, Object token, int hash, long time, byte answer, @Nullable Object attachment) {
        int bucket = bucketOf(hash);
        tokens[slot] = token;
        hashes[slot] = hash;
        times[slot] = time;
        answers[slot] = answer;
        if (attachments != null) {
            attachments[slot] = attachment;
        }
        next[slot] = buckets[bucket];
        buckets[bucket] = slot;
        size++;
    }

    private void forget(int slot) {
        int bucket = bucketOf(hashes[slot]);
        if (buckets[bucket] == slot) {
            buckets[bucket] = next[slot];
        } else {
            int before = buckets[bucket];
            while (next[before] != slot) {
                before = next[before];
            }
            next[before] = next[slot];
        }
        tokens[slot] = null;
        if (attachments != null) {
            attachments[slot] = null;
        }
        size--;
    }

    /** Moves the remembered tokens to rings of another capacity, a power of two. */
    private void moveTo(int capacity) {
        // complete before anything is changed here, since memory may run out
        var moved = new RetiredTokens<T>(capacity);
        if (attachments != null) {
            moved.attachments = new @Nullable Object[capacity];
        }
        for (int i = 0; i < used; i++) {
            int slot = wrapped(oldest + i);
            Object token = tokens[slot];
            if (token != null) {
                moved.put(moved.used++, token, hashes[slot], times[slot], answers[slot], attachmentOf(slot));
            }
        }
        tokens = moved.tokens;
        hashes = moved.hashes;
        times = moved.times;
        answers = moved.answers;
        attachments = moved.attachments;
        next = moved.next;
        buckets = moved.buckets;
        oldest = 0;
        used = moved.used;
        size = moved.size;
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 16;
    }

    private static boolean isOver(long retiredAt, long now) {
        return now - retiredAt > NANOS;
    }

    int size() {
        return size;
    }
}
