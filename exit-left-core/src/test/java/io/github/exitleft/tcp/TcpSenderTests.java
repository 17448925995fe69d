package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exitleft.StageFixture;
import io.github.exitleft.TransientSourceException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sending, by any thread: whole frames, one at a time, to a peer that may be slow to read. */
class TcpSenderTests extends StageFixture {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** More than the system takes while the peer does not read. */
    private static final int LARGE = 16 << 20;

    private static final Framing FRAMING = Framing.lengthField(0, 4);

    private Peer peer;
    private TcpSource source;
    private Peer.Line line;

    @BeforeEach
    void open() throws IOException {
        peer = new Peer();
        peer.server.setReceiveBufferSize(65_536);
        source = TcpSource.builder().remote(peer.address()).framing(FRAMING).open();
        line = peer.accept();
    }

    @AfterEach
    void close() throws IOException {
        source.close();
        peer.close();
    }

    private static byte[] payload(int length, int token) {
        return ByteBuffer.allocate(4 + length).putInt(4, token).array();
    }

    /** Reads a frame, and gives its first four bytes. */
    private static int token(Peer.Line line) throws IOException {
        return ByteBuffer.wrap(line.in.readNBytes(line.in.readInt())).getInt();
    }

    private Task<Void> sending(byte[] payload, Duration timeout) {
        return start(() -> {
            source.backdoor().send(ByteBuffer.wrap(payload), timeout);
            return null;
        });
    }

    private void waitsForRoom(Task<?> sender) {
        await().until(() -> sender.isDone() || isBlocked(sender));
    }

    @Test
    void peerThatIsSlowToRead_makesTheSenderWaitAndGetsTheFrameWhole() throws Exception {
        byte[] large = new byte[LARGE];
        new SplittableRandom(1).nextBytes(large);
        Task<Void> sender = sending(large, LONG);
        waitsForRoom(sender);

        assertThat(line.in.readInt()).isEqualTo(LARGE - 4);
        byte[] got = line.in.readNBytes(LARGE - 4);
        sender.get();
        assertThat(ByteBuffer.wrap(got)).isEqualTo(ByteBuffer.wrap(large, 4, LARGE - 4));
    }

    @Test
    void frameThatWasHalfSentInTime_failsTheSourceAndNeverTheNextFrame() throws Exception {
        Task<Frame> reader = start(() -> {
            Frame frame = null;
            while (frame == null) {
                frame = source.receive(LONG);
            }
            return frame;
        });
        await().until(() -> isBlocked(reader));
        assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.allocate(LARGE), Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining(LARGE + " bytes")
                .hasMessageContaining("20 ms")
                .hasMessageMatching(".*, since \\d+ of them were sent");

        assertThat(reader.failure()).isInstanceOf(IOException.class).hasCauseInstanceOf(SocketTimeoutException.class);
        source.backdoor().send(payload(4, 7)); // on a new connection
        assertThat(token(peer.accept())).isEqualTo(7);
        assertThat(line.in.readAllBytes().length)
                .as("the old one ends in the frame")
                .isLessThan(LARGE);
    }

    @Test
    void sendersThatWaitedBehindAHalfSentFrame_failWithItsCause() throws Exception {
        Task<Void> first = sending(payload(LARGE, 1), Duration.ofMillis(200));
        waitsForRoom(first);
        Task<Void> second = sending(payload(4, 2), LONG);
        waitsForRoom(second);

        assertThat(first.failure()).isInstanceOf(SocketTimeoutException.class);
        try {
            second.get(); // on a slow machine it may come so late that it has made a connection of its own
            assertThat(token(peer.accept())).isEqualTo(2);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("lost").hasCauseInstanceOf(SocketTimeoutException.class);
        }
        assertThat(line.in.readAllBytes().length).as("nothing follows the half").isLessThan(LARGE);
    }

