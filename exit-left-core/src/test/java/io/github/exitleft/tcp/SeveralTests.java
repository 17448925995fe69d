package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.CallOptions;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several connections behind one stage, of which one is lost. */
class SeveralTests extends StageFixture {

    private static final Duration LONG = Duration.ofSeconds(60);
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Queue<Peer.Line> lines = new ConcurrentLinkedQueue<>();
    private TcpSource source;

    private <C extends AutoCloseable> C opened(C resource) {
        opened.push(resource);
        return resource;
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private Stage<Integer, Frame> stage(TcpSource.Builder builder, UnaryOperator<StageBuilder<Integer, Frame>> more) {
        source = builder.sendTimeout(LONG).open();
        HookedSource<Frame> watched = hooked(source);
        return build(more.apply(Stage.builder("lines", Integer.class, watched, FrameTokens.at(Integer.class, 2, 4))
                .defaultTimeout(LONG)));
    }

    private Stage<Integer, Frame> stage(TcpSource.Builder builder) {
        return stage(builder, settings -> settings.onFailure(OnFailure.FAIL_ALL).keeper(Keeper.OFF));
    }

    private static void send(Stage<Integer, Frame> stage, int token) throws IOException {
        stage.backdoor(TcpSender.class).send(Peer.payload(token));
    }

    private static Frame call(Stage<Integer, Frame> stage, int token) throws IOException, InterruptedException {
        return stage.call(token, () -> send(stage, token));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> connections() {
        return List.copyOf(((Map<String, Map<String, Object>>) source.details().get("connections")).values());
    }

    private List<Object> inFlight() {
        return connections().stream().map(one -> one.get("inFlight")).toList();
    }

    private static void assertLost(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOf(SourceFailedException.class)
                .hasMessageContaining("is lost")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void m6_lostConnection_failsItsOwnCallsAndIsMadeAnewByItself() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(peer.source().connections(2).pick(Pick.ROUND_ROBIN));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        Task<Frame> one = startHead(stage, () -> call(stage, 1));
        Task<Frame> two = startWaiter(stage, () -> call(stage, 2));
        Task<Frame> three = startWaiter(stage, () -> call(stage, 3));
        Task<Frame> four = startWaiter(stage, () -> call(stage, 4));
        assertThat(List.of(first.token(), first.token())).containsExactly(1, 3);
        assertThat(List.of(second.token(), second.token())).containsExactly(2, 4);
        assertThat(inFlight()).containsExactly(2, 2);

        first.frame(3); // which comes before its end
        first.close();

        assertThat(Peer.token(three.get())).isEqualTo(3);
        assertLost(one.failure());
        Peer.Line third = peer.accept();
        await().untilAsserted(() -> assertThat(inFlight()).containsExactly(0, 2));
        second.frame(2);
        assertThat(Peer.token(two.get())).isEqualTo(2);
        Task<Frame> five = startWaiter(stage, () -> call(stage, 5));
        assertThat(third.token()).isEqualTo(5);
        third.frame(5);
        second.frame(4);
        assertThat(Peer.token(five.get())).isEqualTo(5);
        assertThat(Peer.token(four.get())).isEqualTo(4);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(source.details()).containsEntry("reconnects", 1L);
        assertThat(inFlight()).containsExactly(0, 0);
    }

    @Test
    void m6_connectionThatIsReplacedTwiceBeforeAnyRead_endsItsCallsToo() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(peer.source().connections(2).pick(Pick.ROUND_ROBIN));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        var checking = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Task<Frame> head = start(() -> stage.call(
                1,
                frame -> {
                    checking.countDown();
                    return isOpen(goOn);
                },
                () -> send(stage, 1)));
        assertThat(first.token()).isEqualTo(1);
        first.frame(1);
        Patience.await(checking);
        Task<Frame> two = startWaiter(stage, () -> call(stage, 2));
        assertThat(second.token()).isEqualTo(2);
        Task<Frame> three = startWaiter(stage, () -> call(stage, 3));
        assertThat(first.token()).isEqualTo(3);

        for (int i = 0; i < 2; i++) {
            source.lanes().forEach(lane -> lane.current().fail(new IOException("cut")));
            send(stage, 4);
            assertThat(peer.accept().token()).isEqualTo(4);
        }
        goOn.countDown();

        assertThat(Peer.token(head.get())).isEqualTo(1);
        assertLost(two.failure());
        assertLost(three.failure());
    }

    private static boolean isOpen(CountDownLatch latch) {
        try {
            Patience.await(latch);
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void m6_lossOfAll_failsTheStageWhichReopens() throws Exception {
        Peer peer = new Peer();
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(3),
                settings -> settings.onFailure(OnFailure.REOPEN).keeper(Keeper.OFF));
        List<Peer.Line> all = List.of(peer.accept(), peer.accept(), peer.accept());
        List<Task<Frame>> callers = new ArrayList<>();
        callers.add(startHead(stage, () -> call(stage, 0)));
        for (int i = 1; i < 16; i++) {
            int token = i;
            callers.add(startWaiter(stage, () -> call(stage, token)));
        }
        Task<Frame> byHand = startWaiter(stage, () -> stage.call(99, () -> {}));
        assertThat(inFlight()).containsExactlyInAnyOrder(5, 5, 6);
        peer.server.close();
        for (Peer.Line line : all) {
            line.reset();
        }

        for (Task<Frame> caller : callers) {
            assertLost(caller.failure());
        }
        assertLost(byHand.failure());
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.FAILED);
        stage.close();
    }

    @Test
    void connectingAnew_keepsNoCallerWaiting() throws Exception {
        Peer peer = opened(new Peer());
        var openings = new AtomicInteger();
        var go = new CountDownLatch(1);
        Stage<Integer, Frame> stage =
                stage(peer.source().connections(2).pick(Pick.ROUND_ROBIN).opening(line -> {
                    if (openings.incrementAndGet() > 2) {
                        go.await();
                    }
                }));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        Task<Frame> lost = startHead(stage, () -> call(stage, 1));
        first.close();
        assertLost(lost.failure());
        await().until(() -> openings.get() == 3);

        for (int i = 10; i < 20; i++) {
            int token = i;
            Task<Frame> caller = start(() -> call(stage, token));
            assertThat(second.token()).isEqualTo(token);
            second.frame(token);
            assertThat(Peer.token(caller.get())).isEqualTo(token);
        }

        assertThat(connections()).hasSize(1);
        go.countDown();
        await().untilAsserted(() -> assertThat(connections()).hasSize(2));
    }

    @Test
    void m6_lossOfTheOtherWhileOneIsMadeAnew_failsTheStageAndMakesBothAnew() throws Exception {
        Peer peer = opened(new Peer());
        var openings = new AtomicInteger();
        var go = new CountDownLatch(1);
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(2).pick(Pick.ROUND_ROBIN).opening(line -> {
                    if (openings.incrementAndGet() == 3) {
                        go.await();
                    }
                }),
                settings -> settings.onFailure(OnFailure.REOPEN).keeper(Keeper.OFF));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        Task<Frame> one = startHead(stage, () -> call(stage, 1));
        Task<Frame> two = startWaiter(stage, () -> call(stage, 2));
        second.close();
        assertLost(two.failure());
        await().until(() -> openings.get() == 3);

        first.close();

        assertLost(one.failure());
        go.countDown();
        await().untilAsserted(() -> assertThat(connections()).hasSize(2));
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN));
        await().until(() -> keepers(stage).isEmpty());
    }

    @Test
    void s16_closeWhileOneIsMadeAnew_endsThatToo() throws Exception {
        Peer peer = opened(new Peer());
        var openings = new AtomicInteger();
        Stage<Integer, Frame> stage = stage(peer.source().connections(2).opening(line -> {
            if (openings.incrementAndGet() > 2) {
                line.receive(LONG);
            }
        }));
        Peer.Line first = peer.accept();
        peer.accept();
        Task<Frame> lost = startHead(stage, () -> call(stage, 1));
        first.close();
        assertLost(lost.failure());
        await().until(() -> openings.get() == 3);
        Peer.Line third = peer.accept();

        stage.close();

        assertThat(third.in.read()).isEqualTo(-1);
    }

    @Test
    void leastInFlight_isPicked() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(peer.source().connections(2));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        Task<Frame> one = startHead(stage, () -> call(stage, 1));
        Peer.Line slow = inFlight().get(0).equals(1) ? first : second;
        Peer.Line fast = slow == first ? second : first;
        assertThat(slow.token()).isEqualTo(1);
        for (int i = 2; i < 9; i++) {
            int token = i;
            Task<Frame> next = startWaiter(stage, () -> call(stage, token));
            assertThat(fast.token()).isEqualTo(token);
            fast.frame(token);
            assertThat(Peer.token(next.get())).isEqualTo(token);
        }
        slow.frame(1);
        assertThat(Peer.token(one.get())).isEqualTo(1);
    }

    @Test
    void m10_connectionThatAlwaysHasSomething_keepsNoOtherWaiting() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource busy = opened(peer.source().connections(2).open());
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        var many = ByteBuffer.allocate(6 * 10_000);
        while (many.hasRemaining()) {
            many.put(Peer.framed(1));
        }
        Thread writer = Peer.daemon(() -> {
            while (true) {
                first.write(many.array());
            }
        });
        assertThat(Peer.token(TcpSourceTests.receive(busy))).isEqualTo(1);

        second.frame(2);

        int token;
        do {
            token = Peer.token(TcpSourceTests.receive(busy));
        } while (token == 1);
        assertThat(token).isEqualTo(2);
        busy.close();
        Patience.join(writer);
    }

    @Test
    void connectionsThatThePeerClosesWhileIdle_costNoCaller() throws Exception {
        Peer peer = opened(new Peer()).playing(line -> {
            lines.add(line);
            for (int token = line.token(); token >= 0; token = line.token()) {
                line.frame(token);
            }
            line.close();
        });
        Stage<Integer, Frame> stage = stage(peer.source().connections(2), settings -> settings.keeper(Keeper.OFF));
        assertThat(Peer.token(call(stage, 1))).isEqualTo(1);
        await().until(() -> lines.size() == 2);

        for (int i = 2; i < 6; i++) {
            for (Peer.Line line : lines) {
                line.close();
            }
            lines.clear();
            awaitIdleMillisecond();
            assertThat(Peer.token(call(stage, i))).isEqualTo(i);
            await().until(() -> connections().size() == 2 && lines.size() == 2);
        }

        assertThat(stage.snapshot(0).exits().values().stream().mapToLong(n -> n).sum())
                .isEqualTo(5);
    }

    private static void awaitIdleMillisecond() {
        long since = System.nanoTime();
        await().pollInSameThread().until(() -> System.nanoTime() - since > 2 * Reading.IDLE_NANOS);
    }

    @Test
    void number_isCheckedAndAllMustConnect() throws Exception {
        assertThatThrownBy(() -> TcpSource.builder().connections(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'connections' must be from 1 to 1024, but is 0");
        Peer peer = opened(new Peer());
        var openings = new AtomicInteger();
        assertThatThrownBy(() -> peer.source()
                        .connections(2)
                        .opening(line -> {
                            if (openings.incrementAndGet() == 2) {
                                throw new IOException("one is enough");
                            }
                        })
                        .open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("one is enough");
        assertThat(peer.accept().in.read()).isEqualTo(-1);
    }

    @Test
    void heartbeat_failsTheSilentOneOnly() throws Exception {
        Peer peer = opened(new Peer()).playing(line -> {
            lines.add(line);
            for (int token = line.token(); token >= 0; token = line.token()) {
                if (line.number != 0) {
                    line.frame(token);
                }
            }
        });
        Stage<Integer, Frame> stage = stage(peer.source().connections(2), settings -> settings.keeper(Keeper.ALWAYS));
        var tokens = new AtomicInteger(1_000);
        TcpHeartbeat.<Integer>of(Duration.ofMillis(100), Duration.ofMillis(50), (asked, timeout) -> {
                    int token = tokens.incrementAndGet();
                    return asked.callAsync(
                            token, CallOptions.<Frame>defaults().timeout(timeout), () -> send(asked, token));
                })
                .start(stage, source);

        await().untilAsserted(() -> assertThat(source.details()).containsEntry("reconnects", 1L));
        await().untilAsserted(() -> assertThat(connections())
                .hasSize(2)
                .allSatisfy(
                        one -> assertThat((Long) one.get("heartbeatsAnswered")).isPositive()));
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    private static void timeOut(Stage<Integer, Frame> stage, int token) {
        assertThatThrownBy(() -> stage.call(
                        token, CallOptions.<Frame>defaults().timeout(Duration.ZERO), () -> send(stage, token)))
                .isInstanceOf(StageTimeoutException.class);
    }

    private static void assertRests(Stage<Integer, Frame> stage, int token) {
        assertThatThrownBy(() -> stage.ticket(token)).isInstanceOf(TokenInUseException.class);
    }

    private static void untilFree(Stage<Integer, Frame> stage, int token) {
        await().ignoreExceptionsInstanceOf(TokenInUseException.class).until(() -> {
            stage.ticket(token).close();
            return true;
        });
    }

    @Test
    void m11_lossOfOne_freesItsOwnTokensAndNoOthers() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(2).pick(Pick.ROUND_ROBIN),
                settings -> settings.keeper(Keeper.ALWAYS).restUntilAnswered(100));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        timeOut(stage, 1);
        timeOut(stage, 2);
        CompletableFuture<Frame> lost = stage.callAsync(3, () -> send(stage, 3));
        assertThat(List.of(first.token(), second.token(), first.token())).containsExactly(1, 2, 3);

        // the younger one, so that only what its tokens are known to be carried by frees them
        second.close();
        opened(peer.accept());
        // or both would be lost at once, and the stage with them
        await().untilAsserted(() -> assertThat(connections()).hasSize(2));
        untilFree(stage, 2);
        assertRests(stage, 1);

        first.close();
        opened(peer.accept());
        untilFree(stage, 1);
        assertThatThrownBy(() -> Patience.get(lost)).hasCauseInstanceOf(SourceFailedException.class);
        untilFree(stage, 3);
    }

    @Test
    void m11_tokensOfCallsThatALossEnds_renewNoOtherConnection() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(2).pick(Pick.ROUND_ROBIN),
                settings -> settings.keeper(Keeper.ALWAYS).restUntilAnswered(1));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        List<CompletableFuture<Frame>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int token = i;
            asked.add(stage.callAsync(token, () -> send(stage, token)));
        }
        first.close();
        for (int i = 0; i < 10; i += 2) {
            CompletableFuture<Frame> lost = asked.get(i);
            assertThatThrownBy(() -> Patience.get(lost)).hasCauseInstanceOf(SourceFailedException.class);
        }
        opened(peer.accept());

        // their tokens are free at once, and what was asked on the other connection is answered there
        stage.ticket(0).close();
        for (int i = 1; i < 10; i += 2) {
            assertThat(second.token()).isEqualTo(i);
            second.frame(i);
            assertThat(Peer.token(Patience.get(asked.get(i)))).isEqualTo(i);
        }
        assertThat(peer.accepted).hasValue(3);
    }

    @Test
    void m11_tooManyThatRest_renewTheConnectionOfMostOfThemOnce() throws Exception {
        Peer peer = opened(new Peer());
        Stage<Integer, Frame> stage = stage(
                peer.source().connections(2).pick(Pick.ROUND_ROBIN),
                settings -> settings.keeper(Keeper.ALWAYS).restUntilAnswered(3));
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        CompletableFuture<Frame> onFirst = stage.callAsync(100, () -> send(stage, 100));
        timeOut(stage, 1);
        CompletableFuture<Frame> answered = stage.callAsync(101, () -> send(stage, 101));
        timeOut(stage, 2);
        first.frame(101);
        Patience.get(answered);
        CompletableFuture<Frame> alsoAnswered = stage.callAsync(102, () -> send(stage, 102));
        timeOut(stage, 3);
        first.frame(102);
        Patience.get(alsoAnswered);
        timeOut(stage, 4);

        Peer.Line third = opened(peer.accept());
        // the second, by which three of the four were asked
        assertThat(List.of(second.token(), second.token(), second.token(), second.in.read()))
                .containsExactly(1, 2, 3, -1);
        await().untilAsserted(() -> assertThat(connections()).hasSize(2));
        // one only, since its ticket is closed without an answer, so that it rests anew
        untilFree(stage, 1);
        assertRests(stage, 4);
        first.frame(100);
        assertThat(Peer.token(Patience.get(onFirst))).isEqualTo(100);
        assertThat(third.socket.isClosed()).isFalse();
        assertThat(peer.accepted).hasValue(3);
    }

    @Test
    void m10_framesInOrder_haveAnOrderForEachConnection() throws Exception {
        Peer peer = opened(new Peer());
        source = peer.source()
                .connections(2)
                .pick(Pick.ROUND_ROBIN)
                .sendTimeout(LONG)
                .open();
        Stage<Long, Frame> stage = build(Stage.builder("lines", Long.class, source, FrameTokens.order())
                .keeper(Keeper.ALWAYS)
                .defaultTimeout(LONG));
        TcpSender sender = stage.backdoor(TcpSender.class);
        Peer.Line first = peer.accept();
        Peer.Line second = peer.accept();
        List<CompletableFuture<Frame>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] payload = Peer.payload(i);
            asked.add(stage.callAsync(() -> sender.sendInOrder(payload)));
        }
        assertThat(List.of(first.token(), first.token(), first.token())).containsExactly(0, 2, 4);
        assertThat(List.of(second.token(), second.token())).containsExactly(1, 3);

        second.frame(1);
        first.frame(0);
        first.frame(2);
        for (int i = 0; i < 3; i++) {
            assertThat(Peer.token(Patience.get(asked.get(i)))).isEqualTo(i);
        }
        first.close();
        assertThatThrownBy(() -> Patience.get(asked.get(4)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SourceFailedException.class);

        second.frame(3);
        assertThat(Peer.token(Patience.get(asked.get(3)))).isEqualTo(3);
    }

    /** Sixty-four threads while one connection after the other is killed: none gets a wrong answer, and each call ends once. */
    @Test
    void m6_sixtyFourCallersWhileConnectionsAreKilled_getTheirOwnAnswersOrAreToldOnce() throws Exception {
        Peer peer = opened(new Peer()).playing(line -> {
            lines.add(line);
            byte[] question = new byte[10];
            while (true) {
                line.in.readFully(question);
                line.write(question);
            }
        });
        Stage<Integer, Frame> stage = stage(peer.source().connections(2), settings -> settings.keeper(Keeper.IDLE));
        int each = 300;
        var answered = new AtomicLong();
        var told = new AtomicLong();
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int base = i * each;
            callers.add(start(i % 4 == 0 && VirtualThreadSupport.exist(), () -> {
                for (int j = 0; j < each; j++) {
                    int token = base + j;
                    byte[] payload = ByteBuffer.allocate(10)
                            .putInt(2, token)
                            .putInt(6, -token)
                            .array();
                    try {
                        Frame answer = stage.call(
                                token, () -> stage.backdoor(TcpSender.class).send(payload));
                        assertThat(answer.getInt(2)).isEqualTo(token);
                        assertThat(answer.getInt(6)).isEqualTo(-token);
                        answered.incrementAndGet();
                    } catch (SourceFailedException | IOException e) {
                        told.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        int kills = 0;
        while (callers.stream().anyMatch(task -> !task.isDone())) {
            Peer.Line line = lines.size() > 1 ? lines.poll() : null;
            if (line != null) {
                line.reset();
                kills++;
            }
            Thread.onSpinWait();
        }
        for (Task<Void> caller : callers) {
            Patience.join(caller.thread);
            caller.get();
        }
        assertThat(answered.get() + told.get()).isEqualTo(64L * each);
        assertThat(answered.get()).isPositive();
        assertThat(kills).isPositive();
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(answered.get());
        await().untilAsserted(() -> assertThat(inFlight()).containsExactly(0, 0));
    }
}
