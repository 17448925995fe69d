package io.github.exitleft;

import java.util.Arrays;

/**
 * Which numbers of a small space are free: a bit set, out of which one is taken at random or in sequence.
 *
 * <p>Those that were freed last are set aside for a while, up to half of all that are free: they are not taken again before others
 * are freed, or are needed. So a second answer to the same question, as resends and networks bring about, does not meet the next
 * question, and there are always at least half of the free ones to choose from.
 *
 * <p>Taking costs the same however few are free: a few draws, and if all of them hit what is taken, a choice of one among the free
 * ones by counting. Either way each of the free ones, but for those set aside, is as likely as any other. Guarded by the same lock
 * as the tokens that are made of the numbers.
 */
final class FreeNumbers {

    /** What is returned when no number is free. */
    static final int NONE = -1;

    /** How many numbers there may be, as a power of two. */
    static final int MOST_BITS = 20;

    private static final int MOST_ASIDE = 4_096;
    private static final int DRAWS = 4;

    /** Words of 64 numbers in a block, whose free ones are counted. */
    private static final int WORDS = 64;

    private static final int BLOCK_SHIFT = 12;

    private final int bits;
    private final int size;

    /** The numbers that are not to be taken: those in use, and those set aside. */
    private final long[] taken;

    /** Those set aside, which are in {@link #taken} too. */
    private final long[] aside;

    /** How many of each block are not taken. */
    private final int[] untakenOfBlock;

    /** A ring of numbers in the order of their freeing; it may hold some that are set aside no more. */
    private final int[] freedLast;

    private int oldest;
    private int freed;
    private int untaken;
    private int asideCount;

    /** Where the sequence goes on. */
    private int next;

    FreeNumbers(int bits) {
        this.bits = bits;
        this.size = 1 << bits;
        int words = Math.max(1, size >> 6);
        this.taken = new long[words];
        this.aside = new long[words];
        if (size < Long.SIZE) {
            taken[0] = -1L << size; // what is no number
        }
        this.untakenOfBlock = new int[Math.max(1, size >> BLOCK_SHIFT)];
        Arrays.fill(untakenOfBlock, Math.min(size, 1 << BLOCK_SHIFT));
        this.freedLast = new int[Math.min(size / 2, MOST_ASIDE)];
        this.untaken = size;
    }

    /** Takes a free number that can't be foreseen; {@link #NONE} if all are in use. */
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

    /** Takes the next free number of the sequence, which begins at 1 and goes on at 0 after the last; NONE if all are in use. */
    int takeNext() {
        if (untaken == 0) {
            return NONE;
        }
        next = untakenFrom(next + 1 & size - 1);
        return took(next);
    }

    /** Takes a number if it is free. */
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

    /** Lets those go that have been set aside for longest, until at most half of the free ones are. */
    private void balance() {
        while (asideCount > untaken) {
            letGo(oldestFreed());
        }
    }

    /** Ends a number's time aside; one that was taken since has none, or a new one, which is then cut short. */
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

    /** Returns the one of the numbers that are not taken before which there are {@code rank} others. */
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

    /** Returns the first number that is not taken, from one on and around the end; there must be one. */
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