    @Test
    void manySendersToAPeerThatStopsReading_allEndAndLeaveNoHalfFrameBeforeTheNext() throws Exception {
        List<Task<Integer>> senders = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            var random = new SplittableRandom(i);
            int sender = i + 1;
            senders.add(start(() -> {
                for (int sent = 0; ; sent++) {
                    byte[] payload = payload(4 + random.nextInt(random.nextInt(4) == 0 ? 300_000 : 3_000), sender);
                    payload[payload.length - 1] = (byte) sender;
                    try {
                        source.backdoor().send(ByteBuffer.wrap(payload), Duration.ofMillis(random.nextInt(20)));
                    } catch (IOException e) {
                        return sent;
                    }
                }
            }));
        }
        int[] sent = new int[17];
        for (int i = 0; i < 16; i++) {
            sent[i + 1] = senders.get(i).get();
        }
        Task<Void> reader = start(() -> {
            while (!readsUntil(99, sent)) {
                // a sender may have made the next one
                line = peer.accept();
            }
            return null;
        });
        await().untilAsserted(() -> {
            try {
                source.receive(Duration.ZERO);
            } catch (IOException | TransientSourceException e) {
                // the next send makes a connection
            }
            assertThatCode(() -> source.backdoor().send(ByteBuffer.wrap(payload(4, 99)), Duration.ZERO))
                    .doesNotThrowAnyException();
        });

