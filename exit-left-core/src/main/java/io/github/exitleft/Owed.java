package io.github.exitleft;

/** How many answers may still come to the requests that were sent for one question, as a number that fits into a byte. */
final class Owed {

    /** Stands for a number that is not known, or is this or more: no answer is known to be the last. */
    static final byte UNCOUNTED = Byte.MAX_VALUE;

    private Owed() {}

    /** Returns a number of answers, of which there may be none or less. */
    static byte of(long answers) {
        return (byte) Math.max(0, Math.min(answers, UNCOUNTED));
    }

    /** Returns how many of them are left once some have come. */
    static byte after(int owed, int came) {
        return owed == UNCOUNTED ? UNCOUNTED : of((long) owed - came);
    }
}
