package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A schedule by which a call sends again while no answer comes; immutable. */
public final class Resends {

    static final Resends NONE = new Resends(Duration.ZERO, 1, 0);

    private final Duration first;
    private final int factor;
    private final int most;

    private Resends(Duration first, int factor, int most) {
        this.first = first;
        this.factor = factor;
        this.most = most;
    }

    /** {@return a schedule that never sends again} */
    public static Resends none() {
        return NONE;
    }

    /**
     * Returns a schedule that sends again at a constant pace until the call's timeout.
     *
     * @param interval the time between two requests; positive
     * @return the schedule
     * @throws IllegalArgumentException if the interval is zero or negative
     */
    public static Resends every(Duration interval) {
        return new Resends(positive(interval), 1, Integer.MAX_VALUE);
    }

    /**
     * Returns a schedule that sends again after a time that doubles with every request, until the call's timeout, as
     * RFC 8489, section 6.2.1 (STUN over UDP) describes.
     *
     * @param first the time between the first two requests; positive
     * @return the schedule
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static Resends doubling(Duration first) {
        return new Resends(positive(first), 2, Integer.MAX_VALUE);
    }

    /**
     * Returns this schedule with a limit on the number of resends.
     *
     * @param resends how many at most, the first request not counted; zero or more
     * @return a schedule like this one
     * @throws IllegalArgumentException if it is negative
     */
    public Resends atMost(int resends) {
        if (resends < 0) {
            throw new IllegalArgumentException("'resends' must not be negative, but is " + resends);
        }
        return new Resends(first, factor, resends);
    }

    /**
     * Returns how long to wait for an answer before resend {@code number}, counted from 1; null if there is no such
     * resend.
     */
    @Nullable
    Duration before(int number) {
        if (number > most || first.isZero()) {
            return null;
        }
        // 2^30 times a nanosecond is a second, and of anything longer a lifetime, or near enough
        int doublings = factor == 1 ? 0 : Math.min(number - 1, 30);
        return first.getSeconds() >= 1L << 32 ? first : first.multipliedBy(1L << doublings);
    }

    private static Duration positive(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("'interval' between resends must be positive, but is " + interval);
        }
        return interval;
    }
}
