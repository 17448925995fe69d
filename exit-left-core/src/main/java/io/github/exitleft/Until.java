package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The end of a {@linkplain Stage#gather gather}: a message, a
 * number, a silence, or the first of these that comes; immutable.
 *
 * {@snippet file="io/github/exitleft/examples/GatherClient.java" region="program"}
 *
 * @param <M> messages
 */
public final class Until<M> {

    private static final int ANY_NUMBER = Integer.MAX_VALUE;

    final @Nullable Predicate<? super M> last;
    final int most;

    /** Negative if no silence ends it. */
    final long quietNanos;

    /** Whether nothing but a number of messages ends it. */
    boolean isNumber() {
        return last == null && most != ANY_NUMBER && quietNanos < 0;
    }

    private Until(@Nullable Predicate<? super M> last, int most, long quietNanos) {
        this.last = last;
        this.most = most;
        this.quietNanos = quietNanos;
    }

    /**
     * Returns an end by the first message that matches, which is included.
     *
     * @param <M> messages
     * @param isLast tells the last message; called once for each message, in order. It may run while this thread heads,
     *     so it must be quick, and waiting on a stage inside it may be refused
     * @return the end
     */
    public static <M> Until<M> matches(Predicate<? super M> isLast) {
        return new Until<>(Objects.requireNonNull(isLast, "'isLast' must not be null"), ANY_NUMBER, -1);
    }

    /**
     * Returns an end by a number of messages.
     *
     * @param <M> messages
     * @param number how many; at least 1
     * @return the end
     * @throws IllegalArgumentException if the number is less than 1
     */
    public static <M> Until<M> first(int number) {
        return new Until<M>(null, ANY_NUMBER, -1).atMost(number);
    }

    /**
     * Returns an end by a silence.
     *
     * @param <M> messages
     * @param quiet how long no message comes after the last one, or after the request was first sent; positive
     * @return the end
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public static <M> Until<M> silence(Duration quiet) {
        return new Until<M>(null, ANY_NUMBER, -1).quiet(quiet);
    }

    /**
     * Returns this end, or an earlier one by a number of messages.
     *
     * @param number how many; at least 1
     * @return an end like this one
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Until<M> atMost(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("'number' of messages must be at least 1, but is " + number);
        }
        return new Until<>(last, number, quietNanos);
    }

    /**
     * Returns this end, or an earlier one by a silence.
     *
     * @param quiet how long no message comes after the last one, or after the request was first sent; positive. Where a
     *     request is sent again, longer than the time until that
     * @return an end like this one
     * @throws IllegalArgumentException if the time is zero or negative
     */
    public Until<M> quiet(Duration quiet) {
        if (quiet.isNegative() || quiet.isZero()) {
            throw new IllegalArgumentException("'quiet' must be positive, but is " + quiet);
        }
        return new Until<>(last, most, Parker.nanos(quiet));
    }
}
