package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the contract of sources (M10) offers its authors. */
class SourceTests {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0",
        "PT0.000000001S, 1",
        "PT0.000999999S, 1",
        "PT0.001S, 1",
        "PT0.001000001S, 2",
        "PT0.999999999S, 1000",
        "PT1S, 1000",
        "PT-0.000000001S, 0",
        "PT-3S, 0"
    })
    void m10_positiveRest_isNeverRoundedToZeroMilliseconds(Duration remaining, long millis) {
        assertThat(Source.toMillisRoundedUp(remaining)).isEqualTo(millis);
    }

    @Test
    void m10_restOfAnySize_canBeAddedToTheCurrentTime() {
        for (Duration huge : new Duration[] {
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)
        }) {
            assertThat(Source.toMillisRoundedUp(huge)).isGreaterThanOrEqualTo(Long.MAX_VALUE / 1_000_000);
            assertThat(System.currentTimeMillis() + Source.toMillisRoundedUp(huge))
                    .isPositive();
        }
        assertThat(Source.toMillisRoundedUp(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
    }

    @Test
    void m10_interrupt_isFoundBeneathWhatALibraryWrapsItIn() {
        var interrupt = new InterruptedException();

        assertThat(Source.isInterrupt(interrupt)).isTrue();
        assertThat(Source.isInterrupt(new IOException(new IllegalStateException(interrupt))))
                .isTrue();
        assertThat(Source.isInterrupt(new IOException(new IllegalStateException())))
                .isFalse();
    }

    @Test
    void m10_exceptionThatIsItsOwnCause_isNoInterrupt() {
        var first = new IOException();
        var second = new IOException(first);
        first.initCause(second);

        assertThat(Source.isInterrupt(first)).isFalse();
    }
}
