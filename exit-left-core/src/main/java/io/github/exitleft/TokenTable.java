package io.github.exitleft;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exact table of live and resting tokens: a hash table in arrays, in which the resting ones are linked in order.
 *
 * <p>It does what a {@link java.util.LinkedHashMap} does, without entries, each of which would take as much memory
 * again: about 40 bytes a token. Guarded by its owner's lock, under which no foreign code runs but the tokens' {@code
 * equals} and {@code hashCode}. If one of these throws, or memory runs out, nothing has changed.
 */
final class TokenTable<T> implements Rests<T> {

    private static final int NONE = -1;

    /** Stands in {@link #older} for a token that is live. */
    private static final int LIVE = -2;

    private static final int LEAST = 16;

    // these four are indexed by slot
    private @Nullable Object[] tokens;
    private long[] since;
    private int[] older;
    private int[] newer;

    /** The next slot in the same bucket, or the next free slot. */
    private int[] next;

    /** By slot; null until a token has an attachment. */
    private @Nullable Object @Nullable [] attachments;

    /** By slot too; null until a token rests of which something knows by what it was asked. */
    private Carriers.@Nullable Load @Nullable [] asked;

    /** By slot too, how many answers end each rest; null until that are more than one of any. */
    private byte @Nullable [] owed;

    private int[] buckets;
    private int free = NONE;

    /** How many slots have been used, counted from the first. */
    private int used;

    private int size;
    private int resting;
    private int oldest = NONE;
    private int newest = NONE;

    TokenTable() {
        this(LEAST);
    }

    private TokenTable(int capacity) {
        tokens = new @Nullable Object[capacity];
        since = new long[capacity];
        older = new int[capacity];
        newer = new int[capacity];
        next = new int[capacity];
        buckets = new int[capacity];
        Arrays.fill(buckets, NONE);
    }

    /** Adds a live token; returns false if it is live or resting already. */
    boolean addLive(T token) {
        int hash = token.hashCode();
        if (slotOf(token, hash) != NONE) {
            return false;
        }
        // first, since it may replace the arrays
        int slot = insert(token, hash);
        older[slot] = LIVE;
        return true;
    }

    /** Lets a live token rest; does nothing with any other. */
    void rest(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load by, int answers) {
        int slot = slotOf(token, token.hashCode());
        if (slot != NONE && older[slot] == LIVE) {
            link(slot, now, attachment, by, answers);
        }
    }

    @Override
    public void add(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load by, int answers) {
        int hash = token.hashCode();
        assert slotOf(token, hash) == NONE;
        withRoomFor(attachment, by, answers);
        link(insert(token, hash), now, attachment, by, answers);
    }

    @Override
    public @Nullable Rest remove(T token) {
        int hash = token.hashCode();
        int slot = slotOf(token, hash);
        if (slot == NONE) {
            return null;
        }
        Rest rest = restOf(slot);
        remove(slot, bucketOf(hash));
        return rest;
    }

    @Override
    public @Nullable Rest answered(T token, int came) {
        int hash = token.hashCode();
        int slot = slotOf(token, hash);
        Rest before = slot == NONE ? null : restOf(slot);
        if (before == null) {
            return null;
        }
        byte left = Owed.after(before.owed(), came);
        var rest =
                new Rest(before.since(), before.attachment(), left); // before anything changes: it may find no memory
        if (left == 0) {
            remove(slot, bucketOf(hash));
        } else if (owed != null) {
            owed[slot] = left;
        }
        return rest;
    }

    @Override
    public @Nullable Rest find(T token) {
        int slot = slotOf(token, token.hashCode());
        return slot == NONE ? null : restOf(slot);
    }

    @Override
    @SuppressWarnings("unchecked") // only tokens are in it
    public T removeOldest() {
        Object token = Objects.requireNonNull(tokens[oldest]);
        remove(oldest, bucketOf(token.hashCode()));
        return (T) token;
    }

    @Override
    @SuppressWarnings("unchecked") // only tokens are in it
    public void removeGone(RestRule rule, Consumer<? super T> removed) {
        int after;
        for (int slot = oldest; slot != NONE; slot = after) {
            after = newer[slot];
            if (rule.isGone(since[slot], askedBy(slot))) {
                T token = (T) Objects.requireNonNull(tokens[slot]);
                remove(slot, bucketOf(token.hashCode()));
                removed.accept(token);
            }
        }
    }

    @Override
    public long oldestSince() {
        return since[oldest];
    }

    @Override
    public int resting() {
        return resting;
    }

    int live() {
        return size - resting;
    }

    int size() {
        return size;
    }

    /** Adds the resting tokens to another collection, in order. */
    @SuppressWarnings("unchecked") // only tokens are in it
    void copyTo(Rests<T> others) {
        for (int slot = oldest; slot != NONE; slot = newer[slot]) {
            others.add(
                    (T) Objects.requireNonNull(tokens[slot]),
                    since[slot],
                    attachmentOf(slot),
                    askedBy(slot),
                    owedTo(slot));
        }
    }

