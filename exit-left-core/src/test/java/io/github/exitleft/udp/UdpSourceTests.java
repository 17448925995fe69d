package io.github.exitleft.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.HookedSource;
import io.github.exitleft.LogCapture;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import io.github.exitleft.UnreadableMessageException;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One UDP port, over real sockets on loopback. */
class UdpSourceTests extends StageFixture {

    private static final Duration LONG = Patience.FOR_EVER;
    private final List<AutoCloseable> opened = new ArrayList<>();

    static void deliver(UdpSource source, int token) throws IOException {
        source.backdoor()
                .send(
                        source.localAddress(),
                        ByteBuffer.allocate(4).putInt(token).flip());
    }

    static int token(Datagram message) {
        return message.payload().getInt();
    }

    private <C extends AutoCloseable> C opened(C resource) {
        opened.add(resource);
        return resource;
    }

    private UdpSource source(UdpSource.Builder builder) {
        return opened(builder.address(InetAddress.getLoopbackAddress()).open());
    }

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private static Datagram receive(UdpSource source) throws Exception {
        Datagram datagram = null;
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        while (datagram == null && System.nanoTime() - deadline < 0) {
            datagram = source.receive(Duration.ofSeconds(1));
        }
        return datagram;
    }

    private static void send(UdpSource source, int length) throws IOException {
        source.backdoor().send(source.localAddress(), new byte[length]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void eitherFamilyThroughThePortOfAllInterfaces_givesSenderAndPayload(String host) throws Exception {
        assumeTrue(isLocal(host), host + " is no address of this machine");
        UdpSource source = opened(UdpSource.builder().open());
        assertThat(source.localAddress().getAddress().isAnyLocalAddress()).isTrue();
        try (var peer = new DatagramSocket(new InetSocketAddress(host, 0))) {
            byte[] payload = {1, 2, 3};
            peer.send(new DatagramPacket(
                    payload,
                    3,
                    new InetSocketAddress(host, source.localAddress().getPort())));

            Datagram got = receive(source);

            assertThat(got.toByteArray()).containsExactly(1, 2, 3);
            assertThat(got.sender()).isEqualTo(peer.getLocalSocketAddress());
            assertThat(Datagram.from((InetSocketAddress) peer.getLocalSocketAddress()))
                    .accepts(got);
            source.backdoor().send(got.sender(), got.payload());
            var reply = new DatagramPacket(new byte[8], 8);
            peer.setSoTimeout((int) Patience.LIMIT.toMillis());
            peer.receive(reply);
            assertThat(reply.getLength()).isEqualTo(3);
            assertThat(reply.getPort()).isEqualTo(source.localAddress().getPort());
        }
    }

    private static boolean isLocal(String host) throws Exception {
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    void datagramOfExactlyTheMaximum_isWhole() throws Exception {
        UdpSource source = source(UdpSource.builder().maxDatagramSize(100));
        send(source, 100);

        assertThat(receive(source).length()).isEqualTo(100);
        assertThat(source.details()).containsEntry("truncated", 0L).containsEntry("maxDatagramSize", 100);
    }

    @Test
    void m10_datagramOneByteTooLong_isUnreadableAndCountedAndTheNextOneFine() throws Exception {
        UdpSource source = source(UdpSource.builder().maxDatagramSize(100));
        send(source, 101);
        send(source, 1_000);
        send(source, 99);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> receive(source))
                    .isInstanceOf(UnreadableMessageException.class)
                    .hasMessageContaining("100 bytes")
                    .hasMessageContaining(String.valueOf(source.localAddress().getPort()));
        }
        assertThat(receive(source).length()).isEqualTo(99);
        assertThat(source.details()).containsEntry("truncated", 2L);
    }

    @Test
    void m3_datagramsTooLongOrTooShortForTheToken_areUnreadableOnTheStage() throws Exception {
        UdpSource source = source(UdpSource.builder().maxDatagramSize(100));
        HookedSource<Datagram> watched = hooked(source);
        Stage<Integer, Datagram> stage =
                build(Stage.builder("udp", Integer.class, watched, DatagramTokens.at(Integer.class, 0, 4)));
        Datagram reply = stage.call(7, Datagram.from(source.localAddress()), () -> {
            send(source, 101);
            send(source, 3);
            deliver(source, 7);
        });

        assertThat(token(reply)).isEqualTo(7);
        assertThat(count(stage, MessageOutcome.UNREADABLE)).isEqualTo(2);
    }

    @Test
    void m4_replyOfAStranger_isForeignAndTheTrueOneIsDelivered() throws Exception {
        UdpSource source = source(UdpSource.builder());
        UdpSource stranger = source(UdpSource.builder());
        HookedSource<Datagram> watched = hooked(source);
        Stage<Integer, Datagram> stage =
                build(Stage.builder("udp", Integer.class, watched, DatagramTokens.at(Integer.class, 0, 4)));
        Datagram reply = stage.call(7, Datagram.from(source.localAddress()), () -> {
            stranger.backdoor().send(source.localAddress(), new byte[] {0, 0, 0, 7, 66});
            deliver(source, 7);
        });

        assertThat(reply.length()).isEqualTo(4);
        assertThat(count(stage, MessageOutcome.FOREIGN)).isEqualTo(1);
    }

    @Test
    void emptyDatagram_isADatagram() throws Exception {
        UdpSource source = source(UdpSource.builder());
        send(source, 0);

        assertThat(receive(source).length()).isZero();
    }

    @Test
    void largestDatagram_isWhole() throws Exception {
        UdpSource source = source(UdpSource.builder().maxDatagramSize(65_535));
        send(source, 65_507);

        assertThat(receive(source).length()).isEqualTo(65_507);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wakeupWhileAThreadReads_endsTheReadAtOnce(boolean virtual) throws Exception {
        assumeTrue(!virtual || VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        UdpSource source = source(UdpSource.builder());
        Task<Datagram> reader = start(virtual, () -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.wakeup();

        assertThat(reader.get()).isNull();
    }

    @Test
    void wakeupBeforeALook_staysForTheNextRead() throws Exception {
        UdpSource source = source(UdpSource.builder());
        source.wakeup();
        assertThat(source.receive(Duration.ZERO)).isNull();

        Task<Datagram> reader = start(() -> source.receive(LONG));
        assertThat(reader.get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeWhileAThreadReads_endsTheReadAtOnce(boolean virtual) throws Exception {
        assumeTrue(!virtual || VirtualThreadSupport.exist(), "this JVM has no virtual threads");
        UdpSource source = source(UdpSource.builder());
        Task<Datagram> reader = start(virtual, () -> source.receive(LONG));
        await().until(() -> isBlocked(reader));

        source.close();

        try {
            assertThat(reader.get()).isNull();
        } catch (IOException e) {
            assertThat(reader.isDone()).isTrue();
        }
        assertThatThrownBy(() -> source.receive(LONG)).isInstanceOf(IOException.class);
        source.wakeup();
        source.close();
    }

    @Test
    void s10_interruptWhileReading_leavesAsSuchAndClearsTheFlag() throws Exception {
        UdpSource source = source(UdpSource.builder());
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
    }

    @Test
    void s10_interruptFlagOfSenderAndLooker_closesNothing() throws Exception {
        UdpSource source = source(UdpSource.builder());
        Task<Datagram> both = start(() -> {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 10; i++) {
                deliver(source, i);
            }
            Datagram first = null;
            while (first == null) {
                first = source.receive(Duration.ZERO);
            }
            return first;
        });

        assertThat(token(both.get())).isZero();
        assertThat(token(receive(source))).isEqualTo(1);
    }

    @Test
    void portInUse_isRefusedWithThePortAndTheReason() {
        UdpSource source = source(UdpSource.builder());
        int port = source.localAddress().getPort();

        assertThatThrownBy(() -> source(UdpSource.builder().port(port)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(String.valueOf(port))
                .hasMessageContaining(InetAddress.getLoopbackAddress().toString())
                .hasMessageContaining("in use")
                .hasCauseInstanceOf(BindException.class);
    }

    @Test
    void receiveBuffer_isReadBackAndAWarningSaysThatItWasClamped() {
        UdpSource asAsked = source(UdpSource.builder().receiveBufferSize(65_536));
        assertThat((Integer) asAsked.details().get("receiveBufferSize")).isGreaterThanOrEqualTo(65_536);

        try (var log = new LogCapture("io.github.exitleft.udp")) {
            UdpSource clamped = source(UdpSource.builder().receiveBufferSize(Integer.MAX_VALUE));
            int granted = (Integer) clamped.details().get("receiveBufferSize");

            assertThat(granted).isLessThan(Integer.MAX_VALUE);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARNING")
                    .contains(String.valueOf(granted))
                    .contains(String.valueOf(Integer.MAX_VALUE));
        }
    }

    @Test
    void details_tellWhereItListens() {
        UdpSource source = source(UdpSource.builder());

        assertThat(source.type()).isEqualTo("udp");
        assertThat(source.details())
                .containsEntry(
                        "localAddress", "127.0.0.1:" + source.localAddress().getPort());
        assertThat(source.closesUnderReader()).isTrue();
    }

    @Test
    void builderWithoutSense_isRefused() {
        UdpSource.Builder builder = UdpSource.builder();

        assertThatThrownBy(() -> builder.port(65_536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> builder.port(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> builder.maxDatagramSize(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.maxDatagramSize(65_536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> builder.receiveBufferSize(0)).hasMessageContaining("0");
    }
}
