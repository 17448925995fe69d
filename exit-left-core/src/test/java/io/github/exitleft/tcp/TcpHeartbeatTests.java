package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.LogCapture;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.SteeredClock;
import io.github.exitleft.Ticket;
import io.github.exitleft.testing.Patience;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A question of the connection's own, every so often. */
class TcpHeartbeatTests extends StageFixture {

    private static final Duration LONG = Patience.FOR_EVER;
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** How long an answer is looked for once the time is up. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /** Of the first question; callers have smaller ones. */
    private static final int FIRST = 1_000;

    private final SteeredClock clock = new SteeredClock();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final Peer peer = new Peer();
    private TcpSource source;
    private HookedSource<Frame> watched;

    private Stage<Integer, Frame> stage(UnaryOperator<StageBuilder<Integer, Frame>> settings) {
        return stage(peer.source(), settings);
    }

    private Stage<Integer, Frame> stage(
            TcpSource.Builder connecting, UnaryOperator<StageBuilder<Integer, Frame>> settings) {
        opened.push(peer);
        source = connecting.open();
        watched = hooked(source);
        Stage<Integer, Frame> stage =
                build(settings.apply(Stage.builder("line", Integer.class, watched, FrameTokens.at(Integer.class, 2, 4))
                        .keeper(Keeper.IDLE)
                        .executor(Runnable::run)
                        .defaultTimeout(LONG)));
        stage.addListener(new StageListener<>() {
            @Override
            public void failed(Throwable cause) {
                failures.incrementAndGet();
            }
        });
        return stage;
    }

    private Stage<Integer, Frame> stage() {
        return stage(clock::steerTimer);
    }

    private void beat(Stage<Integer, Frame> stage, HeartbeatQuestion<Integer> question) {
        TcpHeartbeat.of(EVERY, TIMEOUT, question).start(stage, source);
    }

    /** Begins a heartbeat whose questions have tokens one after the other. */
    private void beat(Stage<Integer, Frame> stage) {
        beat(stage, this::question);
    }

    private CompletableFuture<Frame> question(Stage<Integer, Frame> stage, Duration timeout) throws Exception {
        int token = FIRST + asked.getAndIncrement();
        return stage.callAsync(
                token,
                CallOptions.<Frame>defaults().timeout(timeout),
                () -> stage.backdoor(TcpSender.class).send(Peer.payload(token)));
    }

    private static Frame call(Stage<Integer, Frame> stage, int token) throws Exception {
        return stage.call(token, () -> stage.backdoor(TcpSender.class).send(Peer.payload(token)));
    }

    private void untilAnswered(long count) {
        await().untilAsserted(() -> assertThat(source.details()).containsEntry("heartbeatsAnswered", count));
    }

