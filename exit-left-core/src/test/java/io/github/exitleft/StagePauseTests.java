package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pausing a stage (B10), and what a snapshot tells of a failed one (B11). */
class StagePauseTests extends NoteFixture {

    private static final IOException CUT = new IOException("cable cut");

    private Stage<Integer, Note> read(Keeper keeper) {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(keeper).keeperIdle(Duration.ofMillis(1)));
        await().until(() -> keeperHeads(stage));
        return stage;
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void b10_pause_endsTheKeeperAndResumeLetsItReadOn(Keeper keeper) {
        Stage<Integer, Note> stage = read(keeper);

        stage.pause();
        int reads = source.reads.get();
        add(1, "for nobody");

        assertThat(keepers(stage)).isEmpty();
        assertThat(stage.snapshot(0).role().head()).isNull();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
        assertThat(stage.keeper()).isEqualTo(keeper);
        assertThat(source.reads).hasValue(reads);

        stage.resume();

        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.UNKNOWN)).isEqualTo(1));
    }

    @Test
    void b10_callersOfAPausedStage_readForThemselves() throws Exception {
        Stage<Integer, Note> stage = read(Keeper.ALWAYS);
        stage.pause();

        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
        add(2, "from the head");
        add(1, "by itself");

        assertThat(waiter.get().text()).isEqualTo("from the head");
        assertThat(head.get().text()).isEqualTo("by itself");
        assertThat(keepers(stage)).isEmpty();
    }

    @Test
    void b10_keeperThatQueuesBehindACaller_endsToo() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        stage.keeper(Keeper.ALWAYS);
        await().untilAsserted(() -> assertThat(keepers(stage))
                .isNotEmpty()
                .allMatch(keeper -> keeper.getState().name().endsWith("WAITING")));

        stage.pause();

        assertThat(keepers(stage)).isEmpty();
        add(1, "still read by the caller");
        assertThat(head.get().text()).isEqualTo("still read by the caller");
    }

    @Test
    void b10_asynchronousCalls_outliveAPause() throws Exception {
        Stage<Integer, Note> stage = read(Keeper.IDLE);
        CompletableFuture<Note> before = stage.callAsync(1, () -> {});
        stage.pause();
        CompletableFuture<Note> during = stage.callAsync(2, () -> {});
        add(1, "asked before");
        add(2, "asked during");
        assertThat(keepers(stage)).isEmpty();
        assertThat(before).isNotDone();

        stage.resume();

        assertThat(Patience.get(before).text()).isEqualTo("asked before");
        assertThat(Patience.get(during).text()).isEqualTo("asked during");
    }

    @Test
    void b10_pauseFromACallbackOnTheKeepersThread_doesNotWaitForItself() {
        Stage<Integer, Note> stage = read(Keeper.ALWAYS);
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                stage.pause();
            }
        });

        add(1, "pause");

        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        assertThat(count(stage, MessageOutcome.UNKNOWN)).isEqualTo(1);
    }

    @Test
    void b10_failedSource_isNotTriedDuringAPause() {
        Stage<Integer, Note> stage = stage(builder -> builder.onFailure(OnFailure.REOPEN));
        source.hook = rest -> {
            throw CUT;
        };
        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(keepers(stage)).isNotEmpty());

        stage.pause();
        source.hook = rest -> {};

        assertThat(keepers(stage)).isEmpty();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.FAILED);

        stage.resume();

        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN));
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void m6_failedSource_comesBackByItselfUnlessToldOtherwise() {
        Stage<Integer, Note> stage = build(Stage.builder("post", Integer.class, source, Note::token));
        queue.fail(CUT);
        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(SourceFailedException.class);

        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN));
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void b11_snapshotOfAFailedStage_saysSinceWhenAndWhenItIsTriedAgain() {
        Stage<Integer, Note> stage = timed(builder -> builder.onFailure(OnFailure.REOPEN));
        assertThat(stage.snapshot(0).role().outage()).isNull();
        Instant before = Instant.now();
        source.hook = rest -> {
            throw CUT;
        };
        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofMillis(100)));

        var outage = stage.snapshot(0).role().outage();
        assertThat(outage.since()).isBetween(before.minusMillis(1), Instant.now());
        assertThat(outage.lasting()).isZero();
        assertThat(outage.retryIn()).isEqualTo(Duration.ofSeconds(1));

        clock.advance(Duration.ofMillis(40));

        assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofMillis(60));
        assertThat(stage.snapshot(0).role().outage().lasting()).isEqualTo(Duration.ofMillis(40));
        assertThat(stage.snapshot(0).role().outage().since()).isEqualTo(outage.since());

        clock.advance(Duration.ofMillis(60)); // it is tried, and fails again: one outage, with one beginning

        await().untilAsserted(() -> assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofMillis(200)));
        assertThat(stage.snapshot(0).role().outage().lasting()).isEqualTo(Duration.ofMillis(100));
        assertThat(stage.snapshot(0).role().outage().since()).isEqualTo(outage.since());

        source.hook = rest -> {};
        clock.advance(Duration.ofMillis(200));
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN));
        assertThat(stage.snapshot(0).role().outage()).isNull();
        assertThat(stage.snapshot(0).nextAttempt()).isNull();
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void b11_snapshotOfAFailedStageThatIsPaused_saysFromWhenOnTheNextCallerMayTry() {
        Stage<Integer, Note> stage = timed(builder -> builder.onFailure(OnFailure.REOPEN));
        source.hook = rest -> {
            throw CUT;
        };
        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofMillis(100)));

        stage.pause();

        assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofSeconds(1));
        source.hook = rest -> {};
    }

    @Test
    void b11_snapshotOfAFailedStageThatOnlyCallersTry_saysFromWhenOnTheNextMay() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        queue.fail(CUT);
        assertThatThrownBy(() -> stage.call(1, () -> {})).isInstanceOf(SourceFailedException.class);

        clock.advance(Duration.ofMillis(400));
        assertThat(stage.snapshot(0).nextAttempt()).isEqualTo(Duration.ofMillis(600));
        assertThat(stage.snapshot(0).role().outage().retryIn()).isEqualTo(Duration.ofMillis(600));

        clock.advance(Duration.ofMillis(1_000));
        assertThat(stage.snapshot(0).nextAttempt()).isZero();
    }
}
