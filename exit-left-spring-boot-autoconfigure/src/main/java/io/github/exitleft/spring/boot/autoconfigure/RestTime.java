package io.github.exitleft.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** The value of the key {@code tokens.rest}: a time, or the word {@code until-answered}. */
public final class RestTime {

    private static final String UNTIL_ANSWERED = "until-answered";

    private final @Nullable Duration time;

    private RestTime(@Nullable Duration time) {
        this.time = time;
    }

    /**
     * Reads the value.
     *
     * @param text a duration with its unit, or the word
     * @return the value
     * @throws IllegalArgumentException if it is neither
     */
    public static RestTime valueOf(String text) {
        String value = text.strip();
        if (value.toLowerCase(Locale.ROOT).replace('_', '-').equals(UNTIL_ANSWERED)) {
            return new RestTime(null);
        }
        if (value.matches("[+-]?\\d+")) {
            throw new IllegalArgumentException("'" + value + "' has no unit, such as s or ms");
        }
        return new RestTime(DurationStyle.detectAndParse(value));
    }

    /**
     * Refuses a number, which YAML gives as such.
     *
     * @param number a time without a unit
     * @return nothing
     * @throws IllegalArgumentException always, since it has no unit
     */
    public static RestTime valueOf(Integer number) {
        return valueOf(number.toString());
    }

    /**
     * Returns the time.
     *
     * @return how long tokens rest; null if they rest until they are answered
     */
    public @Nullable Duration time() {
        return this.time;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RestTime that && Objects.equals(this.time, that.time);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(this.time);
    }

    @Override
    public String toString() {
        return this.time == null ? UNTIL_ANSWERED : this.time.toString();
    }
}
