package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long tokens rest whose questions ended without an answer (M11): for a time, or until they are answered.
 *
 * <p>In the latter case they are also free once their questions can't be answered any more, as after a new connection. A source is
 * asked for that when too many rest.
 *
 * @param nanos how long a token rests, in nanoseconds; {@link #UNTIL_ANSWERED} for as long as it takes
 * @param source what tokens that rest until they are answered were sent by; null if a time says all
 * @param carriers what the source has its questions carried by; null if they are lost together, or a time says all
 * @param most how many may rest until they are answered
 */
record RestRule(
        long nanos, @Nullable Source<?> source, @Nullable Carriers carriers, int most) {

    /** What a source has told; as long as that is the same, no question has become one that can't be answered any more. */
    record Told(long answerableSince, int losses) {}

    /** 146 years, so that differences of times don't overflow. */
    static final long UNTIL_ANSWERED = Long.MAX_VALUE >> 1;

    /** How long a caller that waits for a token does so until it looks whether there is a new connection. */
    static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

    static RestRule of(Duration rest) {
        if (rest.isNegative()) {
            throw new IllegalArgumentException("'rest' must not be negative, but is " + rest);
        }
        long nanos = rest.compareTo(Duration.ofNanos(UNTIL_ANSWERED)) < 0 ? rest.toNanos() : UNTIL_ANSWERED;
        return new RestRule(nanos, null, null, 0);
    }

    static RestRule untilAnswered(Source<?> source, int most) {
        return new RestRule(UNTIL_ANSWERED, source, source.carriers(), most);
    }

    /** Returns whether the time of a rest is over. */
    boolean isOver(long since, long now) {
        return now - since >= nanos;
    }

    /**
     * Returns whether a question can't be answered any more.
     *
     * @param since when it was given up
     * @param asked what knows when it was sent, and by what; null if nothing does
     */
    boolean isGone(long since, Carriers.@Nullable Load asked) {
        if (source == null) {
            return false;
        }
        long answerableSince = source.answerableSince();
        return since - answerableSince < 0 || asked != null && asked.isGone(answerableSince);
    }

    /** Returns what the source tells now. */
    Told told() {
        return new Told(answerableSince(), losses());
    }

    /** Returns whether the source still tells the same. */
    boolean tells(Told told) {
        return told.answerableSince == answerableSince() && told.losses == losses();
    }

    private long answerableSince() {
        return source == null ? 0 : source.answerableSince();
    }

    private int losses() {
        return carriers == null ? 0 : carriers.losses();
    }

    /** Returns when to look for the end of a rest; {@link Line#NEVER} if only an answer can end it. */
    long over(long since, long now) {
        if (source != null) {
            return now + POLL_NANOS;
        }
        return nanos == UNTIL_ANSWERED ? Line.NEVER : since + nanos;
    }

    @Override
    public String toString() {
        return source != null
                ? "until-answered"
                : nanos == UNTIL_ANSWERED ? "for ever" : Duration.ofNanos(nanos).toString();
    }
}
