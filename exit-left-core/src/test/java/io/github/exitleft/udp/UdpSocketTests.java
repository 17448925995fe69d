package io.github.exitleft.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.StageFixture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sending, by any thread. */
class UdpSocketTests extends StageFixture {

    private static final byte[] PAYLOAD = {1, 2, 3};
    private UdpSource source;
    private DatagramChannel channel;
    private InetSocketAddress peer;

    @BeforeEach
    void open() throws IOException {
        source = UdpSource.builder().address(InetAddress.getLoopbackAddress()).open();
        peer = source.localAddress();
        channel = DatagramChannel.open();
        channel.configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        source.close();
        channel.close();
    }

    @Test
    void unresolvedAddress_isRefusedWithItsName() {
        assertThatThrownBy(() ->
                        source.backdoor().send(InetSocketAddress.createUnresolved("stun.example.org", 3478), PAYLOAD))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stun.example.org")
                .hasMessageContaining("resolve");
    }

    @Test
    void datagramThatIsTooLong_isRefusedAndThePortStaysOpen() throws Exception {
        assertThatThrownBy(() -> source.backdoor().send(peer, new byte[65_508])).isInstanceOf(IOException.class);

        source.backdoor().send(peer, PAYLOAD);
        await().untilAsserted(
                        () -> assertThat(source.receive(Duration.ofMillis(10))).isNotNull());
    }

    @Test
    void closedPort_isAnIoException() throws Exception {
        source.close();

        assertThatThrownBy(() -> source.backdoor().send(peer, PAYLOAD)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> source.backdoor().localAddress()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void payload_isSentFromPositionToLimit() throws Exception {
        ByteBuffer buffer =
                ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}).position(1).limit(4);
        source.backdoor().send(peer, buffer);

        var got = new ArrayList<Datagram>();
        await().untilAsserted(() -> {
            Datagram datagram = source.receive(Duration.ofMillis(10));
            if (datagram != null) {
                got.add(datagram);
            }
            assertThat(got).hasSize(1);
        });
        assertThat(got.get(0).toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void fullSendBuffer_isWaitedForUntilThereIsRoom() throws Exception {
        var tries = new AtomicInteger();
        var socket = new UdpSocket(channel, (payload, to) -> tries.incrementAndGet() < 4 ? 0 : payload.remaining());

        socket.send(peer, PAYLOAD);

        assertThat(tries).hasValue(4);
    }

    @Test
    void fullSendBufferThatStaysFull_isATimeoutAndNeverSilence() {
        var tries = new AtomicInteger();
        var socket = new UdpSocket(channel, (payload, to) -> {
            tries.incrementAndGet();
            return 0;
        });

        assertThatThrownBy(() -> socket.send(peer, PAYLOAD))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("3 bytes")
                .hasMessageContaining(String.valueOf(peer.getPort()));
        assertThat(tries.get()).isGreaterThan(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void s12_fullSendBuffer_isRefusedToAThreadThatMustNotBlock() throws Exception {
        Stage<Integer, Datagram> stage =
                build(Stage.builder("port", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4)));
        Thread here = Thread.currentThread();
        stage.neverBlock(Predicate.isEqual(here));
        UdpSocket socket = source.backdoor();
        socket.send(peer, PAYLOAD); // there is room

        assertThatThrownBy(() -> socket.sendWhenThereIsRoom(peer, ByteBuffer.wrap(PAYLOAD)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("waiting for room to send to " + peer + " would block thread '" + here.getName()
                        + "', which must not block; nothing was sent;");

        start(() -> {
                    socket.sendWhenThereIsRoom(peer, ByteBuffer.wrap(PAYLOAD));
                    return null;
                })
                .get();
    }

    @Test
    void emptyPayload_isNoFullSendBuffer() throws Exception {
        var tries = new AtomicInteger();
        var socket = new UdpSocket(channel, (payload, to) -> {
            tries.incrementAndGet();
            return 0;
        });
        socket.send(peer, new byte[0]);

        assertThat(tries).hasValue(1);
    }

    @Test
    void s10_interruptWhileWaitingForRoom_endsTheSendAndKeepsFlagAndPort() throws Exception {
        var tries = new AtomicInteger();
        var socket = new UdpSocket(channel, (payload, to) -> {
            if (tries.incrementAndGet() == 3) {
                Thread.currentThread().interrupt();
            }
            return 0;
        });
        var flag = new AtomicBoolean();
        Task<Void> sender = start(() -> {
            try {
                socket.send(peer, PAYLOAD);
            } finally {
                flag.set(Thread.currentThread().isInterrupted());
            }
            return null;
        });

        assertThat(sender.failure())
                .isInstanceOf(InterruptedIOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
        assertThat(flag).isTrue();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void eightThreadsSendingWhileAnotherReads_loseNothing() throws Exception {
        int each = 25; // few enough for the receive buffer, so that loopback drops none
        List<Task<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int base = i * each;
            senders.add(start(() -> {
                for (int j = 0; j < each; j++) {
                    source.backdoor()
                            .send(peer, ByteBuffer.allocate(4).putInt(base + j).flip());
                }
                return null;
            }));
        }
        var seen = new BitSet();
        await().untilAsserted(() -> {
            for (Datagram d = source.receive(Duration.ZERO); d != null; d = source.receive(Duration.ZERO)) {
                seen.set(d.payload().getInt());
            }
            assertThat(seen.cardinality()).isEqualTo(8 * each);
        });
        for (Task<Void> sender : senders) {
            sender.get();
        }
    }

    @Test
    void socketWithoutANetwork_givesWhatItSendsToItsSink() throws Exception {
        List<String> sent = new ArrayList<>();
        var local = new InetSocketAddress("127.0.0.1", 4711);
        UdpSocket socket = UdpSocket.of(local, (to, payload) -> sent.add(to + " " + payload.length));
        ByteBuffer payload = ByteBuffer.wrap(PAYLOAD, 1, 2);
        socket.send(peer, payload);
        socket.send(peer, new byte[0]);
        assertThat(sent).containsExactly(peer + " 2", peer + " 0");
        assertThat(payload.hasRemaining()).isFalse();
        assertThat(socket.localAddress()).isEqualTo(local);
    }

    @Test
    void socketWithoutANetwork_throwsWhatItsSinkThrows() {
        var refused = new SocketTimeoutException("no room");
        UdpSocket socket = UdpSocket.of(peer, (to, payload) -> {
            throw refused;
        });
        assertThatThrownBy(() -> socket.send(peer, PAYLOAD)).isSameAs(refused);
        assertThatThrownBy(() -> socket.send(InetSocketAddress.createUnresolved("stun.example.org", 3478), PAYLOAD))
                .hasMessageContaining("resolve");
    }
}
