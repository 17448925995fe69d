package io.github.exitleft;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A short memory of tokens whose tickets were closed, so that what comes for them can be explained (M3).
 *
 * <p>It holds keys and no messages, at most {@value #MOST} of them, and none counts for longer than a minute. What a {@link
 * java.util.LinkedHashMap} does, in arrays: its entries, one an exchange, would live just long enough for the collector to copy
 * them a few times. Guarded by the mailroom's lock.
 */
final class RetiredTokens<T> {

    static final int MOST = 8_192;
    static final long NANOS = Duration.ofSeconds(60).toNanos();

    /** How a token's ticket ended. */
    record Retired(long at, boolean answered) {}

    private static final int NONE = -1;

    // by slot; those in use are chained in their bucket and by age, the free ones in a chain of their own
    private @Nullable Object[] tokens = {};
    private int[] hashes = {};
    private long[] times = {};
    private boolean[] answers = {};
    private int[] next = {};
    private int[] older = {};
    private int[] newer = {};

    private int[] buckets = {};
    private int free = NONE;
    private int oldest = NONE;
    private int newest = NONE;
    private int size;

    void add(T token, long now, boolean answered) {
        int hash = spread(token.hashCode());
        int former = slotOf(token, hash);
        if (former != NONE) {
            forget(former);
        }
        while (oldest != NONE && (isOver(times[oldest], now) || size == MOST)) {
            forget(oldest);
        }
        if (free == NONE) {
            grow();
        }
        int slot = free;
        free = next[slot];
        tokens[slot] = token;
        hashes[slot] = hash;
        times[slot] = now;
        answers[slot] = answered;
        chain(slot);
        older[slot] = newest;
        newer[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            newer[newest] = slot;
        }
        newest = slot;
        size++;
    }

    @Nullable
    Retired find(T token, long now) {
        int slot = slotOf(token, spread(token.hashCode()));
        return slot == NONE || isOver(times[slot], now) ? null : new Retired(times[slot], answers[slot]);
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

    private void chain(int slot) {
        int bucket = bucketOf(hashes[slot]);
        next[slot] = buckets[bucket];
        buckets[bucket] = slot;
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
        int before = older[slot];
        int after = newer[slot];
        if (before == NONE) {
            oldest = after;
        } else {
            newer[before] = after;
        }
        if (after == NONE) {
            newest = before;
        } else {
            older[after] = before;
        }
        tokens[slot] = null;
        next[slot] = free;
        free = slot;
        size--;
    }

    private void grow() {
        int capacity = Math.max(16, size * 2);
        tokens = Arrays.copyOf(tokens, capacity);
        hashes = Arrays.copyOf(hashes, capacity);
        times = Arrays.copyOf(times, capacity);
        answers = Arrays.copyOf(answers, capacity);
        next = Arrays.copyOf(next, capacity);
        older = Arrays.copyOf(older, capacity);
        newer = Arrays.copyOf(newer, capacity);
        buckets = new int[capacity * 2];
        Arrays.fill(buckets, NONE);
        for (int slot = 0; slot < size; slot++) { // all of them are in use, or there would be no need to grow
            chain(slot);
        }
        for (int slot = size; slot < capacity; slot++) {
            next[slot] = free;
            free = slot;
        }
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
