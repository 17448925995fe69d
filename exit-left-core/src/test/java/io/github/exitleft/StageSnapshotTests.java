package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.StageSnapshot.IssuedState;
import io.github.exitleft.StageSnapshot.WindowState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What snapshots show of windows and issued tokens (S18). */
class StageSnapshotTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    @Test
    void s18_stageWithoutWindowOrIssuedTokens_showsNone() {
        StageSnapshot snapshot = stage().snapshot(0);

        assertThat(snapshot.window()).isNull();
        assertThat(snapshot.issued()).isNull();
    }

    @Test
    void m13_window_showsItsPlacesAndTheQuestionsThatWait() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.window(2).keeper(Keeper.IDLE));
        try (Ticket<Integer, Note> one = stage.ticket(1)) {
            assertThat(stage.snapshot(0).window()).isEqualTo(new WindowState(2, 1, 0));
            try (Ticket<Integer, Note> two = stage.ticket(2)) {
                CompletableFuture<Note> three = stage.callAsync(3, () -> {});
                await().until(() -> stage.snapshot(0).window().equals(new WindowState(2, 2, 1)));
                three.cancel(true);
                await().until(() -> stage.snapshot(0).window().equals(new WindowState(2, 2, 0)));
                assertThat(two.token()).isNotEqualTo(one.token());
            }
        }
        assertThat(stage.snapshot(0).window()).isEqualTo(new WindowState(2, 0, 0));
    }

    @Test
    void m12_issuedTokens_showHowManyAreLiveRestOrAreWaitedFor() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.issueSequence(1).keeper(Keeper.IDLE));
        assertThatThrownBy(() -> stage.call(NO_TIME, token -> {})).isInstanceOf(StageTimeoutException.class);
        try (Ticket<Integer, Note> ticket = stage.ticket()) {
            assertThat(ticket.token()).isZero();
            CompletableFuture<Note> waiting = stage.callAsync(token -> {});
            await().until(() -> stage.snapshot(0).issued().equals(new IssuedState(1, 1, 1)));
            waiting.cancel(true);
        }
        assertThat(stage.snapshot(0).issued()).isEqualTo(new IssuedState(0, 2, 0));
    }
}
