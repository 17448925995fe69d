package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.HookedSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageFixture;
import io.github.exitleft.StageListener;
import io.github.exitleft.Ticket;
import io.github.exitleft.TokenReader;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that the peer closes while no answer is awaited: no caller is the worse for it. */
class TcpIdleTests extends StageFixture {

    private static final Duration LONG = Patience.FOR_EVER;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Frame> events = new ConcurrentLinkedQueue<>();
    private final AtomicLong now = new AtomicLong();
    private final Peer peer = new Peer();
    private TcpSource source;
    private int connections = 1;

    /** Runs whenever a reader looks for the end of a frame. */
    private volatile Runnable whileReading = () -> {};

    /** Runs whenever a reader asks what an event is. */
    private volatile Runnable whileRouting = () -> {};

    /** A stage whose frames with a negative number are events. */
    private Stage<Integer, Frame> stage(Keeper keeper, UnaryOperator<StageBuilder<Integer, Frame>> settings) {
        opened.push(peer);
        TcpSource.Builder builder =
                peer.source().framing(framing()).maxFrameSize(1_000).connections(connections);
        builder.clock = now::get;
        source = builder.open();
        HookedSource<Frame> watched = hooked(source);
        var reader = new TokenReader<Integer, Frame>() {
            @Override
            public Integer read(Frame frame) {
                return frame.getInt(2) < 0 ? null : Integer.valueOf(frame.getInt(2));
            }

            @Override
            public boolean isEvent(Frame frame) {
                whileRouting.run();
                return frame.getInt(2) < 0;
            }
        };
        Stage<Integer, Frame> stage = build(settings.apply(Stage.builder("line", Integer.class, watched, reader)
                .keeper(keeper)
                .events(events::add)
                .defaultTimeout(LONG)));
        stage.addListener(new StageListener<>() {
            @Override
            public void failed(Throwable cause) {
                failures.add(cause);
            }
        });
        return stage;
    }

    private Framing framing() {
        return new Framing() {
            @Override
            public long frameLength(ByteBuffer bytes, int seen) {
                whileReading.run();
                return Peer.FRAMING.frameLength(bytes, seen);
            }

            @Override
            public ByteBuffer[] encode(ByteBuffer payload) {
                return Peer.FRAMING.encode(payload);
            }
        };
    }

