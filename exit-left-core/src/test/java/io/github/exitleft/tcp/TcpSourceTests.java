package io.github.exitleft.tcp;

import static io.github.exitleft.tcp.Peer.framed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.StageFixture;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One TCP connection, over real sockets on loopback. */
class TcpSourceTests extends StageFixture {

    private static final Duration LONG = Duration.ofSeconds(60);
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private TcpSource open() {
        return opened(opened(Peer.echoing()).source().open());
    }

    private static void deliver(TcpSource source, int token) throws IOException {
        source.backdoor().send(Peer.payload(token));
    }

    private static int token(Frame message) {
        return Peer.token(message);
    }

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

    static Frame receive(TcpSource source) throws Exception {
        Frame frame = null;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (frame == null && System.nanoTime() - deadline < 0) {
            frame = source.receive(Duration.ofSeconds(1));
        }
        return frame;
    }

    @Test
    void frame_hasPayloadAndPeer() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = opened(peer.source().open());
        Peer.Line line = peer.accept();
        source.backdoor().send(new byte[] {9, 9, 1, 2, 3});
        assertThat(line.in.readNBytes(5)).containsExactly(0, 3, 1, 2, 3);

        line.write(new byte[] {0, 3, 7, 8, 9});

        assertThat(receive(source)).isEqualTo(Frame.of(peer.address(), new byte[] {0, 3, 7, 8, 9}));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void s19_errorInARead_givesTheConnectionUp(int connections) throws Exception {
        Peer peer = opened(new Peer());
        var error = new OutOfMemoryError("in a test");
        var thrown = new AtomicBoolean();
        Framing framing = (bytes, seen) -> {
            if (!thrown.getAndSet(true)) {
                throw error;
            }
            return Peer.FRAMING.frameLength(bytes, seen);
        };
        TcpSource source =
                opened(peer.source().framing(framing).connections(connections).open());
        Peer.Line line = peer.accept();
        line.frame(1);

        // a frame may have been lost by it, after which answers could not be told apart by their order
        assertThatThrownBy(() -> receive(source)).hasRootCause(error);
        assertThat(line.token()).isEqualTo(-1);
        source.restore();
        Frame none = source.receive(Duration.ofSeconds(1));
        assertThat(none).isNull();
        assertThat(source.details()).extracting("reconnects").isEqualTo(1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void s19_frameThatThereIsNoMemoryFor_failsTheSourceOnceAndLeavesNoHalfOfIt(int connections) throws Exception {
        Peer peer = opened(new Peer());
        // no JVM makes an array of that size
        TcpSource source = opened(peer.source()
                .framing(Framing.lengthField(0, 4))
                .maxFrameSize(Integer.MAX_VALUE)
                .connections(connections)
                .open());
        List<Peer.Line> lines = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            lines.add(peer.accept());
        }
        for (Peer.Line line : lines) {
            line.write(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xfb, 1, 2, 3});
        }
        for (Peer.Line line : lines) {
            assertThatThrownBy(() -> receive(source))
                    .isInstanceOf(Exception.class)
                    .hasRootCauseInstanceOf(OutOfMemoryError.class);
        }

        for (Peer.Line line : lines) {
            assertThat(line.token()).as("closed").isEqualTo(-1);
        }
        assertThat(source.receive(LONG)).as("connected").isNull();
        Peer.Line next = peer.accept();
        next.write(new byte[] {0, 0, 0, 1, 9});
        assertThat(receive(source).toByteArray()).containsExactly(0, 0, 0, 1, 9);
    }

    @Test
    void partOfAFrame_isKeptForTheNextReader() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = opened(peer.source().open());
        Peer.Line line = peer.accept();
        for (byte part : Arrays.copyOf(framed(7), 5)) {
            line.write(new byte[] {part});
            assertThat(start(() -> source.receive(Duration.ofNanos(1))).get()).isNull();
        }
        Task<Frame> reader = start(() -> receive(source));
        await().until(() -> isBlocked(reader));

        line.write(new byte[] {7});

