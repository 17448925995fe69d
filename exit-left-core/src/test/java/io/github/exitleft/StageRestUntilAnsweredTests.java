package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tokens that rest until they are answered, or their connection is gone (M11). */
class StageRestUntilAnsweredTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    /** The queue as a source that has connections. */
    private final class Line extends OverQueue {

        final AtomicReference<String> failing = new AtomicReference<>();
        final List<String> renewed = Collections.synchronizedList(new ArrayList<>());
        volatile long connection = 1;
        volatile boolean lost;

        /** Whether a lost connection can be made again. */
        volatile boolean reachable = true;

        @Override
        public Note receive(Duration remaining) throws Exception {
            String why = failing.getAndSet(null);
            if (why != null) {
                lost = true;
                throw new IOException(why);
            }
            if (lost) {
                if (!reachable) {
                    throw new IOException("unreachable");
                }
                lost = false;
                connection++;
                return null;
            }
            return super.receive(remaining);
        }

        @Override
        public long connection() {
            return connection;
        }

        @Override
        public boolean renew(long number, String why) {
            renewed.add(number + ": " + why);
            if (number == connection) {
                failing.set(why);
                wakeup();
            }
            return true;
        }

        /** Loses its connection and makes the next one. */
        void reconnect() {
            connection++;
        }
    }

    private final Line line = new Line();
    private final HookedSource<Note> watched = hooked(line);

    private Stage<Integer, Note> stage(int most, UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return build(settings.apply(Stage.<Integer, Note>builder("post", Integer.class, watched, Note::token)
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(LONG)
                .restUntilAnswered(most)));
    }

    private static void timeOut(Stage<Integer, Note> stage, int token) {
        timeOut(stage, token, () -> {});
    }

    private static void timeOut(Stage<Integer, Note> stage, int token, Sender<RuntimeException> sender) {
        assertThatThrownBy(() -> stage.call(token, NO_TIME, sender)).isInstanceOf(StageTimeoutException.class);
    }

    /** Has a caller read, so that the stage learns of another connection. */
    private void read(Stage<Integer, Note> stage, int passerBy) {
        timeOut(stage, passerBy);
    }

    private static void assertRests(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.ticket(token))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("rests")
                .hasMessageContaining("until-answered");
    }

    @Test
    void m11_tokenThatRestsUntilAnswered_isFreeByItsAnswerHoweverLateThatIs() throws Exception {
        Stage<Integer, Note> stage =
                stage(100, builder -> builder.seam(bare -> bare.parker(clock)).keeper(Keeper.OFF));
        timeOut(stage, 1);
        clock.advance(Duration.ofDays(365));
        assertRests(stage, 1);

        add(1, "to the first question");
        read(stage, 2);

        assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");
        assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.LATE, 1L);
    }

    @Test
    void m11_tokensOfAConnectionThatIsGone_areFreeWithTheNextOne() throws Exception {
        Stage<Integer, Note> stage = stage(100, builder -> builder);
        timeOut(stage, 1);
        timeOut(stage, 2);
        line.reconnect();
        assertRests(stage, 1);

        read(stage, 3);

        assertThat(stage.call(1, () -> add(1, "new")).text()).isEqualTo("new");
        assertThat(stage.call(2, () -> add(2, "new")).text()).isEqualTo("new");
        // asked on the new one
        assertRests(stage, 3);
    }

    @Test
    void m11_tokenAskedOnTheNewConnection_isNotFreedWithThoseOfTheOld() throws Exception {
        Stage<Integer, Note> stage = stage(100, builder -> builder);
        timeOut(stage, 1);
        timeOut(stage, 2, () -> {
            line.reconnect();
            // in the middle of which no head has seen the new connection
            assertRests(stage, 1);
        });
        read(stage, 3);

        assertThat(stage.call(1, () -> add(1, "new")).text()).isEqualTo("new");
        assertRests(stage, 2);
    }

    @Test
    void m11_tokenAskedOnTheOldConnection_doesNotRestOnTheNewOne() throws Exception {
        Stage<Integer, Note> stage = stage(100, builder -> builder.keeper(Keeper.IDLE));
        CompletableFuture<Note> asked = stage.callAsync(1, () -> {});
        stage.ticket(2).close();
        line.reconnect();
        watched.wakeup();
        await().untilAsserted(() ->
                assertThat(stage.parts.memory.resting(2)).as("rest of 2").isNull());

        // given up when the head has seen the second connection
        asked.cancel(false);

        assertThat(stage.call(1, () -> add(1, "new")).text()).isEqualTo("new");
    }

    @Test
    void m11_issuedTokenAskedOnTheOldConnection_doesNotRestOnTheNewOne() throws Exception {
        Stage<Integer, Note> stage =
                stage(100, builder -> builder.issueSequence(8).keeper(Keeper.IDLE));
        CompletableFuture<Note> asked = stage.callAsync(token -> {});
        stage.ticket().close();
        assertThat(stage.snapshot(0).issued().resting()).isEqualTo(1);
        line.reconnect();
        watched.wakeup();
        await().until(() -> stage.snapshot(0).issued().resting() == 0);

        asked.cancel(false);

        assertThat(stage.snapshot(0).issued().resting()).isZero();
        assertThat(stage.snapshot(0).issued().live()).isZero();
    }

    @Test
    void m11_issuedTokens_areFreeWithTheNextConnectionAndGoToTheCallersInLine() throws Exception {
        Stage<Integer, Note> stage = stage(1_000, builder -> builder.issueSequence(2));
        // half of the four tokens rest, the others are live
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(NO_TIME, token -> {})).isInstanceOf(StageTimeoutException.class);
        }
        try (Ticket<Integer, Note> one = stage.ticket();
                Ticket<Integer, Note> other = stage.ticket()) {
            Task<Note> inLine = start(() -> stage.call(token -> add(token, "answer")));
            await().until(() -> stage.snapshot(0).issued().waiting() == 1);

            line.reconnect();
            assertThatThrownBy(() -> one.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);

            assertThat(inLine.get().text()).isEqualTo("answer");
            assertThat(stage.snapshot(0).issued().resting()).isZero();
            assertThat(other.token()).isNotEqualTo(one.token());
        }
    }

    @Test
    void m11_tooManyRestingTokens_haveTheConnectionRenewedOnceAndAllWaitersTold() throws Exception {
        Stage<Integer, Note> stage = stage(3, builder -> builder.onFailure(OnFailure.REOPEN));
        Task<Object> waiting = startHead(stage, () -> stage.call(100, () -> {}));
        Task<Object> other = startWaiter(stage, () -> stage.call(101, () -> {}));
        for (int token = 1; token <= 2; token++) {
            stage.ticket(token).close();
        }
        assertThat(line.renewed).isEmpty();

        stage.ticket(3).close();

        for (Task<Object> told : List.of(waiting, other)) {
            assertThat(told.failure())
                    .isInstanceOf(SourceFailedException.class)
                    .hasRootCauseMessage("3 tokens rest whose questions it has not answered");
        }
        // by itself
        await().until(() -> line.connection == 2 && stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        assertThat(line.renewed).hasSize(1);
        for (int token : List.of(1, 2, 3, 100, 101)) {
            await().untilAsserted(() -> assertThatCode(() -> stage.call(token, () -> add(token, "answer")))
                    .doesNotThrowAnyException());
        }
    }

    @Test
    void m11_tooManyRestingTokens_areRenewedThoughNoCallerReads() {
        Stage<Integer, Note> stage = stage(2, builder -> builder);
        stage.ticket(1).close();
        stage.ticket(2).close();

        await().until(() -> line.connection == 2);
        await().untilAsserted(() -> assertThatCode(() -> stage.call(1, NO_TIME.timeout(LONG), () -> add(1, "answer")))
                .doesNotThrowAnyException());
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void m11_answerThatComesBeforeTheLimit_leavesTheConnectionAlone() throws Exception {
        Stage<Integer, Note> stage = stage(2, builder -> builder);
        timeOut(stage, 1);
        add(1, "late");
        timeOut(stage, 2);
        // it read the answer, so one rests
        assertThat(line.renewed).isEmpty();

        stage.ticket(3).close();
        assertThat(line.renewed).hasSize(1);
    }

    @Test
    void m11_allIssuedTokensAtRest_areAsManyAsTooMany() {
        Stage<Integer, Note> stage = stage(1_000, builder -> builder.issueSequence(1));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(NO_TIME, token -> {})).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(line.renewed).hasSize(1);
        await().until(() -> stage.snapshot(0).issued().resting() == 0);
        // which had a keeper read
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void m11_restUntilAnswered_isRefusedWhereTheSourceHasNoConnections() {
        StageBuilder<Integer, Note> builder = Stage.builder("post", Integer.class, source, Note::token);
        assertThatThrownBy(() -> builder.restUntilAnswered(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no connections; set StageBuilder.rest to a duration");
        assertThatThrownBy(() -> Stage.builder("post", Integer.class, watched, Note::token)
                        .restUntilAnswered(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'most' must be at least 1, but is 0");
    }
}
