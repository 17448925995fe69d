package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log handler that throws harms nothing (M9): all are told what they would be told otherwise. */
class StageLoggerTests extends NoteFixture {

    /** A handler whose disk is full. */
    private static final class Full extends Handler {

        final AtomicInteger lines = new AtomicInteger();

        @Override
        public void publish(LogRecord line) {
            lines.incrementAndGet();
            throw new IllegalStateException("disk full");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private final Full full = new Full();
    private final Logger logger = Logger.getLogger("io.github.exitleft");

    @BeforeEach
    void fillTheDisk() {
        logger.addHandler(full);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void clearTheDisk() {
        logger.removeHandler(full);
        logger.setUseParentHandlers(true);
    }

    @Test
    void m9_logHandlerThatThrowsAsABufferIsClamped_doesNotKeepThePortFromOpening() throws Exception {
        try (var port = UdpSource.builder().receiveBufferSize(Integer.MAX_VALUE).open()) {
            assertThat(port.localAddress().getPort()).isPositive();
        }
        assertThat(full.lines).hasValue(1);
    }

    @Test
    void m9_logHandlerThatThrowsAsTheSourceFails_withholdsNothing() throws Exception {
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.ALWAYS).onFailure(OnFailure.REOPEN));
        var heard = new AtomicInteger();
        var reopened = new AtomicInteger();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void failed(Throwable cause) {
                heard.incrementAndGet();
            }

            @Override
            public void reopened() {
                reopened.incrementAndGet();
            }
        });
        var stream = new CompletableFuture<Throwable>();
        stage.messages(1).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(1);
            }

            @Override
            public void onNext(Note note) {}

            @Override
            public void onError(Throwable thrown) {
                stream.complete(thrown);
            }

            @Override
            public void onComplete() {}
        });
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        Task<Note> waiter = startWaiter(stage, () -> stage.call(3, () -> {}));
        queue.fail(new IOException("broken"));

        assertThat(waiter.failure()).isInstanceOf(SourceFailedException.class);
        assertThat(Patience.get(stream)).isInstanceOf(SourceFailedException.class);
        assertThatThrownBy(() -> Patience.get(future))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(heard).hasValue(1));
        await().untilAsserted(() -> assertThat(reopened).hasValue(1));
        assertThat(full.lines).as("it was in use").hasPositiveValue();
        assertThat(stage.snapshot(0).role().callbackFailures())
                .as("a logger is no callback")
                .isZero();
    }

    @Test
    void m9_logHandlerThatThrowsAtATimeout_withholdsNoTimeout() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        var options = CallOptions.<Note>defaults().timeout(Duration.ZERO);
        var inside = new CompletableFuture<Void>();
        var gate = new CompletableFuture<Void>();
        Task<Note> head = start(() -> stage.call(
                1,
                note -> {
                    inside.complete(null);
                    gate.join();
                    return true;
                },
                () -> add(1, "mine")));
        Patience.get(inside);
        for (int look = 0; look < 2; look++) { // the second is believed
            clock.advance(Duration.ofSeconds(6));
            assertThatThrownBy(() -> stage.call(2, options, () -> {})).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(full.lines).hasValue(1);
        gate.complete(null);
        head.get();
    }

    @Test
    void m9_logHandlerThatThrowsAsTheStageCloses_keepsItFromNothing() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.seam(TestParkers.closeTimeout(Duration.ofMillis(20))));
        var inside = new CompletableFuture<Void>();
        var gate = new CompletableFuture<Void>();
        var closed = new AtomicInteger();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void closed() {
                closed.incrementAndGet();
            }
        });
        Task<Note> head = start(() -> stage.call(
                1,
                note -> {
                    inside.complete(null);
                    gate.join();
                    return true;
                },
                () -> add(1, "mine")));
        Patience.get(inside);
        stage.close();

        assertThat(source.closed).hasValue(1);
        assertThat(closed).hasValue(1);
        assertThat(full.lines).hasValue(1);
        gate.complete(null);
        assertThat(head.get().text()).isEqualTo("mine");
    }
}
