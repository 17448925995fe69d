package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.tcp.TlsServer.Line;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes over TLS come and go as over a plain connection, and nothing else is taken for them. */
class TlsTransportTests {

    private static final int CALLERS = 64;
    private static final int EACH = 20;

    /** Longer than a record of TLS, which has 16 KiB at most. */
    private static final int LONG = 40_000;

    private static Frame next(TcpSource source) throws Exception {
        while (true) {
            Frame frame = source.receive(Patience.FOR_EVER);
            if (frame != null) {
                return frame;
            }
        }
    }

    private static void assertNext(TcpSource source, int token) throws Exception {
        assertThat(next(source).getInt(2)).isEqualTo(token);
    }

    private static Throwable failure(TcpSource source) {
        return catchThrowable(() -> next(source));
    }

    /** Answers in any order; every second question and answer is longer than a record. */
    private static void shuffle(Line line) throws Exception {
        shuffle(line, () -> {});
    }

    /** Does something before each answer. */
    private static void shuffle(Line line, TlsServer.Body before) throws Exception {
        var random = new Random(1);
        List<byte[]> pending = new ArrayList<>();
        while (true) {
            while (pending.isEmpty() || line.in().available() > 0 && pending.size() < CALLERS) {
                pending.add(FrameServer.frame(line.in()));
            }
            Collections.shuffle(pending, random);
            int count = 1 + random.nextInt(pending.size());
            for (int i = 0; i < count; i++) {
                before.run();
                line.write(pending.remove(pending.size() - 1));
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            Patience.await(latch);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static <V> FutureTask<V> start(Callable<V> body) {
        var task = new FutureTask<>(body);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static void askWithManyThreads(TcpSource source) throws Exception {
        try (Stage<Integer, Frame> stage = Stage.builder(
                        "tls", Integer.class, source, FrameTokens.at(Integer.class, 2, 4))
                .defaultTimeout(Patience.FOR_EVER)
                .onFailure(OnFailure.FAIL_ALL)
                .keeper(Keeper.OFF)
                .build()) {
            TcpSender sender = stage.backdoor(TcpSender.class);
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                int base = i * EACH;
                callers.add(start(() -> {
                    for (int token = base; token < base + EACH; token++) {
                        byte[] question = new byte[token % 2 == 0 ? 10 : LONG + token];
                        ByteBuffer.wrap(question).putInt(2, token).putInt(question.length - 4, -token);
                        int asked = token;
                        Frame answer =
                                stage.call(token, () -> sender.send(ByteBuffer.wrap(question), Patience.FOR_EVER));
                        assertThat(answer.getInt(2)).isEqualTo(asked);
                        assertThat(answer.length()).isEqualTo(question.length);
                        assertThat(answer.getInt(question.length - 4)).isEqualTo(-asked);
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                Patience.get(caller);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void m1_sixtyFourCallers_eachGetTheirOwnAnswersThoughTheyAreLongerThanARecord(String protocol) throws Exception {
        try (TlsServer server = TlsServer.of(TlsTransportTests::shuffle, protocol)) {
            askWithManyThreads(
                    server.source(Certificates.trusting("authority", protocol)).open());
        }
    }

    @Test
    void m1_changesOfKeysAllTheTime_disturbNoCaller() throws Exception {
        // a server of the JDK must do so by the thread that reads and writes, since its handshakes are not guarded
        try (TlsServer server =
                TlsServer.of(line -> shuffle(line, () -> line.tls().startHandshake()), "TLSv1.3")) {
            askWithManyThreads(server.source(Certificates.trusting()).open());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void m10_recordsThatComeByteByByte_areReadAsIfTheyHadComeAtOnce(String protocol) throws Exception {
        try (TlsServer server = TlsServer.of(
                        line -> {
                            for (int token = 0; token < 20; token++) {
                                line.frame(token);
                            }
                            line.awaitEnd();
                        },
                        protocol);
                Relay relay = new Relay(server.port(), (from, to) -> {
                    for (int next = from.read(); next >= 0; next = from.read()) {
                        to.write(next);
                    }
                });
                TcpSource source =
                        TlsServer.source(relay.port(), Certificates.trusting()).open()) {
            for (int token = 0; token < 20; token++) {
                assertNext(source, token);
            }
        }
    }

    @Test
    void m10_framesOfARecordLongerThanTheBuffer_areReadThoughTheSelectorIsSilent() throws Exception {
        try (TlsServer server = TlsServer.of(line -> {
                    var frames = ByteBuffer.allocate(12_000);
                    for (int token = 0; token < 2_000; token++) {
                        frames.put(TlsServer.framed(token));
                    }
                    line.write(frames.array());
                    line.awaitEnd();
                });
                TcpSource source =
                        server.source(Certificates.trusting()).maxFrameSize(100).open()) {
            for (int token = 0; token < 2_000; token++) {
                assertNext(source, token);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void m10_closeNotifyInTheMiddleOfAFrame_isAFailureAndNoFrameIsMadeOfThePart(String protocol) throws Exception {
        try (TlsServer server = TlsServer.of(
                        line -> {
                            line.frame(1);
                            byte[] part = TlsServer.framed(2);
                            line.socket().getOutputStream().write(part, 0, 4);
                            line.in().readFully(new byte[6]);
                        },
                        protocol);
                Relay relay = new Relay(server.port(), (from, to) -> {
                    for (byte[] record = Relay.record(from); record.length > 5; record = Relay.record(from)) {
                        to.write(record);
                    }
                });
                TcpSource source =
                        TlsServer.source(relay.port(), Certificates.trusting()).open()) {
            assertNext(source, 1);
            assertThat(source.receive(Duration.ZERO)).isNull();
            source.backdoor().send(TlsServer.payload(0));
            assertThat(failure(source)).hasMessageContaining("the peer closed it in the middle of a frame");
        }
    }

    @Test
    void m10_streamThatIsCutOff_isAFailureThatSaysSoAndNoFrameIsMadeOfTheRest() throws Exception {
        var cut = new CountDownLatch(1);
        try (TlsServer server = TlsServer.of(line -> {
                    line.frame(1);
                    line.socket().getOutputStream().write(TlsServer.framed(2), 0, 4);
                    line.awaitEnd();
                });
                Relay relay = new Relay(server.port(), (from, to) -> {
                    TlsServer.daemon(() -> from.transferTo(to));
                    await(cut);
                });
                TcpSource source =
                        TlsServer.source(relay.port(), Certificates.trusting()).open()) {
            assertNext(source, 1);
            cut.countDown();
            assertThat(failure(source))
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(SSLException.class)
                    .hasMessageContaining("the peer closed it without close_notify; what it sent may be cut off");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void m6_closeNotifyOnAConnectionThatStaysOpen_endsItAtOnce(String protocol) throws Exception {
        try (TlsServer server = TlsServer.of(
                        line -> {
                            line.frame(1);
                            if (protocol.equals("TLSv1.3")) {
                                line.tls().shutdownOutput();
                            } else {
                                line.tls().close();
                            }
                            line.awaitEnd();
                        },
                        protocol);
                Relay relay = new Relay(server.port(), (from, to) -> {
                    from.transferTo(to);
                    await(new CountDownLatch(1)); // the client's connection stays open
                });
                TcpSource source =
                        TlsServer.source(relay.port(), Certificates.trusting()).open()) {
            assertNext(source, 1);
            assertThat(failure(source))
                    .hasMessageContaining("the peer closed it")
                    .hasMessageNotContaining("cut off");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void m10_recordThatWasTamperedWith_isAFailureAndNoFrame(String protocol) throws Exception {
        var tamper = new CountDownLatch(1);
        try (TlsServer server = TlsServer.of(
                        line -> {
                            line.frame(1);
                            line.frame(line.token());
                            line.awaitEnd();
                        },
                        protocol);
                Relay relay = new Relay(server.port(), (from, to) -> {
                    for (byte[] record = Relay.record(from); record.length > 5; record = Relay.record(from)) {
                        if (tamper.getCount() == 0) {
                            record[record.length - 1] ^= 1;
                        }
                        to.write(record);
                    }
                });
                TcpSource source =
                        TlsServer.source(relay.port(), Certificates.trusting()).open()) {
            assertNext(source, 1);
            tamper.countDown();
            source.backdoor().send(TlsServer.payload(2));
            assertThat(failure(source)).isInstanceOf(IOException.class).hasCauseInstanceOf(SSLException.class);
        }
    }

    @Test
    void renegotiation_isAFailureThatSaysSo() throws Exception {
        try (TlsServer server = TlsServer.of(
                        line -> {
                            line.frame(1);
                            line.tls().startHandshake();
                            line.awaitEnd();
                        },
                        "TLSv1.2");
                TcpSource source = server.source(Certificates.trusting()).open()) {
            assertNext(source, 1);
            assertThat(failure(source))
                    .hasCauseInstanceOf(SSLException.class)
                    .hasMessageContaining("the peer began a renegotiation, which is refused");
        }
    }

    @Test
    void m6_frameForWhichThereIsNoRoomInTime_isNotSentInPart() throws Exception {
        var read = new CountDownLatch(1);
        try (TlsServer server = TlsServer.of(line -> {
                    line.tls().startHandshake();
                    Patience.await(read);
                    line.awaitEnd();
                });
                TcpSource source = server.source(Certificates.trusting()).open()) {
            byte[] large = new byte[LONG];
            Throwable full = null;
            while (full == null) {
                full = catchThrowable(() -> source.backdoor().send(ByteBuffer.wrap(large), Duration.ofMillis(1)));
            }
            assertThat(full).isInstanceOf(SocketTimeoutException.class);
            // bytes are taken before it shows that there is no room
            assertThat(full).hasMessageContaining("the connection is given up");
            assertThat(failure(source)).hasCauseInstanceOf(SocketTimeoutException.class);
            read.countDown();
        }
    }

    @Test
    void m10_framesThatCameBeforeAFailedWrite_areStillRead() throws Exception {
        var first = new CountDownLatch(1);
        try (TlsServer server = TlsServer.of(line -> {
                    line.frame(1);
                    await(first);
                    line.frame(2);
                });
                TcpSource source = server.source(Certificates.trusting()).open()) {
            assertNext(source, 1);
            first.countDown();
            Throwable lost = null;
            while (lost == null) {
                lost = catchThrowable(() -> source.backdoor().send(TlsServer.payload(0)));
            }
            assertThat(lost).isInstanceOf(IOException.class);
            assertNext(source, 2);
            assertThat(failure(source)).isInstanceOf(IOException.class);
        }
    }
}
