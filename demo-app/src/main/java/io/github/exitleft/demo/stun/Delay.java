package io.github.exitleft.demo.stun;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How late replies are: a random time between the two, which may be equal.
 *
 * @param min the shortest delay
 * @param max the longest delay, an hour at most
 */
public record Delay(Duration min, Duration max) {

    private static final Duration LONGEST = Duration.ofHours(1);

    public Delay {
        if (min.isNegative() || min.compareTo(max) > 0 || max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("delay from " + min + " to " + max + " must lie between PT0S and "
                    + LONGEST + ", the shorter one first");
        }
    }

    long nextNanos(SplittableRandom random) {
        return random.nextLong(min.toNanos(), max.toNanos() + 1);
    }
}
