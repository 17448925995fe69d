package io.github.exitleft;

/**
 * Touches as much of the stack as is going to be needed, so that a thread which is near the end of its stack overflows before
 * anything has been decided (S19).
 */
final class StackProbe {

    private static final int STEP = 16;

    /** Enough for a step after what comes before it. */
    private static final int ENTRY = 3 * STEP;

    private StackProbe() {}

    /** Returns if the stack has room for one step of the protocol; throws a {@link StackOverflowError} if it has not. */
    static void forAStep() {
        ensure(STEP);
    }

    /** Returns if the stack has room for all that comes of an entry; throws a {@link StackOverflowError} if it has not. */
    static void forAnEntry() {
        ensure(ENTRY);
    }

    private static void ensure(int depth) {
        if (touch(depth, 1, 2, 4, 8, 16) == 0) {
            throw new AssertionError("a sum of positive numbers is zero");
        }
    }

    /** Uses all parameters after the call, so that each frame has to keep them. */
    private static long touch(int depth, long a, long b, long c, long d, long e) {
        return depth == 0 ? 1 : touch(depth - 1, a, b, c, d, e) | a | b | c | d | e;
    }
}
