package io.github.exitleft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The source in memory, beyond the contract. */
class QueueSourceTests {

    @Test
    void failure_isThrownOnceAndInItsTurn() throws Exception {
        try (var source = new QueueSource<String>()) {
            var failure = new IOException("once");
            source.add("before");
            source.fail(failure);
            source.add("after");

            assertThat(source.details()).containsEntry("queued", 3);
            assertThat(source.type()).isEqualTo("queue");
            assertThat(source.receive(Duration.ZERO)).isEqualTo("before");
            assertThatThrownBy(() -> source.receive(Duration.ZERO)).isSameAs(failure);
            assertThat(source.receive(Duration.ZERO)).isEqualTo("after");
            assertThat(source.receive(Duration.ZERO)).isNull();
        }
    }

    @Test
    void closedSource_refusesToBeRead() {
        var source = new QueueSource<String>();
        source.close();

        assertThatThrownBy(() -> source.receive(Duration.ZERO)).hasMessageContaining("closed");
    }
}
