package io.github.exitleft;

import java.time.Duration;

/** The pauses before attempts to reopen what has failed: the first, and each further one twice as long, up to the longest. */
record ReopenPauses(long firstNanos, long longestNanos) {

    static final ReopenPauses DEFAULT = new ReopenPauses(
            Duration.ofMillis(100).toNanos(), Duration.ofSeconds(10).toNanos());

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofHours(1);

    static ReopenPauses of(Duration first, Duration longest) {
        if (first.compareTo(LEAST) < 0 || first.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("'first' must be from 1 ms to an hour, but is " + first);
        }
        if (longest.compareTo(first) < 0 || longest.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "'longest' must be from " + first + ", which is the first, to an hour, but is " + longest);
        }
        return new ReopenPauses(first.toNanos(), longest.toNanos());
    }

    /**
     * Returns the pause before an attempt, in nanoseconds.
     *
     * @param attempt how many attempts have failed in a row
     */
    long before(int attempt) {
        // no overflow, neither of the pause nor of a count of attempts that never ends
        boolean fits = attempt >= 0 && attempt < Long.numberOfLeadingZeros(firstNanos) - 1;
        return fits ? Math.min(firstNanos << attempt, longestNanos) : longestNanos;
    }
}