    private @Nullable Rest restOf(int slot) {
        return older[slot] == LIVE ? null : new Rest(since[slot], attachmentOf(slot), owedTo(slot));
    }

    private @Nullable Object attachmentOf(int slot) {
        return attachments == null ? null : attachments[slot];
    }

    private Carriers.@Nullable Load askedBy(int slot) {
        return asked == null ? null : asked[slot];
    }

    private int owedTo(int slot) {
        return owed == null || owed[slot] == 0 ? 1 : owed[slot];
    }

    private void withRoomFor(@Nullable Object attachment, Carriers.@Nullable Load by, int answers) {
        if (attachment != null && attachments == null) {
            attachments = new @Nullable Object[tokens.length];
        }
        if (by != null && asked == null) {
            asked = new Carriers.@Nullable Load[tokens.length];
        }
        if (answers > 1 && owed == null) {
            owed = new byte[tokens.length];
        }
    }

    private int slotOf(T token, int hash) {
        int slot = buckets[bucketOf(hash)];
        while (slot != NONE && !token.equals(tokens[slot])) {
            slot = next[slot];
        }
        return slot;
    }

    private int bucketOf(int hash) {
        // the multiplication spreads tokens that come in sequence or have a constant part over the buckets
        return (hash * 0x9E3779B9) >>> 1 >>> (Integer.numberOfLeadingZeros(buckets.length));
    }

    private int insert(T token, int hash) {
        if (size == tokens.length) {
            moveTo(size * 2);
        } else if (tokens.length > 1_024 && size < tokens.length / 8) {
            // here and not when a token is removed, which must not need memory
            moveTo(tokens.length / 4);
        }
        return place(token, hash);
    }

    /** Puts a token into a free slot; there must be one. */
    private int place(T token, int hash) {
        int slot = free;
        if (slot == NONE) {
            slot = used++;
        } else {
            free = next[slot];
        }
        int bucket = bucketOf(hash);
        tokens[slot] = token;
        next[slot] = buckets[bucket];
        buckets[bucket] = slot;
        size++;
        return slot;
    }

    private void link(int slot, long now, @Nullable Object attachment, Carriers.@Nullable Load by, int answers) {
        withRoomFor(attachment, by, answers);
        if (attachments != null) {
            attachments[slot] = attachment;
        }
        if (asked != null) {
            asked[slot] = by;
        }
        if (owed != null) {
            owed[slot] = (byte) answers;
        }
        if (by != null) {
            by.beginRest();
        }
        since[slot] = now;
        older[slot] = newest;
        newer[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            newer[newest] = slot;
        }
        newest = slot;
        resting++;
    }

    private void remove(int slot, int bucket) {
        if (buckets[bucket] == slot) {
            buckets[bucket] = next[slot];
        } else {
            int before = buckets[bucket];
            while (next[before] != slot) {
                before = next[before];
            }
            next[before] = next[slot];
        }
        if (older[slot] != LIVE) {
            unlink(slot);
        }
        tokens[slot] = null;
        if (attachments != null) {
            attachments[slot] = null;
        }
        Carriers.Load by = askedBy(slot);
        if (asked != null && by != null) {
            asked[slot] = null;
            by.endRest();
        }
        next[slot] = free;
        free = slot;
        size--;
    }

    private void unlink(int slot) {
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
        resting--;
    }

    /** Moves everything to arrays of another capacity, a power of two. */
    @SuppressWarnings("unchecked") // only tokens are in it
    private void moveTo(int capacity) {
        // complete before anything is changed here, since memory may run out
        var moved = new TokenTable<T>(capacity);
        if (attachments != null) {
            moved.attachments = new @Nullable Object[capacity];
        }
        if (asked != null) {
            moved.asked = new Carriers.@Nullable Load[capacity];
        }
        if (owed != null) {
            moved.owed = new byte[capacity];
        }
        for (int slot = 0; slot < used; slot++) {
            if (tokens[slot] != null && older[slot] == LIVE) {
                T token = (T) Objects.requireNonNull(tokens[slot]);
                moved.older[moved.place(token, token.hashCode())] = LIVE;
            }
        }
        for (int slot = oldest; slot != NONE; slot = newer[slot]) {
            T token = (T) Objects.requireNonNull(tokens[slot]);
            moved.link(
                    moved.place(token, token.hashCode()), since[slot], attachmentOf(slot), askedBy(slot), owedTo(slot));
        }
        tokens = moved.tokens;
        since = moved.since;
        older = moved.older;
        newer = moved.newer;
        next = moved.next;
        attachments = moved.attachments;
        asked = moved.asked;
        owed = moved.owed;
        buckets = moved.buckets;
        free = moved.free;
        used = moved.used;
        oldest = moved.oldest;
        newest = moved.newest;
    }
}
