package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.spring.boot.tcp.Certificates.Shown;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;

/** The handshake of TLS is a part of connecting: it ends in time, and with its cause. */
class TlsHandshakeTests {

    private static Throwable refused(TcpSource.Builder source) {
        return catchThrowable(() -> source.open().close());
    }

    private static void exchange(TcpSource source) throws Exception {
        source.backdoor().send(TlsServer.payload(7));
        Frame frame = null;
        while (frame == null) {
            frame = source.receive(Patience.FOR_EVER);
        }
        assertThat(frame.getInt(2)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void certificateThatIsNotTrusted_isRefusedWithItsCause(String protocol) throws Exception {
        try (TlsServer server = TlsServer.showing(Shown.STRANGER, TlsServer::echo, protocol)) {
            assertThat(refused(server.source(Certificates.trusting())))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(
                            "cannot connect to localhost/127.0.0.1:" + server.port() + ": TLS handshake failed: ")
                    .hasMessageContaining("unable to find valid certification path")
                    .hasStackTraceContaining(SSLHandshakeException.class.getName())
                    .hasRootCauseInstanceOf(CertPathBuilderException.class);
        }
    }

    private static boolean endsWithServerHelloDone(byte[] record) {
        return ByteBuffer.wrap(record).getInt(record.length - 4) == 14 << 24;
    }

    @Test
    void serverWhoseCertificateIsRefused_isToldSo() throws Exception {
        try (TlsServer server = TlsServer.showing(Shown.STRANGER, TlsServer::echo, "TLSv1.2");
                Relay relay = new Relay(server.port(), (from, to) -> {
                    // all at once, since a client that closes a connection with something unread takes back what it
                    // sent
                    var flight = new ByteArrayOutputStream();
                    byte[] record = Relay.record(from);
                    while (!endsWithServerHelloDone(record)) {
                        flight.write(record);
                        record = Relay.record(from);
                    }
                    flight.write(record);
                    to.write(flight.toByteArray());
                    from.transferTo(to);
                })) {
            assertThat(refused(TlsServer.source(relay.port(), Certificates.trusting())))
                    .hasMessageContaining("TLS handshake failed: ");
            // an alert of TLS 1.2 with two bytes: it is fatal (2), and the certificate is not known (46)
            assertThat(relay.sent()).endsWith(21, 3, 3, 0, 2, 2, 46);
        }
    }

    @Test
    void certificateForAnotherHost_isRefusedUnlessThatIsAllowed() throws Exception {
        try (TlsServer server = TlsServer.showing(Shown.ELSEWHERE, TlsServer::echo)) {
            assertThat(refused(server.source(Certificates.trusting())))
                    .hasMessageContaining("No subject alternative DNS name matching localhost found")
                    .hasRootCauseInstanceOf(CertificateException.class);
            try (TcpSource source = TlsServer.plainSource(server.port())
                    .transport(new TlsTransports(Certificates.trusting(), false))
                    .open()) {
                exchange(source);
            }
        }
    }

    @Test
    void certificateThatHasExpired_isRefusedWithItsCause() throws Exception {
        try (TlsServer server = TlsServer.showing(Shown.EXPIRED, TlsServer::echo)) {
            assertThat(refused(server.source(Certificates.trusting())))
                    .hasMessageContaining("TLS handshake failed: ")
                    .hasRootCauseInstanceOf(CertificateExpiredException.class);
        }
    }

    @Test
    void certificateForAnAddress_isAcceptedForARemoteThatIsAnAddress() throws Exception {
        try (TlsServer server = TlsServer.of(TlsServer::echo);
                TcpSource source = TcpSource.builder()
                        .remote("127.0.0.1", server.port())
                        .framing(TlsServer.FRAMING)
                        .transport(new TlsTransports(Certificates.trusting(), true))
                        .open()) {
            exchange(source);
        }
    }

    @Test
    void serverName_isSentToTheServer() throws Exception {
        var name = new AtomicReference<String>();
        var over = new CountDownLatch(1);
        try (TlsServer server = TlsServer.showing(Shown.ELSEWHERE, line -> {
                    line.tls().startHandshake();
                    name.set(((ExtendedSSLSession) line.tls().getSession())
                            .getRequestedServerNames()
                            .toString());
                    over.countDown();
                    line.awaitEnd();
                });
                TcpSource source = TcpSource.builder()
                        .remote(new InetSocketAddress(
                                InetAddress.getByAddress("elsewhere.example", new byte[] {127, 0, 0, 1}),
                                server.port()))
                        .framing(TlsServer.FRAMING)
                        .transport(new TlsTransports(Certificates.trusting(), true))
                        .open()) {
            Patience.await(over);
            assertThat(name.get()).contains("elsewhere.example");
            assertThat(source.details()).containsKey("connectedSince");
        }
    }

    @Test
    void serverWithoutTls_isRefusedWithItsCause() throws Exception {
        try (TlsServer server = TlsServer.plain(line -> {
            line.write("220 ready\r\n".getBytes());
            line.awaitEnd();
        })) {
            assertThat(refused(server.source(Certificates.trusting())))
                    .hasMessageContaining("TLS handshake failed: ")
                    .hasRootCauseInstanceOf(SSLException.class);
        }
    }

    @Test
    void serverThatHangsUpInTheHandshake_isTold() throws Exception {
        try (TlsServer server = TlsServer.plain(line -> {
            line.socket().shutdownOutput();
            line.awaitEnd();
        })) {
            assertThat(refused(server.source(Certificates.trusting())))
                    .hasMessageContaining("cannot connect to localhost/127.0.0.1:" + server.port()
                            + ": the peer closed it during the TLS handshake");
        }
    }

    @Test
    void serverThatDoesNotAnswer_isGivenUpInTimeWithAFailureThatNamesTheHandshake() throws Exception {
        try (TlsServer server = TlsServer.plain(TlsServer.Line::awaitEnd)) {
            assertThat(refused(server.source(Certificates.trusting()).connectTimeout(Duration.ofMillis(50))))
                    .hasMessageContaining("it was connected, but the TLS handshake was not over after 50 ms")
                    .hasRootCauseInstanceOf(SocketTimeoutException.class);
        }
    }

    private enum End {
        WAKEUP(TcpSource::wakeup, TransientSourceException.class),
        CLOSE(TcpSource::close, IOException.class);

        private final Consumer<TcpSource> bringAbout;
        private final Class<?> failure;

        End(Consumer<TcpSource> bringAbout, Class<?> failure) {
            this.bringAbout = bringAbout;
            this.failure = failure;
        }
    }

    /** A server that ends its first connection after the handshake, and does not answer that of the second. */
    private static TlsServer silentAtSecond(CountDownLatch silent) {
        return TlsServer.plain(line -> {
            if (silent.getCount() == 2) {
                silent.countDown();
                handshake(line);
            } else {
                line.in().read();
                silent.countDown();
                line.awaitEnd();
            }
        });
    }

    private static void handshake(TlsServer.Line line) throws IOException {
        line.startTls(Shown.GOOD.context()).tls().startHandshake();
    }

    private static TcpSource lost(TlsServer server) {
        TcpSource source = server.source(Certificates.trusting()).open();
        assertThat(catchThrowable(() -> {
                    while (true) {
                        source.receive(Patience.FOR_EVER);
                    }
                }))
                .isInstanceOf(IOException.class);
        return source;
    }

    private static FutureTask<Throwable> reading(TcpSource source) {
        return new FutureTask<>(() -> catchThrowable(() -> source.receive(Patience.FOR_EVER)));
    }

    @ParameterizedTest
    @EnumSource
    void m10_wakeupAndClose_endAHandshakeAtOnce(End end) throws Exception {
        var silent = new CountDownLatch(2);
        try (TlsServer server = silentAtSecond(silent);
                TcpSource source = lost(server)) {
            FutureTask<Throwable> reading = reading(source);
            Thread thread = new Thread(reading);
            thread.setDaemon(true);
            thread.start();
            Patience.await(silent);
            end.bringAbout.accept(source);
            assertThat(Patience.get(reading)).isInstanceOf(end.failure);
        }
    }

    @Test
    void s10_interrupt_endsAHandshakeAndIsNoFailure() throws Exception {
        var silent = new CountDownLatch(2);
        try (TlsServer server = silentAtSecond(silent);
                TcpSource source = lost(server)) {
            FutureTask<Throwable> reading = reading(source);
            Thread thread = new Thread(reading);
            thread.setDaemon(true);
            thread.start();
            Patience.await(silent);
            thread.interrupt();
            assertThat(Patience.get(reading)).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void s10_interruptOfAnOpeningThread_isToldAndKept() throws Exception {
        try (TlsServer server = TlsServer.plain(TlsServer.Line::awaitEnd)) {
            var interrupted = new FutureTask<>(() -> {
                Thread.currentThread().interrupt();
                Throwable failure = refused(server.source(Certificates.trusting()));
                assertThat(Thread.interrupted()).isTrue();
                return failure;
            });
            Thread thread = new Thread(interrupted);
            thread.setDaemon(true);
            thread.start();
            assertThat(Patience.get(interrupted)).hasCauseInstanceOf(InterruptedIOException.class);
        }
    }

    @Test
    void bundleThatWasUpdated_isUsedByTheNextConnection() throws Exception {
        var registry = new DefaultSslBundleRegistry("peer", Certificates.trusting());
        var transports = new TlsTransports(registry.getBundle("peer"), true);
        registry.addBundleUpdateHandler("peer", transports::update);
        try (TlsServer known = TlsServer.of(TlsServer::echo);
                TlsServer stranger = TlsServer.showing(Shown.STRANGER, TlsServer::echo);
                TcpSource before = TlsServer.plainSource(known.port())
                        .transport(transports)
                        .open()) {
            assertThat(refused(TlsServer.plainSource(stranger.port()).transport(transports)))
                    .hasMessageContaining("unable to find valid certification path");

            registry.updateBundle("peer", Certificates.trusting("stranger"));

            try (TcpSource after =
                    TlsServer.plainSource(stranger.port()).transport(transports).open()) {
                exchange(after);
            }
            assertThat(refused(TlsServer.plainSource(known.port()).transport(transports)))
                    .hasMessageContaining("unable to find valid certification path");
            exchange(before);
        }
    }

    @Test
    void idleConnectionThatThePeerEnds_isReplacedBeforeTheNextQuestion() throws Exception {
        var ended = new CountDownLatch(1);
        try (TlsServer server = TlsServer.of(line -> {
                    line.frame(line.token());
                    line.tls().shutdownOutput();
                    ended.countDown();
                    line.awaitEnd();
                });
                Stage<Integer, Frame> stage = Stage.builder(
                                "tls",
                                Integer.class,
                                server.source(Certificates.trusting()).open(),
                                FrameTokens.at(Integer.class, 2, 4))
                        .defaultTimeout(Patience.FOR_EVER)
                        .keeper(Keeper.OFF)
                        .build()) {
            TcpSender sender = stage.backdoor(TcpSender.class);
            assertThat(stage.call(1, () -> sender.send(TlsServer.payload(1))).getInt(2))
                    .isEqualTo(1);
            Patience.await(ended);
            // a source looks only if it was idle for a millisecond
            long since = System.nanoTime();
            await().until(() -> System.nanoTime() - since > 1_000_000);
            assertThat(stage.call(2, () -> sender.send(TlsServer.payload(2))).getInt(2))
                    .isEqualTo(2);
            assertThat(server.accepted()).isEqualTo(2);
        }
    }
}
