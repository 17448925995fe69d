package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long the pauses before attempts to reopen are: M6. */
class ReopenPausesTests {

    @Test
    void m6_pauses_doubleUpToTheLongest() {
        ReopenPauses pauses = ReopenPauses.of(Duration.ofMillis(1), Duration.ofHours(1));
        assertThat(pauses.before(0)).isEqualTo(1_000_000);
        assertThat(pauses.before(1)).isEqualTo(2_000_000);
        assertThat(pauses.before(21)).isEqualTo(1_000_000L << 21);
        assertThat(pauses.before(22)).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @ParameterizedTest
    @CsvSource({"PT0.001S, PT0.001S", "PT0.001S, PT1H", "PT0.1S, PT10S", "PT1H, PT1H"})
    void m6_pauses_areNeverShorterThanTheOneBeforeNorLongerThanTheLongest(Duration first, Duration longest) {
        ReopenPauses pauses = ReopenPauses.of(first, longest);
        long last = first.toNanos();
        assertThat(pauses.before(0)).isEqualTo(last);
        for (int attempt = 1; attempt < 200; attempt++) {
            long pause = pauses.before(attempt);
            assertThat(pause).as("before attempt %d", attempt).isBetween(last, longest.toNanos());
            last = pause;
        }
        assertThat(last).isEqualTo(longest.toNanos());
        assertThat(pauses.before(Integer.MAX_VALUE)).isEqualTo(longest.toNanos());
        assertThat(pauses.before(Integer.MAX_VALUE + 1)).as("counted on").isEqualTo(longest.toNanos());
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, PT1S, first must be from 1 ms to an hour",
        "PT0.000999999S, PT1S, first must be from 1 ms to an hour",
        "PT1H0.001S, PT2H, first must be from 1 ms to an hour",
        "PT1S, PT0.999S, longest must be from PT1S",
        "PT1S, PT1H0.001S, longest must be from PT1S"
    })
    void pausesOutOfRange_areRefused(Duration first, Duration longest, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReopenPauses.of(first, longest))
                .withMessageStartingWith(message.replaceFirst("^(\\w+)", "'$1'"));
    }
}
