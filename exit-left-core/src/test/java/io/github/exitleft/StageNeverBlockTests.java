package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.testing.Patience;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads that must not block are refused before they could wait (S12). */
class StageNeverBlockTests extends NoteFixture {

    private static final Until<Note> ONE = Until.first(1);
    private static final CallOptions<Note> OPTIONS = CallOptions.defaults();

    private final AtomicInteger sent = new AtomicInteger();

    /** Something that may wait. */
    private interface Wait {
        void on(Stage<Integer, Note> stage, AtomicInteger sent) throws Exception;
    }

    static Stream<Named<Wait>> waits() {
        return Stream.of(
                Named.of("call", (stage, sent) -> stage.call(1, sent::incrementAndGet)),
                Named.of("call with options", (stage, sent) -> stage.call(1, OPTIONS, sent::incrementAndGet)),
                Named.of("call with an issued token", (stage, sent) -> stage.call(token -> sent.incrementAndGet())),
                Named.of("call with a token known later", (stage, sent) -> stage.call(sent::incrementAndGet)),
                Named.of("gather", (stage, sent) -> stage.gather(1, ONE, sent::incrementAndGet)),
                Named.of(
                        "callAll",
                        (stage, sent) ->
                                stage.callAll(List.of(1), peer -> Question.of(peer, sent::incrementAndGet), OPTIONS)),
                Named.of("await", (stage, sent) -> {
                    try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
                        ticket.await();
                    }
                }),
                Named.of("awaitAny", (stage, sent) -> {
                    try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
                        Tickets.awaitAny(List.of(ticket), LONG);
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("waits")
    void s12_threadThatMustNotBlock_isRefusedBeforeAnythingIsSent(Wait wait) throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder.issueSequence(16));

        assertThatThrownBy(() -> wait.on(stage, sent))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stage 'post'")
                .hasMessageContaining("thread '" + Thread.currentThread().getName() + "', which must not block")
                .hasMessageContaining("callAsync")
                .hasMessageContaining("Schedulers.boundedElastic()");

        assertThat(sent).hasValue(0);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void s12_otherThread_waits() throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder);

        Task<Note> other = start(() -> stage.call(1, () -> add(1, "answer")));

        assertThat(other.get().text()).isEqualTo("answer");
    }

    @Test
    void s12_waitForAPlaceInTheWindow_isRefused() throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder.window(1));

        try (Ticket<Integer, Note> only = stage.ticket(1)) {
            assertThatThrownBy(() -> stage.ticket(2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not block");
            assertThat(only.token()).isEqualTo(1);
        }
    }

    @Test
    void s12_asynchronousCall_isNotRefused() throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder.keeper(Keeper.ALWAYS));

        CompletableFuture<Note> answer = stage.callAsync(1, () -> add(1, "answer"));

        assertThat(Patience.get(answer).text()).isEqualTo("answer");
    }

    @Test
    void s12_sendingWithATicket_isNotRefusedSinceItsSenderAloneMayWait() throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder);

        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            ticket.send(sent::incrementAndGet);
        }

        assertThat(sent).hasValue(1);
    }

    @Test
    void s12_pause_isRefusedAndTheKeeperReadsOn() throws Exception {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder.keeper(Keeper.ALWAYS));

        assertThatThrownBy(stage::pause)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("pausing stage 'post' would block thread '"
                        + Thread.currentThread().getName()
                        + "', which must not block; pause it on a thread that may block, with Reactor by"
                        + " subscribeOn(Schedulers.boundedElastic())");

        assertThat(Patience.get(stage.callAsync(1, () -> add(1, "answer"))).text())
                .isEqualTo("answer");
        start(() -> {
                    stage.pause();
                    return null;
                })
                .get();
    }

    @Test
    void s12_refusals_addUp() {
        Stage<Integer, Note> stage = neverBlockingHere(builder -> builder);

        stage.neverBlock(thread -> false);

        assertThatThrownBy(() -> stage.call(1, sent::incrementAndGet)).hasMessageContaining("must not block");
    }

    @Test
    void s12_predicateThatThrows_isTheCallersProblemAndNothingIsSent() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.neverBlock(thread -> {
            throw new UnsupportedOperationException("no idea");
        });

        assertThatThrownBy(() -> stage.call(1, sent::incrementAndGet)).hasMessage("no idea");

        assertThat(sent).hasValue(0);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    private Stage<Integer, Note> neverBlockingHere(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        Stage<Integer, Note> stage = stage(settings);
        Thread here = Thread.currentThread();
        stage.neverBlock(Predicate.isEqual(here));
        return stage;
    }
}
