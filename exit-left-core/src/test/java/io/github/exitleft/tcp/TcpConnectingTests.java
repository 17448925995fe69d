package io.github.exitleft.tcp;

import static io.github.exitleft.tcp.TcpSourceTests.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.StageFixture;
import io.github.exitleft.TransientSourceException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a connection is made, and the next one. */
class TcpConnectingTests extends StageFixture {

    private static final Duration LONG = Duration.ofSeconds(60);
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

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

    /** An address where nothing listens, nor will until the test is over. */
    private InetSocketAddress refusing() throws IOException {
        Socket bound = opened(new Socket());
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return (InetSocketAddress) bound.getLocalSocketAddress();
    }

    /** Makes the peer accept no more, nor refuse: the system answers no attempt to connect while the queue is full. */
    private void goSilent(Peer peer) throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "what a full queue does is known of Linux only");
        for (int i = 0; i < 2; i++) { // one more than the queue is to hold
            opened(new Socket(peer.address().getAddress(), peer.address().getPort()));
        }
    }

    /** A source that has lost its connection and told so, and whose peer does not answer any more. */
    private TcpSource lostToSilence() throws IOException {
        Peer peer = opened(new Peer(1));
        TcpSource source = opened(peer.source().connectTimeout(LONG).open());
        peer.accept().close();
        assertThatThrownBy(() -> receive(source)).hasMessageContaining("closed it");
        goSilent(peer);
        return source;
    }

    /** A source that has lost its connection and told so. */
    private TcpSource lost(Peer peer, TcpSource.Builder settings) throws Exception {
        TcpSource source = opened(settings.open());
        peer.accept().close();
        assertThatThrownBy(() -> receive(source)).hasMessageContaining("closed it");
        return source;
    }

    @Test
    void remoteThatRefuses_isToldWithAddressAndCause() throws Exception {
        InetSocketAddress nothing = refusing();

        assertThatThrownBy(() -> TcpSource.builder()
                        .remote(nothing)
                        .framing(Peer.FRAMING)
                        .open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("127.0.0.1:" + nothing.getPort())
                .hasMessageContaining("refused")
                .hasRootCauseInstanceOf(ConnectException.class);
    }

    @Test
    void hostThatIsUnknown_isToldWithItsName() {
        assertThatThrownBy(() -> TcpSource.builder()
                        .remote("no-such-host.invalid", 1)
                        .framing(Peer.FRAMING)
                        .open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no-such-host.invalid:1")
                .hasMessageContaining("unknown host");
    }

    @Test
    void remotes_areTriedInOrderAndAllFailuresKept() throws Exception {
        Peer first = opened(Peer.echoing());
        Peer second = opened(Peer.echoing());
        InetSocketAddress nothing = refusing();
        TcpSource source = opened(TcpSource.builder()
                .remote("no-such-host.invalid", 1)
                .remote(nothing)
                .remote("127.0.0.1", first.address().getPort())
                .remote(second.address())
                .framing(Peer.FRAMING)
                .open());
        assertThat(source.details())
                .containsEntry("remote", "127.0.0.1:" + first.address().getPort());

        first.close();
        assertThatThrownBy(() -> receive(source)).isInstanceOf(IOException.class);
        assertThat(source.details().get("remote"))
                .asString()
                .contains("no-such-host.invalid:1, ")
                .contains(", 127.0.0.1:" + second.address().getPort());
        assertThat(source.receive(LONG)).isNull();
        assertThat(source.details())
                .containsEntry("remote", "127.0.0.1:" + second.address().getPort());

        second.close();
        assertThatThrownBy(() -> receive(source)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> source.receive(LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(second.address().getPort()))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(3));
    }

    @Test
    void remoteThatDoesNotAnswer_isGivenUpInTime() throws Exception {
        Peer peer = opened(new Peer(1));
        goSilent(peer);

        assertThatThrownBy(() ->
                        peer.source().connectTimeout(Duration.ofMillis(20)).open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no answer for 20 ms")
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void portThatIsConnectedToItself_isRefused() throws Exception {
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (var connection =
                new Connection(channel, (InetSocketAddress) channel.getLocalAddress(), Peer.FRAMING, 100)) {
            assertThatThrownBy(() -> connection.connect(LONG, null, () -> false))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("itself");
        }
    }

    @Test
    void s10_interruptOfAnOpeningThread_isToldAndKept() throws Exception {
        Peer peer = opened(new Peer(1));
        goSilent(peer);
        Task<Boolean> opener = start(() -> {
            try {
                opened(peer.source().connectTimeout(LONG).open());
                return null;
            } catch (UncheckedIOException e) {
                assertThat(e).hasCauseInstanceOf(InterruptedIOException.class);
                return Thread.currentThread().isInterrupted();
            }
        });
        await().until(() -> isBlocked(opener));

        opener.thread.interrupt();

        assertThat(opener.get()).isTrue();
    }

    @Test
    void m10_lookWithoutAConnection_neitherConnectsNorBlocksNorSaysThatAllIsWell() throws Exception {
        TcpSource source = lostToSilence();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> source.receive(Duration.ZERO)).isInstanceOf(TransientSourceException.class);
        }
    }

    @Test
    void m10_wakeupOfAConnectingThread_endsTheAttemptAndIsNoFailure() throws Exception {
        TcpSource source = lostToSilence();
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));
        source.wakeup();
        assertThat(reader.failure()).isInstanceOf(TransientSourceException.class);

        source.wakeup(); // beforehand
        assertThatThrownBy(() -> source.receive(LONG)).isInstanceOf(TransientSourceException.class);
    }

    @Test
    void s10_interruptOfAConnectingThread_isNoFailure() throws Exception {
        TcpSource source = lostToSilence();
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));
        reader.thread.interrupt();
        assertThat(reader.failure()).isInstanceOf(InterruptedException.class);

        Task<Void> sender = start(() -> {
            source.backdoor().send(Peer.payload(1));
            return null;
        });
        await().until(() -> isBlocked(sender));
        sender.thread.interrupt();
        assertThat(sender.failure())
                .isInstanceOf(InterruptedIOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void s16_closeUnderAConnectingThread_endsTheAttemptAndTheWaitsForIt() throws Exception {
        TcpSource source = lostToSilence();
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));
        Task<Void> sender = start(() -> {
            source.backdoor().send(ByteBuffer.wrap(Peer.payload(1)), LONG);
            return null;
        });
        await().until(() -> isBlocked(sender));

        source.close();

        assertThat(reader.failure()).isInstanceOf(IOException.class);
        assertThat(sender.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void s16_closeWhileAnOpeningHangs_endsTheWaitsForIt() throws Exception {
        var openings = new AtomicInteger();
        var gate = new CountDownLatch(1);
        Peer peer = opened(new Peer());
        TcpSource source = lost(peer, peer.source().opening(p -> {
            if (openings.incrementAndGet() == 2) {
                gate.await();
            }
        }));
        Task<Void> sender = start(() -> {
            source.backdoor().send(Peer.payload(1));
            return null;
        });
        await().untilAsserted(() -> assertThat(openings).hasValue(2));
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.close();

        assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
        gate.countDown();
        assertThat(sender.failure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void wakeupWhileASenderConnects_endsTheReadAndNotTheAttempt() throws Exception {
        var gate = new CountDownLatch(1);
        var openings = new AtomicInteger();
        Peer peer = opened(new Peer());
        TcpSource source = lost(peer, peer.source().opening(p -> {
            if (openings.incrementAndGet() == 2) {
                p.receive(LONG);
                gate.await();
            }
        }));
        Task<Void> sender = start(() -> {
            source.backdoor().send(Peer.payload(7));
            return null;
        });
        await().untilAsserted(() -> assertThat(openings).hasValue(2));
        Peer.Line line = peer.accept();
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.wakeup();

        assertThat(reader.failure()).isInstanceOf(TransientSourceException.class);
        Task<Frame> patient = start(() -> receive(source));
        await().until(() -> isBlocked(patient));
        line.frame(1);
        gate.countDown();
        sender.get();
        assertThat(line.token()).isEqualTo(7);
        line.frame(8);
        assertThat(Peer.token(patient.get())).isEqualTo(8);
        assertThat(openings).hasValue(2);
    }

    @Test
    void senderWithoutAConnection_connectsFirst() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = lost(peer, peer.source());

        source.backdoor().send(Peer.payload(7));

        Peer.Line line = peer.accept();
        assertThat(line.token()).isEqualTo(7);
        line.frame(8);
        assertThat(Peer.token(receive(source))).isEqualTo(8);
        assertThat(source.details()).containsEntry("reconnects", 1L);
    }

    @Test
    void sendersWithoutAConnection_shareOneAttemptAndItsFailure() throws Exception {
        var openings = new AtomicInteger();
        var gate = new CountDownLatch(1);
        Peer peer = opened(new Peer());
        TcpSource source = lost(peer, peer.source().opening(p -> {
            if (openings.incrementAndGet() > 1) {
                gate.await();
                throw new IOException("not allowed");
            }
        }));
        Task<Void> first = start(() -> {
            source.backdoor().send(Peer.payload(1));
            return null;
        });
        await().untilAsserted(() -> assertThat(openings).hasValue(2));
        Task<Void> second = start(() -> {
            source.backdoor().send(ByteBuffer.wrap(Peer.payload(2)), LONG);
            return null;
        });
        await().until(() -> isBlocked(second));
        Task<Frame> reader = start(() -> source.receive(LONG));
        await().until(() -> isBlocked(reader));
        assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.wrap(Peer.payload(3)), Duration.ZERO))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("nothing was sent");
        gate.countDown();

        assertThat(first.failure()).isInstanceOf(IOException.class).hasMessageContaining("not allowed");
        assertThat(second.failure()).isInstanceOf(IOException.class).hasMessageContaining("not allowed");
        assertThat(reader.failure()).isInstanceOf(IOException.class).hasMessageContaining("not allowed");
        assertThat(openings).hasValue(2);
    }

    @Test
    void attemptThatWasInterrupted_doesNotFailTheWaitsForIt() throws Exception {
        var openings = new AtomicInteger();
        Peer peer = opened(new Peer());
        TcpSource source = lost(peer, peer.source().opening(p -> {
            if (openings.incrementAndGet() == 2) {
                try {
                    p.receive(LONG);
                } catch (InterruptedException e) {
                    throw new IllegalStateException("wrapped", e);
                }
            }
        }));
        Task<Void> first = start(() -> {
            source.backdoor().send(Peer.payload(1));
            return null;
        });
        await().untilAsserted(() -> assertThat(openings).hasValue(2));
        Task<Frame> reader = start(() -> receive(source));
        await().until(() -> isBlocked(reader));
        peer.accept();
        first.thread.interrupt();

        assertThat(first.failure())
                .isInstanceOf(InterruptedIOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
        peer.accept().frame(7);
        assertThat(Peer.token(reader.get())).isEqualTo(7);
        assertThat(openings).hasValue(3);
    }

    /** A framing that makes its reader wait until the gate is open, and takes what is sent as it is. */
    private record Gated(CountDownLatch reached, CountDownLatch gate) implements Framing {

        Gated() {
            this(new CountDownLatch(1), new CountDownLatch(1));
        }

        @Override
        public long frameLength(ByteBuffer bytes, int seen) {
            reached.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return 1;
        }

        @Override
        public ByteBuffer[] encode(ByteBuffer payload) {
            return new ByteBuffer[] {payload.slice()};
        }
    }

    @Test
    void m6_senderOnAFailedConnectionOfWhichAReaderIsAboutToTell_isRefusedAndDoesNotConnect() throws Exception {
        Peer peer = opened(new Peer());
        peer.server.setReceiveBufferSize(4_096);
        var framing = new Gated();
        TcpSource source = opened(
                TcpSource.builder().remote(peer.address()).framing(framing).open());
        peer.accept().write(new byte[] {1});
        Task<Frame> reader = start(() -> receive(source));
        framing.reached.await();
        assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.allocate(32 << 20), Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class);

        assertThatThrownBy(() -> source.backdoor().send(new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lost")
                .hasCauseInstanceOf(SocketTimeoutException.class);

        framing.gate.countDown();
        assertThat(reader.get().length()).isEqualTo(1);
        assertThatThrownBy(() -> receive(source)).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void m6_failureThatASenderMet_isToldThoughTheNextSenderHasConnected() throws Exception {
        Peer peer = opened(new Peer());
        peer.server.setReceiveBufferSize(4_096);
        TcpSource source = opened(TcpSource.builder()
                .remote(peer.address())
                .framing(Framing.lengthField(0, 4))
                .open());
        peer.accept();
        assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.allocate(32 << 20), Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class);
        source.backdoor().send(new byte[] {0, 0, 0, 0, 7}); // no thread reads, so this connects
        Peer.Line line = peer.accept();
        assertThat(line.in.readNBytes(5)).containsExactly(0, 0, 0, 1, 7);
        line.write(new byte[] {0, 0, 0, 1, 8});

        assertThatThrownBy(() -> source.receive(LONG))
                .as("callers of the old connection are told")
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(receive(source).get(4)).as("once").isEqualTo((byte) 8);
    }

    @Test
    void opening_talksAloneAndWhatItLeavesIsForTheStage() throws Exception {
        Peer peer = opened(new Peer());
        Task<Peer.Line> server = start(() -> {
            Peer.Line line = peer.accept();
            assertThat(line.token()).isEqualTo(1);
            line.write(new byte[] {0, 4, 0, 0, 0, 2, 0, 4, 0, 0, 0, 3, 0, 4, 0}); // glued, and cut
            assertThat(line.token()).isEqualTo(4);
            line.write(new byte[] {0, 0, 5});
            return line;
        });
        TcpSource source = opened(peer.source()
                .opening(p -> {
                    p.send(Peer.payload(1));
                    assertThat(p.remote()).isEqualTo(peer.address());
                    assertThat(Peer.token(p.receive(LONG))).isEqualTo(2);
                    p.send(ByteBuffer.wrap(Peer.payload(4)));
                })
                .open());

        assertThat(Peer.token(receive(source))).isEqualTo(3);
        assertThat(Peer.token(receive(source))).isEqualTo(5);
        server.get();
    }

    @Test
    void openingThatFails_failsTheOpenWithItsCauseAndClosesTheConnection() throws Exception {
        Peer peer = opened(new Peer());
        var cause = new IllegalStateException("logon refused");

        assertThatThrownBy(() -> peer.source()
                        .opening(p -> {
                            throw cause;
                        })
                        .open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("opening")
                .hasMessageContaining("logon refused")
                .hasRootCause(cause);
        assertThat(peer.accept().token()).isEqualTo(-1);
    }

    @Test
    void openingThatFailsOnOneRemote_isTriedOnTheNext() throws Exception {
        Peer standby = opened(new Peer());
        Peer master = opened(Peer.echoing());
        TcpSource source = opened(standby.source()
                .remote(master.address())
                .opening(p -> {
                    if (p.remote().equals(standby.address())) {
                        throw new IOException("ask the other one");
                    }
                })
                .open());

        source.backdoor().send(Peer.payload(7));
        assertThat(Peer.token(receive(source))).isEqualTo(7);
    }

    @Test
    void openingThatGetsNoAnswer_failsInTime() {
        Peer peer = opened(new Peer());

        assertThatThrownBy(() -> peer.source()
                        .opening(p -> p.receive(Duration.ofMillis(20)))
                        .open())
                .hasMessageContaining("no frame")
                .hasMessageContaining("20 ms")
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() ->
                        peer.source().opening(p -> p.receive(Duration.ZERO)).open())
                .hasMessageContaining("no frame");
    }

    @Test
    void openingWhosePeerHangsUpOrTalksRubbish_failsWithThat() {
        Peer closing = opened(new Peer().playing(Peer.Line::close));
        assertThatThrownBy(() -> closing.source().opening(p -> p.receive(LONG)).open())
                .hasMessageContaining("opening")
                .hasRootCauseInstanceOf(IOException.class);

        Peer rubbish = opened(new Peer().playing(line -> line.write(new byte[] {-1, -1})));
        assertThatThrownBy(() -> rubbish.source()
                        .maxFrameSize(100)
                        .opening(p -> p.receive(LONG))
                        .open())
                .hasRootCauseInstanceOf(FramingException.class);
    }

    @Test
    void peerOfAnOpening_isOfNoUseAfterwardsOrElsewhere() throws Exception {
        Peer peer = opened(Peer.echoing());
        var kept = new AtomicReference<Opening.Peer>();
        TcpSource source = opened(peer.source()
                .opening(p -> {
                    kept.set(p);
                    Task<Void> other = start(() -> {
                        p.send(Peer.payload(1));
                        return null;
                    });
                    assertThat(other.failure())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(other.thread.getName());
                })
                .open());

        assertThatThrownBy(() -> kept.get().send(Peer.payload(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.get().receive(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
        source.backdoor().send(Peer.payload(2));
        assertThat(Peer.token(receive(source))).isEqualTo(2);
    }

    @Test
    void openingThatSendsByTheSource_isRefusedInsteadOfWaitingForItself() throws Exception {
        Peer peer = opened(new Peer());
        var source = new AtomicReference<TcpSource>();
        source.set(lost(peer, peer.source().opening(p -> {
            if (source.get() != null) {
                source.get().backdoor().send(Peer.payload(1));
            }
        })));

        assertThatThrownBy(() -> source.get().receive(LONG))
                .isInstanceOf(IOException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("send by the peer");
    }
}
