package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.StageSnapshot.Pending;
import io.github.exitleft.StageSnapshot.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What a snapshot tells of calls without threads, and of what was refused. */
class StageLoadTests extends NoteFixture {

    private static long refused(Stage<?, ?> stage, Refusal reason) {
        return stage.snapshot(0).load().refused().get(reason);
    }

    @Test
    void b3_refusals_areCountedByTheirReasons() {
        Stage<Integer, Note> stage = stage(builder -> builder.maxTickets(1));
        try (Ticket<Integer, Note> one = stage.ticket(1)) {
            assertThat(one.token()).isEqualTo(1);
            assertThatThrownBy(() -> stage.ticket(1)).isInstanceOf(TokenInUseException.class);
            assertThatThrownBy(() -> stage.call(2, () -> {})).isInstanceOf(TooManyTicketsException.class);
            assertThatThrownBy(() -> stage.call(3, () -> {})).isInstanceOf(TooManyTicketsException.class);
        }
        stage.close();
        assertThatThrownBy(() -> stage.ticket(4)).isInstanceOf(StageClosedException.class);

        assertThat(refused(stage, Refusal.TOKEN)).isEqualTo(1);
        assertThat(refused(stage, Refusal.TICKETS)).isEqualTo(2);
        assertThat(refused(stage, Refusal.CLOSED)).isEqualTo(1);
        assertThat(refused(stage, Refusal.FAILED)).isZero();
        assertThat(stage.snapshot(0).load().maxTickets()).isEqualTo(1);
    }

    @Test
    void b3_callOfAStageWhoseSourceHasFailed_countsAsRefused() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        queue.fail(new IOException("gone"));
        assertThat(head.failure()).isInstanceOf(SourceFailedException.class);

        assertThatThrownBy(() -> stage.call(2, () -> {})).isInstanceOf(SourceFailedException.class);

        assertThat(refused(stage, Refusal.FAILED)).isEqualTo(1);
    }

    @Test
    void b3_issuedTokenThatIsRefused_isCountedOnce() {
        Stage<Integer, Note> stage =
                stage(builder -> builder.issueSequence(8).maxTickets(1).reuse(Reuse.ALLOW));
        try (Ticket<Integer, Note> one = stage.ticket(1)) {
            assertThat(one.token()).isEqualTo(1);
            assertThatThrownBy(() -> stage.call(issued -> {})).isInstanceOf(TooManyTicketsException.class);
            assertThatThrownBy(() -> stage.ticket(2)).isInstanceOf(TooManyTicketsException.class);
        }

        assertThat(refused(stage, Refusal.TICKETS)).isEqualTo(2);
    }

    @Test
    void b4_futuresAndStreams_areListedOldestFirst() {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.keeper(Keeper.ALWAYS));
        CompletableFuture<Note> future =
                stage.callAsync(1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(9)), () -> {});
        clock.advance(Duration.ofSeconds(2));
        var stream = new Cancelling();
        stage.messages(2).subscribe(stream);
        clock.advance(Duration.ofSeconds(1));

        StageSnapshot snapshot = stage.snapshot(10);

        assertThat(snapshot.load().pending()).isEqualTo(2);
        assertThat(snapshot.oldestPending())
                .containsExactly(
                        new Pending(CallKind.FUTURE, 1, Duration.ofSeconds(3), Duration.ofSeconds(6)),
                        new Pending(CallKind.STREAM, 2, Duration.ofSeconds(1), null));
        assertThat(stage.snapshot(1).oldestPending()).hasSize(1);
        assertThat(stage.snapshot(0).oldestPending()).isEmpty();

        future.cancel(false);
        stream.subscription.cancel();
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).load().pending()).isZero());
    }

    private static final class Cancelling implements Flow.Subscriber<Note> {

        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Note note) {}

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onComplete() {}
    }
}
