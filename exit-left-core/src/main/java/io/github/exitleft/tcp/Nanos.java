package io.github.exitleft.tcp;

import java.time.Duration;

/** Durations of any size as nanoseconds. */
final class Nanos {

    /** The most that can be added to a time without an overflow. */
    private static final long MOST = Long.MAX_VALUE / 4;

    private Nanos() {}

    /** Returns a duration in nanoseconds: zero if it is negative, and practically for ever if it is huge. */
    static long of(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.getSeconds() >= MOST / 1_000_000_000 ? MOST : duration.toNanos();
    }

    /** Returns a timeout that a builder is given, unless it makes no sense. */
    static Duration positive(Duration value, String name) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("'" + name + "' must be positive, but is " + value);
        }
        return value;
    }

    static long until(long deadline) {
        return deadline - System.nanoTime();
    }
}