        assertThat(token(reader.get())).isEqualTo(7);
    }

    @Test
    void framesThatCameTogether_areThereForMereLooks() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = opened(peer.source().open());
        byte[] glued = new byte[6 * 3 + 4];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(framed(i), 0, glued, 6 * i, 6);
        }
        System.arraycopy(framed(3), 0, glued, 18, 4);
        Peer.Line line = peer.accept();
        line.write(glued);

        assertThat(token(receive(source))).isZero();
        assertThat(token(source.receive(Duration.ZERO))).isEqualTo(1);
        assertThat(token(source.receive(Duration.ZERO))).isEqualTo(2);
        assertThat(source.receive(Duration.ZERO)).isNull();
        line.write(new byte[] {0, 3});
        assertThat(token(receive(source))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wakeupWhileAThreadReads_endsTheReadAtOnce(boolean virtual) throws Exception {
        assumeTrue(!virtual || VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        TcpSource source = open();
        Task<Frame> reader = start(virtual, () -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.wakeup();

        assertThat(reader.get()).isNull();
        Task<Frame> next = start(virtual, () -> source.receive(LONG));
        await().untilAsserted(
                        () -> assertThat(isBlocked(next)).as("woken once only").isTrue());
        source.wakeup();
        assertThat(next.get()).isNull();
    }

    @Test
    void wakeupBeforeALook_staysForTheNextRead() throws Exception {
        TcpSource source = open();
        source.wakeup();
        assertThat(source.receive(Duration.ZERO)).isNull();

        Task<Frame> reader = start(() -> source.receive(LONG));
        assertThat(reader.get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeWhileAThreadReads_endsTheReadAtOnce(boolean virtual) throws Exception {
        assumeTrue(!virtual || VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        TcpSource source = open();
        Task<Frame> reader = start(virtual, () -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.close();

        try {
            assertThat(reader.get()).isNull();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("closed");
        }
        assertThatThrownBy(() -> source.receive(LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> deliver(source, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        source.wakeup();
        source.close();
    }

    @Test
    void s10_interruptWhileReading_leavesAsSuchAndClearsTheFlag() throws Exception {
        TcpSource source = open();
        Task<Boolean> reader = start(() -> {
            try {
                source.receive(LONG);
                return null;
            } catch (InterruptedException e) {
                return Thread.currentThread().isInterrupted();
            }
        });
        await().until(() -> isBlocked(reader));
        reader.thread.interrupt();

        assertThat(reader.get()).isFalse();
        deliver(source, 7);
        assertThat(token(receive(source))).isEqualTo(7);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void s10_interruptFlagOfSenderAndLooker_closesNothing() throws Exception {
        TcpSource source = open();
        Task<Frame> both = start(() -> {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 10; i++) {
                deliver(source, i);
            }
            Frame first = null;
            while (first == null) {
                first = source.receive(Duration.ZERO);
            }
            return first;
        });

        assertThat(token(both.get())).isZero();
        assertThat(token(receive(source))).isEqualTo(1);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    /** How a connection comes to its end, and what is said of it. */
    enum End {
        CLOSED("the peer closed it", EOFException.class) {
            @Override
            void bringAbout(Peer.Line line) throws IOException {
                line.close();
            }
        },
        CLOSED_IN_A_FRAME("in the middle of a frame", EOFException.class) {
            @Override
            void bringAbout(Peer.Line line) throws IOException {
                line.write(new byte[] {0, 4, 1, 2, 3});
                line.close();
            }
        },
        CLOSED_IN_A_LENGTH("in the middle of a frame", EOFException.class) {
            @Override
            void bringAbout(Peer.Line line) throws IOException {
                line.write(new byte[] {0});
                line.close();
            }
        },
        RESET("reset", IOException.class) {
            @Override
            void bringAbout(Peer.Line line) throws IOException {
                line.reset();
            }
        },
        TOO_LONG("longer than the 1000 bytes", FramingException.class) {
            @Override
            void bringAbout(Peer.Line line) throws IOException {
                line.write(new byte[] {-1, -1, 1, 2, 3});
            }
        };

        private final String said;
        private final Class<? extends Throwable> cause;

        End(String said, Class<? extends Throwable> cause) {
            this.said = said;
            this.cause = cause;
        }

        abstract void bringAbout(Peer.Line line) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void m6_endOfTheConnection_isToldOnceAfterWhatCameBeforeAndTheNextReadConnectsAnew(End end) throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = opened(peer.source().maxFrameSize(1_000).open());
        Peer.Line first = peer.accept();
        first.frame(1);
        assertThat(token(receive(source))).isEqualTo(1);
        if (end != End.RESET) { // which may take away what has not been read
            first.frame(2);
        }
        end.bringAbout(first);

        if (end != End.RESET) {
            assertThat(token(receive(source))).isEqualTo(2);
        }
        assertThatThrownBy(() -> receive(source))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(peer.address().getPort()))
                .hasMessageContaining(end.said)
                .hasCauseInstanceOf(end.cause);
        assertThat(source.details()).doesNotContainKeys("localAddress", "connectedSince");
        assertThat(source.receive(LONG)).as("connected, and nothing more").isNull();
        Peer.Line second = peer.accept();
        second.frame(3);
        assertThat(token(receive(source))).isEqualTo(3);
        deliver(source, 4);
        assertThat(second.token()).isEqualTo(4);
        assertThat(source.details()).containsEntry("reconnects", 1L);
    }

    @Test
    void m10_brokenFramingOfOnesOwn_failsWithItsCause() throws Exception {
        Peer peer = opened(new Peer());
        var cause = new IllegalStateException("not today");
        TcpSource source = opened(TcpSource.builder()
                .remote(peer.address())
                .framing((bytes, seen) -> {
                    throw cause;
                })
                .open());
        peer.accept().frame(1);

        assertThatThrownBy(() -> receive(source))
                .isInstanceOf(IOException.class)
                .hasCause(cause);
    }

    @Test
    void partOfAFrameOfAnOldConnection_isNotGluedToTheNext() throws Exception {
        Peer peer = opened(new Peer());
        TcpSource source = opened(peer.source().open());
        Peer.Line first = peer.accept();
        first.write(new byte[] {0, 4, 66, 66});
        first.close();
        assertThatThrownBy(() -> receive(source)).hasMessageContaining("in the middle");
        assertThat(source.receive(LONG)).isNull();

        peer.accept().frame(7);

        assertThat(token(receive(source))).isEqualTo(7);
    }

    @Test
    void details_tellOfTheConnection() throws Exception {
        Peer peer = opened(Peer.echoing());
        Instant before = Instant.now();
        TcpSource source = opened(peer.source().open());

        assertThat(source.type()).isEqualTo("tcp");
        assertThat(source.closesUnderReader()).isTrue();
        assertThat(source.closedByInterrupt()).isFalse();
        assertThat(source.details())
                .containsOnlyKeys("remote", "localAddress", "connectedSince", "reconnects")
                .containsEntry("remote", "127.0.0.1:" + peer.address().getPort())
                .containsEntry("reconnects", 0L);
        assertThat((String) source.details().get("localAddress")).matches("127\\.0\\.0\\.1:\\d+");
        assertThat(Instant.parse((String) source.details().get("connectedSince")))
                .isBetween(before, Instant.now());
    }

    @Test
    void builderWithoutSense_isRefused() {
        TcpSource.Builder builder = TcpSource.builder();

        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("framing");
        assertThatThrownBy(() -> builder.framing(Peer.FRAMING).open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("remote");
        assertThatThrownBy(() -> builder.remote("localhost", 0)).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.remote("localhost", 65_536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> builder.maxFrameSize(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> builder.sendTimeout(Duration.ofSeconds(-1))).hasMessageContaining("PT-1S");
    }

    @Test
    void s13_durationsOfAnySize_haveNanoseconds() {
        assertThat(Nanos.of(Duration.ofSeconds(-1))).isZero();
        assertThat(Nanos.of(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        assertThat(Nanos.of(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))).isPositive();
    }
}
