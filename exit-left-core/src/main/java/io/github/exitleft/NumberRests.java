package io.github.exitleft;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Resting numbers of a small space: a list in arrays with a place for every number, which takes less memory than a
 * table when many numbers rest.
 *
 * <p>The list is a ring, so that its links need no value for "none" and fit into 16 bits. Guarded by its owner's lock.
 */
final class NumberRests implements Rests<Integer> {

    /** The largest size of a space, as a power of two. */
    static final int MOST_BITS = 16;

    /** A bit set of the numbers that rest. */
    private final long[] rests;

    private final long[] since;
    private final char[] older;
    private final char[] newer;

    /** By number; null until a number has an attachment. */
    private @Nullable Object @Nullable [] attachments;

    /** By number too; null until a number rests of which something knows by what it was asked. */
    private Carriers.@Nullable Load @Nullable [] asked;

    /** How many answers end each rest; null until that are more than one of any. */
    private byte @Nullable [] owed;

    private int oldest;
    private int resting;

    NumberRests(int bits) {
        int size = 1 << bits;
        rests = new long[Math.max(1, size >> 6)];
        since = new long[size];
        older = new char[size];
        newer = new char[size];
    }

    @Override
    public void add(Integer token, long now, @Nullable Object attachment, Carriers.@Nullable Load by, int answers) {
        int number = token;
        if (by != null && asked == null) {
            asked = new Carriers.@Nullable Load[since.length];
        }
        if (attachment != null && attachments == null) {
            attachments = new @Nullable Object[since.length];
        }
        if (answers > 1 && owed == null) {
            owed = new byte[since.length];
        }
        if (owed != null) {
            owed[number] = (byte) answers;
        }
        if (attachments != null) {
            attachments[number] = attachment;
        }
        if (asked != null) {
            asked[number] = by;
        }
        if (by != null) {
            by.beginRest();
        }
        if (resting == 0) {
            oldest = number;
        }
        int newest = resting == 0 ? number : older[oldest];
        older[number] = (char) newest;
        newer[number] = (char) oldest;
        newer[newest] = (char) number;
        older[oldest] = (char) number;
        since[number] = now;
        rests[number >> 6] |= 1L << number;
        resting++;
    }

    @Override
    public @Nullable Rest remove(Integer token) {
        Rest rest = find(token);
        if (rest != null) {
            remove(token.intValue());
        }
        return rest;
    }

    @Override
    public @Nullable Rest answered(Integer token, int came) {
        Rest before = find(token);
        if (before == null) {
            return null;
        }
        byte left = Owed.after(before.owed(), came);
        if (left == 0) {
            remove(token.intValue());
        } else if (owed != null) {
            owed[token] = left;
        }
        return new Rest(before.since(), before.attachment(), left);
    }

    @Override
    public @Nullable Rest find(Integer token) {
        int number = token;
        if ((rests[number >> 6] & 1L << number) == 0) {
            return null;
        }
        return new Rest(
                since[number],
                attachments == null ? null : attachments[number],
                owed == null || owed[number] == 0 ? 1 : owed[number]);
    }

    @Override
    public Integer removeOldest() {
        int number = oldest;
        Integer token = number;
        remove(number);
        return token;
    }

    @Override
    public void removeGone(RestRule rule, Consumer<? super Integer> removed) {
        int number = oldest;
        for (int left = resting; left > 0; left--) {
            int after = newer[number];
            if (rule.isGone(since[number], asked == null ? null : asked[number])) {
                Integer token = number;
                remove(number);
                removed.accept(token);
            }
            number = after;
        }
    }

    private void remove(int number) {
        char before = older[number];
        char after = newer[number];
        newer[before] = after;
        older[after] = before;
        if (number == oldest) {
            oldest = after;
        }
        if (attachments != null) {
            attachments[number] = null;
        }
        Carriers.Load by = asked == null ? null : asked[number];
        if (asked != null && by != null) {
            asked[number] = null;
            by.endRest();
        }
        rests[number >> 6] &= ~(1L << number);
        resting--;
    }

    @Override
    public long oldestSince() {
        return since[oldest];
    }

    @Override
    public int resting() {
        return resting;
    }
}
