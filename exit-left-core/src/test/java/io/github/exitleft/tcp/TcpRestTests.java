package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.SteeredClock;
import io.github.exitleft.Ticket;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens that rest until they are answered or their connection is gone (M11), over real connections. */
class TcpRestTests extends StageFixture {

    private static final CallOptions<Frame> NO_TIME =
            CallOptions.<Frame>defaults().timeout(Duration.ZERO);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Peer peer = new Peer();

    private Stage<Integer, Frame> stage(int most) {
        opened.push(peer);
        TcpSource source = peer.source().open();
        opened.push(source);
        return build(Stage.builder("line", Integer.class, source, FrameTokens.at(Integer.class, 2, 4))
                .keeper(Keeper.ALWAYS)
                .restUntilAnswered(most)
                .defaultTimeout(Patience.FOR_EVER));
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private static void send(Stage<Integer, Frame> stage, int token) throws IOException {
        stage.backdoor(TcpSender.class).send(Peer.payload(token));
    }

    private static void timeOut(Stage<Integer, Frame> stage, int token) {
        assertThatThrownBy(() -> stage.call(token, NO_TIME, () -> send(stage, token)))
                .isInstanceOf(StageTimeoutException.class);
    }

    private static void untilFree(Stage<Integer, Frame> stage, int token) {
        // the stage is open again a moment after the peer has accepted
        await().ignoreExceptionsMatching(e -> e instanceof TokenInUseException || e instanceof SourceFailedException)
                .until(() -> {
                    stage.ticket(token).close();
                    return true;
                });
    }

    @Test
    void m11_tokensOfALostConnection_areFreeOnTheNext() throws Exception {
        Stage<Integer, Frame> stage = stage(100);
        try (Peer.Line line = peer.accept()) {
            timeOut(stage, 1);
            assertThatThrownBy(() -> stage.ticket(1)).isInstanceOf(TokenInUseException.class);
            assertThat(line.token()).isEqualTo(1);
        }
        try (Peer.Line next = peer.accept()) {
            untilFree(stage, 1);
            assertThat(next.socket.isConnected()).isTrue();
        }
    }

    @Test
    void m11_tooManyThatRest_renewTheConnectionAndTellEachWaiterOnce() throws Exception {
        Stage<Integer, Frame> stage = stage(2);
        try (Peer.Line line = peer.accept()) {
            var told = new CountDownLatch(1);
            CompletableFuture<Frame> waiting = stage.callAsync(100, () -> send(stage, 100));
            waiting.whenComplete((frame, thrown) -> told.countDown());
            for (int token = 1; token <= 3; token++) {
                timeOut(stage, token);
            }
            assertThatThrownBy(() -> Patience.get(waiting))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SourceFailedException.class)
                    .hasStackTraceContaining("3 tokens of stage 'line' rest until they are answered, more than the 2");
            Patience.await(told);
            assertThat(line.token()).isEqualTo(100);
        }
        try (Peer.Line next = peer.accept()) {
            untilFree(stage, 3);
            assertThat(next.socket.isConnected()).isTrue();
        }
    }

    @Test
    void m11_allTokensAtRest_areFreedByTheNextConnectionThoughNoCallerCouldRead() throws Exception {
        opened.push(peer);
        TcpSource source = peer.source().open();
        Stage<Integer, Frame> stage =
                build(Stage.builder("line", Integer.class, source, FrameTokens.at(Integer.class, 2, 4))
                        .issueSequence(1)
                        .restUntilAnswered(100)
                        .defaultTimeout(Patience.FOR_EVER));
        try (Peer.Line line = peer.accept()) {
            // both tokens
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> stage.call(NO_TIME, token -> send(stage, token)))
                        .isInstanceOf(StageTimeoutException.class);
            }
            try (Peer.Line next = peer.accept()) {
                await().until(() -> stage.snapshot(0).issued().resting() == 0);
                assertThat(line.socket).isNotSameAs(next.socket);
                // which is there only until then
                await().until(() -> keepers(stage).isEmpty());
            }
        }
    }

    @Test
    void m12_callerInLineForAToken_waitsOutItsDeadlineThoughTheLateAnswerIsUnread() throws Exception {
        opened.push(peer);
        TcpSource source = peer.source().open();
        var clock = new SteeredClock();
        Stage<Integer, Frame> stage =
                build(clock.steer(Stage.builder("line", Integer.class, source, FrameTokens.at(Integer.class, 2, 4))
                        .keeper(Keeper.OFF)
                        .issueSequence(1)
                        .restUntilAnswered(100)
                        .defaultTimeout(Patience.FOR_EVER)));
        Duration timeout = Duration.ofSeconds(5);
        try (Peer.Line line = peer.accept()) {
            // one token rests, and the other is that of a ticket for which no thread waits
            assertThatThrownBy(() -> stage.call(NO_TIME, token -> send(stage, token)))
                    .isInstanceOf(StageTimeoutException.class);
            try (Ticket<Integer, Frame> live = stage.ticket()) {
                int late = line.token();
                assertThat(live.token()).isNotEqualTo(late);
                line.frame(late);
                Task<Frame> caller = start(
                        () -> stage.call(CallOptions.<Frame>defaults().timeout(timeout), token -> send(stage, token)));
                await().until(() -> stage.snapshot(0).issued().waiting() == 1);

                clock.advance(timeout);

                assertThat(caller.failure())
                        .isInstanceOf(StageTimeoutException.class)
                        .hasMessageContaining("no free token");
                assertThat(stage.snapshot(0).issued().resting()).isEqualTo(1);
                // a thread that reads would have helped
                stage.keeper(Keeper.ALWAYS);
                await().until(() -> stage.snapshot(0).issued().resting() == 0);
            }
        }
    }
}
