package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources that fail (M6), and interrupts that look as if they did (M10). */
class StageFailureTests extends NoteFixture {

    private final IOException cause = new IOException("cable cut");

    private void fail(Stage<Integer, Note> stage, Exception with) {
        assertThatThrownBy(() -> stage.call(0, () -> queue.fail(with)))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(with);
    }

    @Test
    void m6_failure_endsEveryWaitAndOpenTicketWithTheSameCauseAndPromotesNone() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> open = stage.ticket(4)) {
            Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
            Task<Note> second = startWaiter(stage, () -> stage.call(2, () -> {}));
            Task<Note> third = startWaiter(stage, () -> stage.call(3, () -> {}));

            queue.fail(cause);

            for (Task<Note> task : List.of(head, second, third)) {
                assertThat(task.failure())
                        .isInstanceOf(SourceFailedException.class)
                        .hasMessageContaining("'post'")
                        .hasMessageContaining("cable cut")
                        .hasCause(cause);
            }
            int reads = source.reads.get();
            assertThatThrownBy(open::await)
                    .isInstanceOf(SourceFailedException.class)
                    .hasCause(cause);
            assertThat(source.reads).as("a dead source is not read").hasValue(reads);
            StageSnapshot snapshot = stage.snapshot(0);
            assertThat(snapshot.role().promotions()).isZero();
            assertThat(snapshot.role().headChanges()).isEqualTo(1);
            assertThat(snapshot.role().state()).isEqualTo(BareSnapshot.State.FAILED);
            assertThat(snapshot.role().failure()).isSameAs(cause);
            assertThat(snapshot.exits()).containsEntry(Outcome.FAILED, 4L);
        }
    }

    @Test
    void m6_messageFiledBeforeTheFailure_isStillDelivered() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            add(1, "in time");
            fail(stage, cause);

            assertThat(ticket.await().message().text()).isEqualTo("in time");
            assertThatThrownBy(ticket::await).isInstanceOf(SourceFailedException.class);
        }
    }

    @Test
    void m6_afterAFailure_oneASecondTriesAgainAndTheOthersFailWithTheOldCause() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        List<String> heard = new CopyOnWriteArrayList<>();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void failed(Throwable because) {
                heard.add("failed " + because.getMessage());
            }

            @Override
            public void reopened() {
                heard.add("reopened");
            }
        });
        fail(stage, cause);
        var sent = new AtomicBoolean();

        clock.advance(Duration.ofMillis(999));
        assertThatThrownBy(() -> stage.call(1, () -> sent.set(true)))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cause);
        assertThat(sent).as("refused before anything is sent").isFalse();

        clock.advance(Duration.ofMillis(1));
        try (Ticket<Integer, Note> retry = stage.ticket(2)) {
            assertThatThrownBy(() -> stage.ticket(3)).hasCause(cause);
            clock.advance(Duration.ofMillis(999));
            assertThatThrownBy(() -> stage.ticket(3)).hasCause(cause);
            assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.FAILED);
            add(2, "works");

            assertThat(retry.await().message().text()).isEqualTo("works");
        }
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.snapshot(0).role().failure()).isNull();
        assertThat(stage.call(3, () -> add(3, "all again")).text()).isEqualTo("all again");
        assertThat(heard).containsExactly("failed cable cut", "reopened");
    }

    @Test
    void m6_retryThatFails_isTheNewCauseForTheNextSecond() {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        var second = new IOException("still cut");
        fail(stage, cause);
        clock.advance(Duration.ofSeconds(1));
        fail(stage, second);

        assertThatThrownBy(() -> stage.ticket(1)).hasCause(second);
        clock.advance(Duration.ofMillis(999));
        assertThatThrownBy(() -> stage.ticket(1)).hasCause(second);
        clock.advance(Duration.ofMillis(1));
        stage.ticket(1).close();
    }

    @Test
    void m6_errorThrownByTheSource_isAFailureToo() {
        Stage<Integer, Note> stage = stage();
        var error = new NoClassDefFoundError("driver");
        source.hook = rest -> {
            throw error;
        };

        assertThatThrownBy(() -> stage.call(1, () -> {}))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(error);
        assertThat(stage.snapshot(0).role().failure()).isSameAs(error);
    }

    @Test
    void m6_transientFailure_isOnlyCounted() throws Exception {
        Stage<Integer, Note> stage = stage();

        Note reply = stage.call(1, () -> {
            for (int i = 0; i < 3; i++) {
                queue.fail(new TransientSourceException(cause));
            }
            add(1, "after the storm");
        });

        assertThat(reply.text()).isEqualTo("after the storm");
        assertThat(stage.snapshot(0).transientFailures()).isEqualTo(3);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    @Test
    void m6_transientFailureForEver_endsAtTheTimeout() {
        Stage<Integer, Note> stage = stage();
        source.hook = rest -> {
            throw new TransientSourceException(cause);
        };
        var options = CallOptions.<Note>defaults().timeout(Duration.ofMillis(20));

        assertThatThrownBy(() -> stage.call(1, options, () -> {})).isInstanceOf(StageTimeoutException.class);
        assertThat(stage.snapshot(0).transientFailures()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrapped", "wrapped twice", "transient", "flag"})
    void m10_interruptThatALibraryWraps_isNoFailureOfTheSource(String how) throws Exception {
        Stage<Integer, Note> stage = stage();
        Exception thrown = switch (how) {
            case "wrapped" -> new IllegalStateException(new InterruptedException("by the library"));
            case "wrapped twice" -> new IOException(new RuntimeException(new InterruptedException("deep")));
            case "transient" -> new TransientSourceException(new IllegalStateException(new InterruptedException()));
            default -> new InterruptedIOException("what the library says when the flag is set");
        };
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
        source.hook = rest -> {
            source.hook = more -> {};
            if (how.equals("flag")) {
                Thread.currentThread().interrupt();
            }
            throw thrown;
        };
        source.wakeup(); // ends the present read, and the next one throws

        assertThat(head.failure()).isInstanceOf(InterruptedException.class).hasCause(thrown);
        await().until(() -> heads(stage, waiter));
        add(2, "answered");
        assertThat(waiter.get().text()).isEqualTo("answered");
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 1L);
    }

    @Test
    void s10_interruptOfAHeadWhoseSourceIgnoresIt_endsItsWaitAfterTheMessage() {
        var busy = hooked(new OverQueue() {
            @Override
            public Note receive(Duration remaining) {
                return new Note(2, "for nobody");
            }
        });
        busy.hook = rest -> {
            if (busy.reads.get() > 1) {
                throw new IllegalStateException("the head reads on");
            }
            Thread.currentThread().interrupt();
        };
        Stage<Integer, Note> stage =
                build(Stage.builder("busy", Integer.class, busy, Note::token).defaultTimeout(LONG));

        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(InterruptedException.class);
        assertThat(busy.reads).hasValue(1);
    }

    @Test
    void s16_sourceThatThrowsSinceItsStageIsClosed_hasNotFailed() {
        Stage<Integer, Note> stage = stage();
        source.hook = rest -> {
            await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.CLOSED);
            throw new IOException("closed while it read");
        };
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));

        stage.close();

        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 1L);
    }

    @Test
    void m10_failureThatOnlyIsCalledInterrupted_isAFailure() {
        Stage<Integer, Note> stage = stage();
        fail(stage, new SocketTimeoutException("peer of the library is gone"));
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.FAILED);
    }

    @Test
    void m9_sourceThatFailsAgainWhenItIsTried_isLoggedOnce() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        try (var log = new LogCapture("io.github.exitleft")) {
            fail(stage, cause);
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofSeconds(1));
                queue.fail(new IOException("cable still cut"));
                assertThatThrownBy(() -> stage.call(1, () -> {})).hasMessageContaining("cable still cut");
            }

            assertThat(log.lines())
                    .containsExactly("WARNING source of stage 'post' failed: java.io.IOException: cable cut");
        }
    }

    @Test
    void m9_log_hasOneLineForTheFailureAndOneForTheReopening() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        try (var log = new LogCapture("io.github.exitleft")) {
            Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
            Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
            queue.fail(cause);
            head.failure();
            waiter.failure();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> stage.ticket(1)).hasCause(cause);
            }
            clock.advance(Duration.ofSeconds(1));
            for (int i = 0; i < 5; i++) {
                stage.call(1, () -> {
                    add(1, "fine");
                    add(99, "unknown");
                    queue.fail(new TransientSourceException(cause));
                });
            }

            assertThat(log.lines())
                    .containsExactly(
                            "WARNING source of stage 'post' failed: java.io.IOException: cable cut",
                            "INFO source of stage 'post' works again");
        }
    }
}