    private static void untilOpen(Stage<Integer, Frame> stage) {
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN));
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void m6_peerThatDoesNotAnswer_failsTheConnectionOnceAndTellsEveryWaiter() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage);
        List<Task<Frame>> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int token = i;
            callers.add(start(() -> call(stage, token)));
            assertThat(line.token()).isEqualTo(token);
        }
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        clock.advance(TIMEOUT);
        assertThat(failures).hasValue(0);

        clock.advance(LOOK);

        for (Task<Frame> caller : callers) {
            assertThat(caller.failure())
                    .isInstanceOf(SourceFailedException.class)
                    .hasRootCauseInstanceOf(SocketTimeoutException.class)
                    .rootCause()
                    .hasMessageContaining("heartbeat's question was not answered in 5000 ms")
                    .hasMessageContaining("heartbeat.timeout");
        }
        Peer.Line again = peer.accept(); // by itself
        untilOpen(stage);
        assertThat(failures).hasValue(1);
        assertThat(source.details())
                .containsEntry("heartbeatsUnanswered", 1L)
                .containsEntry("heartbeatsRefused", 0L)
                .containsEntry("reconnects", 1L);
        clock.advance(EVERY); // the timer's alone, so it counts from the failure
        assertThat(again.token()).isEqualTo(FIRST + 1);
        again.frame(FIRST); // to the question of the last connection
        again.frame(FIRST + 1);
        untilAnswered(1);
        assertThat(failures).hasValue(1);
    }

    @Test
    void peerThatAnswers_isAskedAgainAfterTheTimeBetween() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steer(builder.keeper(Keeper.ALWAYS)));
        Peer.Line line = peer.accept();
        beat(stage);
        for (int i = 0; i < 3; i++) {
            clock.advance(EVERY.minusNanos(1));
            assertThat(asked).hasValue(i);
            clock.advance(Duration.ofNanos(1));
            assertThat(line.token()).isEqualTo(FIRST + i);
            line.frame(FIRST + i);
            untilAnswered(i + 1);
            await().until(() -> clock.pending() > 0);
        }
        assertThat(failures).hasValue(0);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(3);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void answerThatComesWhileItIsLookedFor_isOne() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage);
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        clock.advance(TIMEOUT);
        line.frame(FIRST);
        untilAnswered(1);
        clock.advance(LOOK);

        assertThat(call(stage, line, 1)).isEqualTo(1);
        assertThat(failures).hasValue(0);
    }

    private int call(Stage<Integer, Frame> stage, Peer.Line line, int token) throws Exception {
        Task<Frame> caller = start(() -> call(stage, token));
        line.frame(line.token());
        return Peer.token(caller.get());
    }

    @Test
    void m7_processThatWasStopped_looksForTheAnswerThatIsThereAlready() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steer(builder.keeper(Keeper.ALWAYS)));
        Peer.Line line = peer.accept();
        beat(stage);
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        var stopped = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        watched.hook = remaining -> {
            stopped.countDown();
            goesOn.await();
        };
        source.wakeup();
        stopped.await();
        line.frame(FIRST);
        clock.advance(Duration.ofSeconds(60)); // the timer is the first to notice
        clock.advance(LOOK.multipliedBy(2));
        assertThat(source.details()).containsEntry("heartbeatsUnanswered", 0L);

        goesOn.countDown();

        untilAnswered(1);
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST + 1);
        assertThat(failures).hasValue(0);
    }

    @Test
    void questionThatThrows_isLoggedOnceAndAskedAgain() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        var refusals = new AtomicInteger(3);
        try (var log = new LogCapture("io.github.exitleft")) {
            beat(stage, (asking, timeout) -> {
                assertThat(timeout).isEqualTo(TIMEOUT.plusSeconds(1));
                if (refusals.decrementAndGet() >= 0) {
                    throw new IllegalArgumentException("no question today");
                }
                return question(asking, timeout);
            });
            for (int i = 0; i < 3; i++) {
                clock.advance(EVERY);
            }
            assertThat(source.details()).containsEntry("heartbeatsRefused", 3L);
            assertThat(log.lines())
                    .containsExactly(
                            "WARNING heartbeat of stage 'line' could not ask its question, which proves nothing"
                                    + " about the peer; it goes on trying");
            clock.advance(EVERY);
            line.frame(line.token());
            untilAnswered(1);
            await().untilAsserted(() ->
                    assertThat(log.lines()).hasSize(2).contains("INFO heartbeat of stage 'line' is answered again"));
        }
        assertThat(failures).hasValue(0);
    }

    @Test
    void stageThatIsFull_isNoDeadPeer() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.maxTickets(1)));
        beat(stage);
        Ticket<Integer, Frame> only = stage.ticket(1);
        clock.advance(EVERY);
        assertThat(source.details()).containsEntry("heartbeatsRefused", 1L);
        only.close();
        clock.advance(EVERY);
        assertThat(asked).hasValue(2);
        Peer.Line line = peer.accept();
        line.frame(line.token());
        untilAnswered(1);
    }

    @Test
    void m13_questionThatFindsNoPlaceInTheWindow_isNoDeadPeer() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        Peer.Line line = peer.accept();
        Ticket<Integer, Frame> only = stage.ticket(1);
        try (var log = new LogCapture("io.github.exitleft")) {
            beat(stage);
            clock.advance(EVERY);
            clock.advance(TIMEOUT);
            assertThat(source.details()).containsEntry("heartbeatsRefused", 1L);
            clock.advance(EVERY);
            assertThat(source.details()).containsEntry("heartbeatsRefused", 2L);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARNING")
                    .contains("could not ask");
            assertThat(asked).hasValue(0);

            only.close();

            assertThat(line.token()).isEqualTo(FIRST);
            line.frame(FIRST);
            untilAnswered(1);
            await().untilAsserted(() ->
                    assertThat(log.lines()).hasSize(2).contains("INFO heartbeat of stage 'line' is answered again"));
        }
        assertThat(source.details()).containsEntry("heartbeatsUnanswered", 0L);
        assertThat(failures).hasValue(0);
    }

    private CompletableFuture<Frame> callAsync(Stage<Integer, Frame> stage, int token, Duration timeout)
            throws Exception {
        return stage.callAsync(
                token,
                CallOptions.<Frame>defaults().timeout(timeout),
                () -> stage.backdoor(TcpSender.class).send(Peer.payload(token)));
    }

    private static StageSnapshot.WindowState window(Stage<?, ?> stage) {
        return Objects.requireNonNull(stage.snapshot(0).window());
    }

    @Test
    void m13_healthyConnectionWhoseQuestionHadToWaitForItsPlace_hasTheWholeTimeForItsAnswer() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        Peer.Line line = peer.accept();
        beat(stage);
        CompletableFuture<Frame> out = callAsync(stage, 1, LONG);
        assertThat(line.token()).isEqualTo(1);
        clock.advance(EVERY);
        // its time would be nearly up, had it begun in line
        clock.advance(TIMEOUT.minusMillis(1));
        line.frame(1);
        assertThat(Peer.token(Patience.get(out))).isEqualTo(1);
        assertThat(line.token()).isEqualTo(FIRST);

        clock.advance(Duration.ofMillis(1));
        clock.advance(LOOK);

        assertThat(source.details()).containsEntry("heartbeatsUnanswered", 0L);
        assertThat(failures).hasValue(0);
        line.frame(FIRST);
        untilAnswered(1);
    }

    @Test
    void m13_healthyConnectionWithAFullWindow_isAskedBeforeAllCallersInLine() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        Peer.Line line = peer.accept();
        beat(stage);
        CompletableFuture<Frame> out = callAsync(stage, 1, LONG);
        assertThat(line.token()).isEqualTo(1);
        CompletableFuture<Frame> inLine = callAsync(stage, 2, LONG);
        Task<Frame> threadInLine = start(() -> call(stage, 3));
        await().until(() -> window(stage).waiting() == 2);
        clock.advance(EVERY);

        line.frame(1);

        assertThat(line.token()).as("next question").isEqualTo(FIRST);
        assertThat(Peer.token(Patience.get(out))).isEqualTo(1);
        line.frame(FIRST);
        untilAnswered(1);
        assertThat(line.token()).as("caller that was first in line").isEqualTo(2);
        line.frame(2);
        assertThat(Peer.token(Patience.get(inLine))).isEqualTo(2);
        assertThat(line.token()).isEqualTo(3);
        line.frame(3);
        assertThat(Peer.token(threadInLine.get())).isEqualTo(3);
        assertThat(failures).hasValue(0);
        assertThat(source.details()).containsEntry("heartbeatsRefused", 0L);
    }

    @Test
    void m13_deadConnectionWithAFullWindow_isFoundOnceTheOldestQuestionHasTimedOut() throws Exception {
        Duration callTimeout = Duration.ofSeconds(60);
        Stage<Integer, Frame> stage =
                stage(builder -> clock.steerTimer(builder.window(1).restUntilAnswered(100)));
        Peer.Line line = peer.accept();
        beat(stage);
        // rests from then on, which keeps its token and not its place
        CompletableFuture<Frame> out = callAsync(stage, 1, callTimeout);
        assertThat(line.token()).isEqualTo(1);
        List<CompletableFuture<Frame>> inLine = new ArrayList<>();
        for (int token = 2; token < 10; token++) {
            inLine.add(callAsync(stage, token, LONG));
        }
        clock.advance(EVERY);
        clock.advance(callTimeout.minus(EVERY));
        assertThatThrownBy(() -> Patience.get(out)).hasCauseInstanceOf(StageTimeoutException.class);
        assertThat(line.token()).as("next question").isEqualTo(FIRST);

        clock.advance(TIMEOUT);
        clock.advance(LOOK);

        for (CompletableFuture<Frame> caller : inLine) {
            assertThatThrownBy(() -> Patience.get(caller))
                    .hasCauseInstanceOf(SourceFailedException.class)
                    .rootCause()
                    .hasMessageContaining("heartbeat's question was not answered in 5000 ms");
        }
        assertThat(source.details()).containsEntry("heartbeatsUnanswered", 1L);
        peer.accept();
        untilOpen(stage);
    }

    @Test
    void m13_questionsOfSeveralConnectionsThatWaitForPlaces_areEachSentOnTheirOwn() throws Exception {
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(2),
                builder -> clock.steerTimer(builder.window(1).keeper(Keeper.ALWAYS)));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        beat(stage);
        CompletableFuture<Frame> out = callAsync(stage, 1, LONG);
        assertThat(first.token()).isEqualTo(1);
        clock.advance(EVERY);
        await().until(() -> window(stage).waiting() == 2);

        // the second connection is the one that carries the fewest calls and is next in turn
        first.frame(1);

        assertThat(Peer.token(Patience.get(out))).isEqualTo(1);
        assertThat(first.token()).isEqualTo(FIRST);
        first.frame(FIRST);
        assertThat(second.token()).isEqualTo(FIRST + 1);
        second.frame(FIRST + 1);
        await().until(() -> window(stage).used() == 0);
        assertThat(failures).hasValue(0);
    }

    @Test
    void m13_questionThatAsksNothingAfterAll_givesItsPlaceBack() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        Peer.Line line = peer.accept();
        beat(stage, (asking, timeout) -> {
            asked.incrementAndGet();
            throw new IllegalStateException("no question today");
        });
        clock.advance(EVERY);
        assertThat(asked).hasValue(1);
        assertThat(window(stage).used()).isZero();
        Ticket<Integer, Frame> only = stage.ticket(1);
        clock.advance(EVERY);
        CompletableFuture<Frame> inLine = callAsync(stage, 2, LONG);

        only.close();

        assertThat(line.token()).isEqualTo(2);
        assertThat(asked).hasValue(2);
        line.frame(2);
        assertThat(Peer.token(Patience.get(inLine))).isEqualTo(2);
    }

    @Test
    void m6_failureWhileAQuestionWaitsForItsPlace_isFollowedByAnotherBeat() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        Peer.Line line = peer.accept();
        beat(stage);
        CompletableFuture<Frame> out = callAsync(stage, 1, LONG);
        assertThat(line.token()).isEqualTo(1);
        clock.advance(EVERY);
        assertThat(window(stage).waiting()).isEqualTo(1);

        line.reset();

        assertThatThrownBy(() -> Patience.get(out)).hasCauseInstanceOf(SourceFailedException.class);
        Peer.Line next = peer.accept();
        untilOpen(stage);
        clock.settle();
        clock.advance(EVERY);
        assertThat(next.token()).isEqualTo(FIRST);
        next.frame(FIRST);
        untilAnswered(1);
        assertThat(source.details()).containsEntry("heartbeatsRefused", 0L);
    }

    @Test
    void s16_stageThatIsClosedWhileAQuestionWaitsForItsPlace_leavesNoTimer() throws Exception {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.window(1)));
        beat(stage);
        Ticket<Integer, Frame> only = stage.ticket(1);
        clock.advance(EVERY);
        assertThat(window(stage).waiting()).isEqualTo(1);
        try (var log = new LogCapture("io.github.exitleft")) {
            stage.close();
            clock.settle();
            assertThat(clock.pending()).isZero();
            assertThat(log.lines()).isEmpty();
        }
        only.close();
        assertThat(asked).hasValue(0);
        assertThat(source.details()).containsEntry("heartbeatsRefused", 0L);
    }

    @Test
    void questionWhoseFutureNeverEnds_isUnansweredAllTheSame() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage, (asking, timeout) -> {
            question(asking, timeout);
            return new CompletableFuture<>();
        });
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        clock.advance(TIMEOUT);
        clock.advance(LOOK);

        peer.accept();
        untilOpen(stage);
        assertThat(failures).hasValue(1);
    }

    @Test
    void questionThatTakesItsTime_isAloneUntilItHasEnded() throws Exception {
        Stage<Integer, Frame> stage = stage();
        peer.accept();
        var inside = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var most = new AtomicInteger();
        beat(stage, (asking, timeout) -> {
            most.incrementAndGet();
            inside.countDown();
            mayEnd.await();
            throw new IllegalStateException("never mind");
        });
        Task<Void> first = start(() -> {
            clock.advance(EVERY);
            return null;
        });
        inside.await();
        clock.advance(TIMEOUT);
        clock.advance(LOOK);
        peer.accept(); // it was not answered
        untilOpen(stage);
        clock.advance(EVERY);
        clock.advance(EVERY);
        assertThat(most).hasValue(1);

        mayEnd.countDown();
        first.get();
        clock.advance(EVERY);
        assertThat(most).hasValue(2);
    }

    @Test
    void connectionThatHasReplacedTheOneAsked_isLeftAlone() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage, (asking, timeout) -> {
            question(asking, timeout);
            return new CompletableFuture<>();
        });
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        line.reset();
        peer.accept();
        untilOpen(stage);
        clock.advance(TIMEOUT);
        clock.advance(LOOK);

        assertThat(source.details()).containsEntry("heartbeatsUnanswered", 1L).containsEntry("reconnects", 1L);
        assertThat(source.lanes().get(0).current().isIntact()).isTrue();
    }

    @Test
    void stageThatHasFailed_isNotAsked() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage);
        Task<Frame> caller = start(() -> call(stage, 1));
        assertThat(line.token()).isEqualTo(1);
        peer.server.close();
        line.reset();
        assertThat(caller.failure()).isInstanceOf(SourceFailedException.class);
        clock.advance(EVERY);
        clock.advance(EVERY);

        assertThat(asked).hasValue(0);
        assertThat(source.details()).containsEntry("heartbeatsRefused", 0L);
    }

    @Test
    void s16_closedStage_isNotAskedAnyMoreAndLeavesNoTimer() throws Exception {
        Stage<Integer, Frame> stage = stage();
        beat(stage);
        assertThat(clock.pending()).isEqualTo(1);
        stage.close();

        assertThat(clock.pending()).isZero();
    }

    @Test
    void s16_stageThatIsClosedDuringAQuestion_isNotAskedAnyMore() throws Exception {
        Stage<Integer, Frame> stage = stage();
        Peer.Line line = peer.accept();
        beat(stage);
        clock.advance(EVERY);
        assertThat(line.token()).isEqualTo(FIRST);
        try (var log = new LogCapture("io.github.exitleft")) {
            stage.close();
            await().until(() -> clock.pending() == 0);
            assertThat(log.lines()).isEmpty();
        }
        assertThat(source.details()).containsEntry("heartbeatsRefused", 0L).containsEntry("heartbeatsUnanswered", 0L);
    }

    @Test
    void stageWithoutAKeeper_isRefused() {
        Stage<Integer, Frame> stage = stage(builder -> clock.steerTimer(builder.keeper(Keeper.OFF)));

        assertThatThrownBy(() -> beat(stage))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("heartbeat of stage 'line' needs a keeper")
                .hasMessageContaining("StageBuilder.keeper");
    }

    @Test
    void secondHeartbeat_isRefused() {
        Stage<Integer, Frame> stage = stage();
        beat(stage);

        assertThatThrownBy(() -> beat(stage))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a heartbeat already");
    }

    @Test
    void timeout_isPositiveAndShorterThanTheTimeBetween() {
        HeartbeatQuestion<Integer> question = this::question;
        assertThatThrownBy(() -> TcpHeartbeat.of(EVERY, Duration.ZERO, question))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be positive, but is PT0S");
        assertThatThrownBy(() -> TcpHeartbeat.of(EVERY, EVERY, question))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shorter than the 30000 ms")
                .hasMessageContaining("is 30000 ms");
        assertThatCode(() -> TcpHeartbeat.of(EVERY, TIMEOUT, question)).doesNotThrowAnyException();
    }
}