    private static Runnable waitingFor(CountDownLatch latch) {
        return () -> {
            try {
                Patience.await(latch);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private Stage<Integer, Frame> stage(Keeper keeper) {
        return stage(keeper, builder -> builder);
    }

    private static void send(Stage<Integer, Frame> stage, int token) throws IOException {
        stage.backdoor(TcpSender.class).send(Peer.payload(token));
    }

    private static Frame call(Stage<Integer, Frame> stage, int token) throws Exception {
        return stage.call(token, () -> send(stage, token));
    }

    /** Answers one question that comes on a connection; returns its number. */
    private Task<Integer> answering(Callable<Peer.Line> connection) {
        return start(() -> {
            Peer.Line line = connection.call();
            int token = line.token();
            line.frame(token);
            return token;
        });
    }

    private void exchange(Stage<Integer, Frame> stage, Callable<Peer.Line> connection, int token) throws Exception {
        Task<Integer> answered = answering(connection);
        assertThat(call(stage, token).getInt(2)).isEqualTo(token);
        assertThat(answered.get()).isEqualTo(token);
    }

    private void end(Peer.Line line, boolean reset) throws IOException {
        if (reset) {
            line.reset();
        } else {
            line.close();
        }
        now.addAndGet(Reading.IDLE_NANOS);
    }

    private void untilConnectedAgain(long times) {
        await().untilAsserted(() -> assertThat(source.details()).containsEntry("reconnects", times));
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m6_callAfterThePeerHasClosed_withoutAKeeperIsSentOnANewConnection(boolean reset) throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.OFF);
        Peer.Line first = peer.accept();
        end(first, reset);
        exchange(stage, peer::accept, 1);
        exchange(stage, () -> peerLine(1), 2);
        end(peerLine(1), reset);
        exchange(stage, peer::accept, 3);

        assertThat(failures).isEmpty();
        assertThat(source.details()).containsEntry("reconnects", 2L);
    }

    private Peer.Line peerLine(int number) {
        return peer.line(number);
    }

    @Test
    void m6_otherWaysToAskAfterThePeerHasClosed_areSentOnANewConnectionToo() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.OFF, builder -> builder.issueSequence(16));
        end(peer.accept(), false);
        Task<Integer> answered = answering(peer::accept);
        assertThat(stage.call(token -> send(stage, token)).getInt(2)).isEqualTo(1);
        assertThat(answered.get()).isEqualTo(1);

        end(peerLine(1), false);
        answered = answering(peer::accept);
        assertThat(stage.call(() -> {
                            send(stage, 70_000);
                            return 70_000;
                        })
                        .getInt(2))
                .isEqualTo(70_000);
        assertThat(answered.get()).isEqualTo(70_000);

        end(peerLine(2), false);
        answered = answering(peer::accept);
        try (Ticket<Integer, Frame> ticket = stage.ticket(70_001)) {
            send(stage, 70_001);
            assertThat(ticket.await().message().getInt(2)).isEqualTo(70_001);
        }
        answered.get();
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "ALWAYS"})
    void m6_connectionThatIsClosedUnderAKeeper_isReplacedAndNoFailure(Keeper keeper) throws Exception {
        Stage<Integer, Frame> stage = stage(keeper);
        end(peer.accept(), false);
        Peer.Line second = peer.accept();
        untilConnectedAgain(1);
        exchange(stage, () -> second, 1);

        assertThat(failures).isEmpty();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "ALWAYS"})
    void m6_callRightAfterThePeerHasClosed_waitsForTheKeeperToLook(Keeper keeper) throws Exception {
        Stage<Integer, Frame> stage = stage(keeper);
        Peer.Line line = peer.accept();
        for (int i = 1; i < 20; i++) {
            now.addAndGet(Reading.RENEWAL_NANOS);
            end(line, i % 2 == 0);
            exchange(stage, peer::accept, i);
            line = peerLine(i);
        }

        assertThat(failures).isEmpty();
    }

    @Test
    void m6_callAfterThePeerHasClosed_isNotSentIfTheReaderHadLookedBefore() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        var inRead = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var asked = new CountDownLatch(1);
        whileReading = () -> {
            inRead.countDown();
            waitingFor(goOn).run();
        };
        // or it would find the end before the question is sent
        whileRouting = waitingFor(asked);
        line.frame(-1);
        Patience.await(inRead);
        end(line, false);
        Task<Frame> caller = start(() -> stage.call(1, () -> {
            try {
                send(stage, 1);
            } finally {
                asked.countDown();
            }
        }));
        await().until(() -> isBlocked(caller));
        goOn.countDown();
        Patience.await(asked);
        Peer.Line second = peer.accept();
        assertThat(second.token()).isEqualTo(1);
        second.frame(1);

        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().until(() -> count(stage, MessageOutcome.EVENT) == 1);
        assertThat(failures).isEmpty();
    }

    @Test
    void m15_eventsBeforeTheEnd_areHandedOnThoughACallerLooks() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        var inRead = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        whileReading = () -> {
            inRead.countDown();
            waitingFor(goOn).run();
        };
        line.frame(-1);
        Patience.await(inRead);
        line.frame(-2);
        line.frame(-3);
        end(line, false);
        Task<Frame> caller = start(() -> call(stage, 1));
        await().until(() -> isBlocked(caller));
        goOn.countDown();
        Peer.Line second = peer.accept();
        assertThat(second.token()).isEqualTo(1);
        second.frame(1);

        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().until(() -> count(stage, MessageOutcome.EVENT) == 3);
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void m6_callAfterThePeerHasClosed_waitsForNoKeeperThatHasLeft(int number) throws Exception {
        connections = number;
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        List<Peer.Line> lines = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            lines.add(peer.accept());
        }
        var inRead = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        whileReading = () -> {
            inRead.countDown();
            waitingFor(goOn).run();
        };
        lines.get(0).frame(-1);
        Patience.await(inRead);
        lines.get(0).frame(-2);
        for (Peer.Line line : lines) {
            end(line, false);
        }
        Task<Frame> caller = start(() -> call(stage, 1));
        await().until(() -> isBlocked(caller));
        peer.playing(line -> line.frame(line.token()));
        stage.keeper(Keeper.OFF);
        goOn.countDown();

        // the time of a look stands still, and nothing but the caller itself would read what has come before the end
        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().until(() -> count(stage, MessageOutcome.EVENT) == 1);
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void m15_eventsBeforeTheEnd_areHandedOnThoughACallerLooksWhileTheKeeperIsBetweenTwoReads(int number)
            throws Exception {
        connections = number;
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        List<Peer.Line> lines = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            lines.add(peer.accept());
        }
        var routes = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        whileRouting = () -> {
            routes.countDown();
            waitingFor(goOn).run();
        };
        lines.get(0).frame(-1);
        Patience.await(routes);
        lines.get(0).frame(-2);
        lines.get(0).frame(-3);
        for (Peer.Line line : lines) {
            end(line, false);
        }
        Task<Frame> caller = start(() -> call(stage, 1));
        await().until(() -> isBlocked(caller) || peer.accepted.get() > number);
        peer.playing(line -> line.frame(line.token()));
        goOn.countDown();

        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().until(() -> count(stage, MessageOutcome.EVENT) == 3);
        assertThat(failures).isEmpty();
    }

    @Test
    void m6_callAfterThePeerHasClosedAllOfSeveral_isSentOnANewConnection() throws Exception {
        connections = 3;
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        List<Peer.Line> lines = List.of(peer.accept(), peer.accept(), peer.accept());
        var inRead = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        whileReading = () -> {
            inRead.countDown();
            waitingFor(goOn).run();
        };
        lines.get(0).frame(-1);
        Patience.await(inRead);
        for (Peer.Line line : lines) {
            end(line, false);
        }
        Task<Frame> caller = start(() -> call(stage, 1));
        await().until(() -> isBlocked(caller));
        peer.playing(line -> line.frame(line.token()));
        goOn.countDown();

        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().until(() -> count(stage, MessageOutcome.EVENT) == 1);
        assertThat(failures).isEmpty();
    }

    @Test
    void m6_peerThatClosesAgainAtOnce_isAFailure() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        peer.accept().close();
        peer.accept().close();
        peer.accept();
        untilConnectedAgain(2);

        assertThat(failures).singleElement().asString().contains("the peer closed it");
        now.addAndGet(Reading.RENEWAL_NANOS);
        peerLine(2).close();
        peer.accept();
        untilConnectedAgain(3);
        assertThat(failures).hasSize(1);
        await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN));
    }

    @Test
    void m6_openTicket_isToldOfTheEnd() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        try (Ticket<Integer, Frame> ticket = stage.ticket(1)) {
            line.close();

            assertThatThrownBy(ticket::await).isInstanceOf(SourceFailedException.class);
        }
        assertThat(failures).hasSize(1);
    }

    @Test
    void m6_requestWhoseTokenIsNotKnownYet_isToldOfTheEnd() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        Task<Frame> caller = start(() -> stage.call(() -> {
            send(stage, 5);
            assertThat(line.token()).isEqualTo(5);
            line.close();
            await().until(() -> !failures.isEmpty());
            return 5;
        }));

        assertThat(caller.failure()).isInstanceOf(SourceFailedException.class);
    }

    @Test
    void m15_eventBeforeTheEnd_isHandedOn() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        line.frame(-1);
        line.close();
        peer.accept();
        untilConnectedAgain(1);

        await().untilAsserted(() -> assertThat(events).hasSize(1));
        assertThat(failures).isEmpty();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"000400", "7fff"})
    void m6_partOfAFrameOrRubbish_isAFailureThoughNoAnswerIsAwaited(String bytes) throws Exception {
        stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        line.write(HexFormat.of().parseHex(bytes));
        line.close();
        peer.accept();
        untilConnectedAgain(1);

        assertThat(failures).hasSize(1);
    }

    @Test
    void m6_peerThatHasGone_isWhatTheStageAndItsCallersAreToldOf() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.ALWAYS);
        Peer.Line line = peer.accept();
        peer.server.close();
        line.close();
        await().until(() -> !failures.isEmpty());

        assertThat(failures.peek()).hasMessageContaining("cannot connect to");
        assertThatThrownBy(() -> call(stage, 1)).hasStackTraceContaining("cannot connect to");
    }

    @Test
    void m6_peerThatHasGone_isWhatACallerWithoutAKeeperIsToldOf() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.OFF);
        Peer.Line line = peer.accept();
        peer.server.close();
        end(line, false);

        assertThatThrownBy(() -> call(stage, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect to");
    }

    @Test
    void m6_frameThatWasReadByALook_isReceivedByTheNextReader() throws Exception {
        Stage<Integer, Frame> stage = stage(Keeper.OFF);
        Peer.Line line = peer.accept();
        line.frame(-7);
        line.write(new byte[] {0, 4, 0});
        now.addAndGet(Reading.IDLE_NANOS);
        Task<Frame> caller = start(() -> call(stage, 1));
        assertThat(line.token()).isEqualTo(1);
        line.write(new byte[] {0, 0, 1});

        assertThat(caller.get().getInt(2)).isEqualTo(1);
        await().untilAsserted(() -> assertThat(events).hasSize(1));
    }

    @Test
    void m3_answerThatIsReadWhileASenderReplacesItsConnection_getsToNoCaller() throws Exception {
        opened.push(peer);
        var opening = new CountDownLatch(1);
        var first = new AtomicBoolean(true);
        var inside = new CountDownLatch(1);
        Thread reader = Thread.currentThread();
        var framing = new Framing() {
            @Override
            public long frameLength(ByteBuffer bytes, int seen) {
                if (Thread.currentThread() == reader) {
                    opening.countDown();
                    await().until(() -> source.lanes().get(0).untold() != null);
                }
                return Peer.FRAMING.frameLength(bytes, seen);
            }
        };
        source = TcpSource.builder()
                .remote(peer.address())
                .framing(framing)
                .opening(line -> {
                    if (!first.getAndSet(false)) {
                        inside.countDown();
                        Patience.await(opening);
                    }
                })
                .open();
        opened.push(source);
        peer.accept().frame(1);
        source.lanes().get(0).current().fail(new IOException("as a test wants"));
        Task<Void> sender = start(() -> {
            source.backdoor().send(Peer.framed(1));
            return null;
        });
        Patience.await(inside);

        assertThatThrownBy(() -> source.receive(Duration.ZERO)).hasMessageContaining("as a test wants");
        sender.get();
        assertThat(peer.accept().token()).isEqualTo(1);
    }

    @Test
    void connection_isKeptAliveByTheSystem() throws Exception {
        try (SocketChannel channel = SocketChannel.open();
                var connection = new Connection(channel, peer.address(), Peer.FRAMING, 100)) {
            assertThat(connection.isIntact()).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        } finally {
            peer.close();
        }
    }
}
