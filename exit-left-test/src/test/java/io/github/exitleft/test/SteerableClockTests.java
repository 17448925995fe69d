package io.github.exitleft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Resends;
import io.github.exitleft.Source;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock drives all that a stage does in time. */
class SteerableClockTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SteerableClock clock = new SteerableClock();
    private final QueueSource<String> source = new QueueSource<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeStages() throws Exception {
        for (AutoCloseable stage : opened) {
            stage.close();
        }
    }

    private Stage<String, String> stage(UnaryOperator<StageBuilder<String, String>> settings) {
        return stage(source, settings);
    }

    private Stage<String, String> stage(Source<String> of, UnaryOperator<StageBuilder<String, String>> settings) {
        Stage<String, String> stage = clock.steer(
                        settings.apply(Stage.builder("steered", String.class, of, text -> text.substring(0, 1))
                                .keeper(Keeper.OFF)
                                .defaultTimeout(Duration.ofSeconds(10))))
                .build();
        opened.add(stage);
        return stage;
    }

    private static <V> Worker<V> start(Callable<V> body) {
        return Worker.start(false, Patience.LIMIT, body);
    }

    private static <M> CallOptions<M> within(Duration timeout) {
        return CallOptions.<M>defaults().timeout(timeout);
    }

    // @start region="example"
    @Test
    void callWithoutAnAnswer_timesOutWhenTheTimeHasCome() throws Exception {
        var clock = new SteerableClock();
        var source = new QueueSource<String>(); // in place of a network
        try (Stage<String, String> stage = clock.steer(
                        Stage.builder("orders", String.class, source, text -> text.substring(0, 2)))
                .defaultTimeout(Duration.ofSeconds(3))
                .build()) {
            CompletableFuture<String> answer = ask(stage, "17");
            clock.awaitWaiters(1);

            clock.advance(Duration.ofMillis(2_999));
            assertThat(answer).isNotDone();
            clock.advance(Duration.ofMillis(1));

            assertThat(answer)
                    .failsWithin(Duration.ofMinutes(1))
                    .withThrowableThat()
                    .withCauseInstanceOf(StageTimeoutException.class);
        }
    }

    private static CompletableFuture<String> ask(Stage<String, String> stage, String token) {
        var answer = new CompletableFuture<String>();
        new Thread(() -> {
                    try {
                        answer.complete(stage.call(token, () -> {}));
                    } catch (Exception e) {
                        answer.completeExceptionally(e);
                    }
                })
                .start();
        return answer;
    }
    // @end

    @Test
    void messageInTime_isDeliveredAndStampedWithTheSteeredTime() throws Exception {
        Stage<String, String> stage = stage(builder -> builder);
        Worker<Long> caller = start(() -> {
            try (Ticket<String, String> ticket = stage.ticket("a")) {
                return ticket.await().receivedAt();
            }
        });
        clock.awaitWaiters(1);

        clock.advance(Duration.ofSeconds(9));
        source.add("answer");

        assertThat(caller.get()).isEqualTo(Duration.ofSeconds(9).toNanos());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void headAndWaiter_eachTimesOutInItsOwnTime(boolean virtual) throws Exception {
        assumeTrue(!virtual || Worker.canBeVirtual(), "this JVM has no virtual threads");
        Stage<String, String> stage = stage(builder -> builder);
        List<Worker<Duration>> callers = new ArrayList<>();
        for (int seconds : new int[] {4, 2, 6}) {
            callers.add(Worker.start(virtual, Patience.LIMIT, () -> {
                try {
                    stage.call(String.valueOf(seconds), within(Duration.ofSeconds(seconds)), () -> {});
                    throw new AssertionError("there was no answer");
                } catch (StageTimeoutException e) {
                    assertThat(e).hasMessageNotContaining("after its deadline");
                    return e.waited();
                }
            }));
            clock.awaitWaiters(callers.size());
        }

        clock.advance(Duration.ofSeconds(60));

        assertThat(callers.get(0).get()).isEqualTo(Duration.ofSeconds(4));
        assertThat(callers.get(1).get()).isEqualTo(Duration.ofSeconds(2));
        assertThat(callers.get(2).get()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void resends_goOutWhenTheyAreDueThoughTheTimeIsMovedAtOnce() throws Exception {
        Stage<String, String> stage = stage(builder -> builder);
        var sent = new CopyOnWriteArrayList<Duration>();
        Worker<String> caller = start(() -> stage.call(
                "a",
                CallOptions.<String>defaults().resend(Resends.doubling(SECOND)),
                () -> sent.add(Duration.ofNanos(clock.nanoTime()))));
        clock.awaitWaiters(1);

        clock.advance(Duration.ofSeconds(10));

        assertThat(caller.failure()).isInstanceOf(StageTimeoutException.class);
        assertThat(sent).containsExactly(Duration.ZERO, SECOND, SECOND.multipliedBy(3), SECOND.multipliedBy(7));
    }

    @Test
    void deadlineOfAFuture_endsItBeforeAdvanceReturns() {
        Stage<String, String> stage =
                stage(builder -> builder.keeper(Keeper.IDLE).executor(Runnable::run));
        var sent = new ArrayList<Duration>();
        CompletableFuture<String> answer = stage.callAsync(
                "a",
                CallOptions.<String>defaults().resend(Resends.doubling(Duration.ofSeconds(4))),
                () -> sent.add(Duration.ofNanos(clock.nanoTime())));

        clock.advance(Duration.ofSeconds(9));
        assertThat(answer).isNotDone();
        clock.advance(SECOND);

        assertThat(answer).isCompletedExceptionally();
        assertThat(answer.handle((got, thrown) -> thrown).join()).isInstanceOf(StageTimeoutException.class);
        assertThat(sent).containsExactly(Duration.ZERO, Duration.ofSeconds(4));
    }

    @Test
    void keeper_triesAFailedSourceAgainWhenItsPauseIsOver() throws Exception {
        Stage<String, String> stage = stage(builder -> builder.onFailure(OnFailure.REOPEN));
        source.fail(new IOException("wire is cut"));
        assertThatThrownBy(() -> stage.call("a", () -> {})).isInstanceOf(SourceFailedException.class);
        clock.awaitKeepers(1);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.FAILED);

        clock.advance(Duration.ofMillis(99));
        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.FAILED);
        clock.advance(Duration.ofMillis(1));

        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
    }

    @Test
    void keeperThatReads_isNoWaiter() throws Exception {
        Stage<String, String> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        clock.awaitKeepers(1);
        Worker<String> caller = start(() -> stage.call("a", () -> {}));
        clock.awaitWaiters(1);

        clock.advance(Duration.ofSeconds(10));

        assertThat(caller.failure()).isInstanceOf(StageTimeoutException.class);
    }

    @Test
    void hour_passesWhileAKeeperReads() {
        Stage<String, String> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        clock.awaitKeepers(1);

        clock.advance(Duration.ofHours(1));

        assertThat(clock.nanoTime()).isEqualTo(Duration.ofHours(1).toNanos());
        assertThat(stage.snapshot(0).role().head()).isNotNull();
    }

    @Test
    void sourceThatCannotBeWoken_noticesTheTimeByItself() throws Exception {
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        Stage<String, String> stage = stage(
                new Source<>() {
                    @Override
                    public String receive(Duration remaining) throws InterruptedException {
                        long millis = Math.min(100, remaining.toMillis());
                        return queue.poll(millis, TimeUnit.MILLISECONDS);
                    }

                    @Override
                    public void close() {}
                },
                builder -> builder);
        Worker<String> caller = start(() -> stage.call("a", within(Duration.ofSeconds(2)), () -> {}));
        clock.awaitWaiters(1);

        clock.advance(Duration.ofSeconds(2));

        assertThat(caller.failure()).isInstanceOf(StageTimeoutException.class);
    }

    @Test
    void udp_timesOutByTheClockToo() throws Exception {
        try (Stage<String, Datagram> stage = clock.steer(Stage.builder(
                        "udp",
                        String.class,
                        UdpSource.builder()
                                .address(InetAddress.getLoopbackAddress())
                                .open(),
                        message -> "a"))
                .build()) {
            Worker<Datagram> caller = start(() -> stage.call("a", within(Duration.ofHours(1)), () -> {}));
            clock.awaitWaiters(1);

            clock.advance(Duration.ofHours(1));

            assertThat(caller.failure()).isInstanceOf(StageTimeoutException.class);
        }
    }

    @Test
    void closedStage_endsItsWaitsThoughTheTimeStands() throws Exception {
        Stage<String, String> stage = stage(builder -> builder);
        Worker<String> head = start(() -> stage.call("a", () -> {}));
        clock.awaitWaiters(1);
        Worker<String> waiter = start(() -> stage.call("b", () -> {}));
        clock.awaitWaiters(2);

        stage.close();

        assertThat(head.failure()).hasMessageContaining("closed");
        assertThat(waiter.failure()).hasMessageContaining("closed");
        clock.advance(SECOND);
    }

    @Test
    void threadThatWaitsForSomethingElse_isNamedByAdvance() throws Exception {
        var hasty = new SteerableClock(Duration.ofMillis(1));
        var goOn = new CountDownLatch(1);
        var sends = new AtomicInteger();
        try (Stage<String, String> stage = hasty.steer(Stage.builder("hasty", String.class, source, text -> text))
                .build()) {
            Worker<String> caller =
                    start(() -> stage.call("a", CallOptions.<String>defaults().resend(Resends.doubling(SECOND)), () -> {
                        if (sends.incrementAndGet() == 2) {
                            goOn.await();
                        }
                    }));
            await().ignoreExceptions().until(() -> {
                hasty.awaitWaiters(1);
                return true;
            });

            assertThatThrownBy(() -> hasty.advance(SECOND))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(caller.thread.getName())
                    .hasMessageContaining("neither waited again nor left its stage");
            goOn.countDown();
            source.add("a");
            assertThat(caller.get()).isEqualTo("a");
        }
    }

    @Test
    void negativeTime_isRefused() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'time' must not be negative, but is PT-0.000000001S");
    }

    @Test
    void m13_waitsInTheWindowsLine_endByTheClock() throws Exception {
        Stage<String, String> stage = stage(builder -> builder.window(1).windowWait(SECOND));
        try (Ticket<String, String> out = stage.ticket("a")) {
            Worker<String> waiter = start(() -> stage.call("b", () -> {}));
            clock.awaitWaiters(1);
            clock.advance(SECOND);

            assertThat(waiter.failure()).hasMessageContaining("no place in the window of stage 'steered' in 1000 ms");
            assertThat(out.token()).isEqualTo("a");
        }
    }

    @Test
    void m12_waitsForAnIssuedToken_endWhenARestIsOver() throws Exception {
        Stage<String, String> stage = stage(builder -> builder.issueRandom(4).rest(SECOND));
        for (int i = 0; i < 16; i++) {
            stage.ticket().close();
        }
        Worker<String> waiter = start(() -> stage.call(id -> source.add(id + " answered")));
        clock.awaitWaiters(1);
        clock.advance(SECOND);

        assertThat(waiter.get()).endsWith(" answered");
    }
}
