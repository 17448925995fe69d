package io.github.exitleft.tcp;

import java.time.Duration;

/** Durations of any size as nanoseconds. */
final class Nanos {

    /** More would overflow when it is added to a time. */
    private static final long MOST = Long.MAX_VALUE / 4;

    private Nanos() {}

    /** Zero for what is negative, and as good as for ever for what is huge. */
    static long of(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.getSeconds() >= MOST / 1_000_000_000 ? MOST : duration.toNanos();
    }

    static long until(long deadline) {
        return deadline - System.nanoTime();
    }
}