        reader.get();
        assertThat(sent).as("sent and not received").containsOnly(0);
    }

    /** Counts down what comes from each sender; returns false if the connection ends before a frame with that token. */
    private boolean readsUntil(int token, int[] sent) throws IOException {
        try {
            while (true) {
                byte[] frame = new byte[line.in.readInt()];
                line.in.readFully(frame);
                int sender = ByteBuffer.wrap(frame).getInt();
                if (sender == token) {
                    return true;
                }
                if (sent[sender] > 0) {
                    assertThat(frame[frame.length - 1]).isEqualTo((byte) sender);
                    sent[sender]--;
                }
            }
        } catch (EOFException e) {
            return false;
        }
    }

    @Test
    void senderBehindAnother_givesUpInTimeAndHarmsNothing() throws Exception {
        Task<Void> first = sending(payload(LARGE, 1), LONG);
        waitsForRoom(first);

        for (Duration timeout : List.of(Duration.ofMillis(1), Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.wrap(payload(4, 2)), timeout))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("nothing was sent");
        }
        assertThat(token(line)).isEqualTo(1);
        first.get();
        source.backdoor().send(payload(4, 3));
        assertThat(token(line)).isEqualTo(3);
        assertThat(source.details()).containsEntry("reconnects", 0L);
    }

    @Test
    void s10_interruptInTheMiddleOfAFrame_finishesTheFrameAndKeepsTheFlag() throws Exception {
        var flag = new AtomicBoolean();
        Task<Void> sender = start(() -> {
            source.backdoor().send(ByteBuffer.wrap(payload(LARGE, 1)), LONG);
            flag.set(Thread.currentThread().isInterrupted());
            return null;
        });
        waitsForRoom(sender);
        sender.thread.interrupt();
        await().untilAsserted(() ->
                assertThat(sender.thread.isInterrupted()).as("taken note of").isFalse());
        waitsForRoom(sender);

        assertThat(token(line)).isEqualTo(1);
        sender.get();
        assertThat(flag).isTrue();
        source.backdoor().send(payload(4, 2));
        assertThat(token(line)).isEqualTo(2);
    }

    @Test
    void s10_interruptOfASenderBehindAnother_sendsNothingAndHarmsNothing() throws Exception {
        Task<Void> first = sending(payload(LARGE, 1), LONG);
        waitsForRoom(first);
        var flag = new AtomicBoolean();
        Task<Void> second = start(() -> {
            try {
                source.backdoor().send(ByteBuffer.wrap(payload(4, 2)), LONG);
            } finally {
                flag.set(Thread.currentThread().isInterrupted());
            }
            return null;
        });
        waitsForRoom(second);
        second.thread.interrupt();

        assertThat(second.failure())
                .isInstanceOf(InterruptedIOException.class)
                .isNotInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("nothing was sent");
        assertThat(flag).isTrue();
        assertThat(token(line)).isEqualTo(1);
        first.get();
        source.backdoor().send(payload(4, 3));
        assertThat(token(line)).isEqualTo(3);
    }

    @Test
    void connectionThatIsLostUnderASender_endsItAtOnceAndThoseBehindIt() throws Exception {
        Task<Void> first = sending(payload(LARGE, 1), LONG);
        waitsForRoom(first);
        Task<Void> second = sending(payload(4, 2), LONG);
        waitsForRoom(second);

        line.reset();

        for (Task<Void> sender : List.of(first, second)) {
            assertThat(sender.failure()).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void m6_connectionThatIsGivenUpWithoutAReader_endsTheSenderAtOnceAndThoseBehindIt() throws Exception {
        Task<Void> first = sending(payload(LARGE, 1), LONG);
        waitsForRoom(first);
        Task<Void> second = sending(payload(4, 2), LONG);
        waitsForRoom(second);

        source.lanes().get(0).current().fail(new IOException("the heartbeat's question was not answered"));

        for (Task<Void> sender : List.of(first, second)) {
            assertThat(sender.failure())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("the heartbeat's question was not answered");
        }
    }

    @Test
    void closeUnderASender_endsItAtOnce() throws Exception {
        Task<Void> sender = sending(payload(LARGE, 1), LONG);
        waitsForRoom(sender);

        source.close();

        assertThat(sender.failure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void noRoomAtAll_isATimeoutThatHarmsNothing() throws Exception {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_SNDBUF, 4_096);
        try (var connection = new Connection(channel, peer.address(), Framing.fixedSize(1), 1)) {
            connection.connect(LONG, null, () -> false);
            Peer.Line other = peer.accept();
            var sent = new AtomicInteger();
            SocketTimeoutException full = null;
            while (full == null) { // a byte is sent or not; it can't be sent in part
                full = timeoutOf(connection, sent);
            }
            assertThat(full).hasMessageContaining("1 bytes").hasMessageContaining("nothing was sent");
            assertThat(connection.isIntact()).isTrue();
            Task<Void> interrupted = start(() -> {
                while (true) { // until there is no room again, if the system has found some meanwhile
                    connection.send(oneByte(), TimeUnit.MINUTES.toNanos(1), false);
                    sent.incrementAndGet();
                }
            });
            waitsForRoom(interrupted);
            interrupted.thread.interrupt();
            assertThat(interrupted.failure())
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("nothing was sent");
            assertThat(connection.isIntact()).isTrue();
            Task<Void> waiter = start(() -> {
                connection.send(oneByte(), TimeUnit.MINUTES.toNanos(1), false);
                return null;
            });

            assertThat(other.in.readNBytes(sent.get() + 1)).hasSize(sent.get() + 1);
            waiter.get();
            assertThat(other.in.available()).isZero();
        }
    }

    @Test
    void failureOfASender_isToldAfterWhatIsThere() throws Exception {
        SocketChannel channel = SocketChannel.open();
        try (var connection = new Connection(channel, peer.address(), Peer.FRAMING, 100)) {
            connection.connect(LONG, null, () -> false);
            peer.accept().frame(7);
            awaitUnread(channel, 6);
            var cause = new IOException("sent in part");
            connection.fail(cause);

            assertThat(Peer.token(connection.receive(0, () -> false))).isEqualTo(7);
            assertThatThrownBy(() -> connection.receive(0, () -> false)).hasCause(cause);
        }
    }

    @Test
    void frameThatIsLongerThanTheBuffer_isThereForOneLook() throws Exception {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        try (var connection = new Connection(channel, peer.address(), Framing.fixedSize(150_000), 150_000)) {
            connection.connect(LONG, null, () -> false);
            Peer.Line other = peer.accept();
            other.write(new byte[150_000]);
            awaitUnread(channel, 150_000);

            assertThat(connection.receive(0, () -> false).length()).isEqualTo(150_000);
        }
    }

    /** Waits until so many bytes are in the system's buffer, of which Linux tells. */
    private static void awaitUnread(SocketChannel channel, int bytes) throws IOException {
        Path table = Path.of("/proc/net/tcp");
        assumeTrue(Files.isReadable(table), "this system does not tell what has not been read");
        int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        String unread = String.format(":%08X", bytes);
        await().untilAsserted(() -> assertThat(List.of(table, Path.of("/proc/net/tcp6")))
                .anySatisfy(file -> assertThat(Files.readAllLines(file)).anySatisfy(row -> {
                    String[] columns = row.trim().split("\\s+");
                    assertThat(columns[1]).endsWith(String.format(":%04X", port));
                    assertThat(columns[4]).endsWith(unread);
                })));
    }

    @Test
    void failureOfASender_isToldAfterWhatHadComeThoughThePeerGoesOnTalking() throws Exception {
        try (var connection = new Connection(SocketChannel.open(), peer.address(), Framing.fixedSize(1), 1)) {
            connection.connect(LONG, null, () -> false);
            Peer.Line talkative = peer.accept();
            talkative.write(new byte[] {1});
            await().untilAsserted(
                            () -> assertThat(connection.receive(0, () -> false)).isNotNull());
            var cause = new IOException("sent in part");
            Task<Void> talker = start(() -> {
                byte[] bytes = new byte[10_000];
                try {
                    while (true) {
                        talkative.write(bytes);
                    }
                } catch (IOException e) {
                    return null; // closed below
                }
            });
            await().until(() -> isBlocked(talker) || connection.receive(0, () -> false) != null);
            connection.fail(cause);

            int frames = 0;
            IOException told = null;
            while (told == null && frames < 1_000_000) {
                try {
                    assertThat(connection.receive(0, () -> false)).isNotNull();
                    frames++;
                } catch (IOException e) {
                    told = e;
                }
            }
            assertThat(told).hasCause(cause);
            assertThat(frames).isPositive();
        }
    }

    private static ByteBuffer[] oneByte() {
        return new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1})};
    }

    private static SocketTimeoutException timeoutOf(Connection connection, AtomicInteger sent) throws IOException {
        try {
            connection.send(oneByte(), TimeUnit.MILLISECONDS.toNanos(20), false);
            sent.incrementAndGet();
            return null;
        } catch (SocketTimeoutException e) {
            return e;
        }
    }

    @Test
    void payload_isSentFromPositionToLimitAndCanBeSentAgain() throws Exception {
        ByteBuffer payload = ByteBuffer.allocate(20).putInt(6, 7).position(2).limit(10);
        source.backdoor().send(payload);
        source.backdoor().send(payload);

        assertThat(payload.position()).isEqualTo(2);
        assertThat(payload.limit()).isEqualTo(10);
        for (int i = 0; i < 2; i++) {
            assertThat(line.in.readInt()).isEqualTo(4);
            assertThat(line.in.readInt()).isEqualTo(7);
        }
    }

    @Test
    void payloadThatCannotBeFramed_isRefusedBeforeAnythingIsSent() throws Exception {
        assertThatThrownBy(() -> source.backdoor().send(new byte[3])).isInstanceOf(IllegalArgumentException.class);

        source.backdoor().send(payload(4, 7));
        assertThat(token(line)).isEqualTo(7);
    }

    @Test
    void eightThreadsSendingFramesOfAllLengths_areNeverMixed() throws Exception {
        int each = 200;
        List<Task<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int base = i * each;
            var random = new SplittableRandom(i);
            senders.add(start(() -> {
                for (int j = 0; j < each; j++) {
                    byte[] payload = payload(4 + random.nextInt(j % 20 == 0 ? 300_000 : 300), base + j);
                    payload[payload.length - 1] = (byte) (base + j);
                    source.backdoor().send(ByteBuffer.wrap(payload), LONG);
                }
                return null;
            }));
        }
        var seen = new BitSet();
        for (int i = 0; i < 8 * each; i++) {
            byte[] frame = line.in.readNBytes(line.in.readInt());
            int token = ByteBuffer.wrap(frame).getInt();
            assertThat(frame[frame.length - 1]).isEqualTo((byte) token);
            seen.set(token);
        }
        assertThat(seen.cardinality()).isEqualTo(8 * each);
        for (Task<Void> sender : senders) {
            sender.get();
        }
    }
}
