package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What counts as a wait though no thread waits. */
class AsyncWaitsTests {

    @Test
    void m11_threadThatComesLate_putsNoRenewalThatIsOverInThePlaceOfOneThatIsNot() {
        var waits = new AsyncWaits(new ManualTimer());
        var renewing = new AtomicBoolean(true);
        waits.awaitRenewal(renewing::get);

        waits.awaitRenewal(() -> false);

        assertThat(waits.needReader()).isTrue();
        renewing.set(false);
        assertThat(waits.needReader()).isFalse();
        waits.awaitRenewal(() -> true);
        assertThat(waits.needReader()).isTrue();
    }
}
