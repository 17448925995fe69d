package io.github.exitleft;

import java.util.Arrays;

/**
 * The free numbers of a small space: a bit set from which numbers are taken at random or in sequence.
 *
 * <p>Numbers that were freed last are set aside for a while, up to half of all free ones, and taken only when no others
 * are left or more have been freed since. So a second answer to the same question, as resends and networks cause, does
 * not meet the next question, and there are always at least half of the free numbers to choose from.
 *
 * <p>Taking costs the same however few numbers are free: a few draws, and if all of them hit taken numbers, a choice
 * among the free ones by counting. Either way each free number that is not set aside is equally likely. Guarded by the
 * lock of the tokens that are made of the numbers.
 */
final class FreeNumbers {

    /** Returned when no number is free. */
    static final int NONE = -1;

    /** The largest size of a space, as a power of two. */
    static final int MOST_BITS = 20;

    private static final int MOST_ASIDE = 4_096;
    private static final int DRAWS = 4;

    /** Words of 64 numbers in a block; the free numbers of each block are counted. */
    private static final int WORDS = 64;

    private static final int BLOCK_SHIFT = 12;

    private final int bits;
    private final int size;

    /** Numbers that are not to be taken: those in use and those set aside. */
    private final long[] taken;

    /** Numbers set aside; they are in {@link #taken} too. */
    private final long[] aside;

    /** How many numbers of each block are not taken. */
    private final int[] untakenOfBlock;

    /** A ring of numbers in the order in which they were freed; some may no longer be set aside. */
    private final int[] freedLast;

    private int oldest;
    private int freed;
    private int untaken;
    private int asideCount;

    /** The number of the sequence that was taken last. */
    private int next;

    FreeNumbers(int bits) {
        this.bits = bits;
        this.size = 1 << bits;
        int words = Math.max(1, size >> 6);
        this.taken = new long[words];
        this.aside = new long[words];
        if (size < Long.SIZE) {
            // beyond the last number
            taken[0] = -1L << size;
        }
        this.untakenOfBlock = new int[Math.max(1, size >> BLOCK_SHIFT)];
        Arrays.fill(untakenOfBlock, Math.min(size, 1 << BLOCK_SHIFT));
        this.freedLast = new int[Math.min(size / 2, MOST_ASIDE)];
        this.untaken = size;
    }

    /** Takes a free number that can't be foreseen; returns {@link #NONE} if all are in use. */
    int takeRandom(SecureNumbers random) {
        if (untaken == 0) {
            return NONE;
        }
        for (int draw = 0; draw < DRAWS; draw++) {
            int number = (int) random.bits(bits);
            if (!has(taken, number)) {
                return took(number);
            }
        }
        return took(untaken(random.below(untaken)));
    }

    /**
     * Takes the next free number of the sequence, which begins at 1 and continues at 0 after the last; returns {@link
     * #NONE} if all are in use.
     */
    int takeNext() {
        if (untaken == 0) {
            return NONE;
        }
        next = untakenFrom(next + 1 & size - 1);
        return took(next);
    }

    /** Takes a number; returns false if it is in use. */
    boolean take(int number) {
        if (has(aside, number)) {
            clear(aside, number);
            asideCount--;
            return true;
        }
        if (has(taken, number)) {
            return false;
        }
        took(number);
        return true;
    }

    /** Frees a number that is in use. */
    void free(int number) {
        if (freed == freedLast.length) {
            letGo(oldestFreed());
        }
        int place = oldest + freed++;
        freedLast[place < freedLast.length ? place : place - freedLast.length] = number;
        set(aside, number);
        asideCount++;
        balance();
    }

    boolean isInUse(int number) {
        return has(taken, number) && !has(aside, number);
    }

    int inUse() {
        return size - untaken - asideCount;
    }

    private int took(int number) {
        set(taken, number);
        untakenOfBlock[number >> BLOCK_SHIFT]--;
        untaken--;
        balance();
        return number;
    }

    /**
     * Ends the time aside of the numbers that were freed first, until at most half of the free numbers are set aside.
     */
    private void balance() {
        while (asideCount > untaken) {
            letGo(oldestFreed());
        }
    }

    /**
     * Ends a number's time aside. A number that was taken since is not aside, or is aside again, which then ends early.
     */
    private void letGo(int number) {
        if (has(aside, number)) {
            clear(aside, number);
            asideCount--;
            clear(taken, number);
            untakenOfBlock[number >> BLOCK_SHIFT]++;
            untaken++;
        }
    }

    private int oldestFreed() {
        int number = freedLast[oldest];
        oldest = oldest + 1 == freedLast.length ? 0 : oldest + 1;
        freed--;
        return number;
    }

    /** Returns the number that is not taken and has {@code rank} such numbers before it. */
    private int untaken(int rank) {
        int left = rank;
        int block = 0;
        while (left >= untakenOfBlock[block]) {
            left -= untakenOfBlock[block++];
        }
        int word = block * WORDS;
        while (left >= Long.bitCount(~taken[word])) {
            left -= Long.bitCount(~taken[word++]);
        }
        long candidates = ~taken[word];
        while (left-- > 0) {
            candidates &= candidates - 1;
        }
        return (word << 6) + Long.numberOfTrailingZeros(candidates);
    }

    /** Returns the first number that is not taken, from the given one on and around the end; there must be one. */
    private int untakenFrom(int number) {
        int word = number >> 6;
        long candidates = ~taken[word] & -1L << number;
        while (candidates == 0) {
            word = word + 1 & taken.length - 1;
            while (word % WORDS == 0 && untakenOfBlock[word / WORDS] == 0) {
                word = word + WORDS & taken.length - 1;
            }
            candidates = ~taken[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(candidates);
    }

    private static boolean has(long[] set, int number) {
        return (set[number >> 6] & 1L << number) != 0;
    }

    private static void set(long[] set, int number) {
        set[number >> 6] |= 1L << number;
    }

    private static void clear(long[] set, int number) {
        set[number >> 6] &= ~(1L << number);
    }
}
