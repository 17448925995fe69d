package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.exitleft.StageFixture;
import io.github.exitleft.testing.Patience;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection reads and writes through a transport that is not as simple as a channel, as TLS is not. */
class TransportTests extends StageFixture {

    private static final Duration LONG = Patience.FOR_EVER;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicReference<HoldingTransport> transport = new AtomicReference<>();

    @AfterEach
    void closeWhatWasOpened() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private Transport make(java.nio.channels.SocketChannel channel) {
        var made = new HoldingTransport(channel);
        transport.set(made);
        return made;
    }

    private Peer peer() {
        var peer = new Peer();
        opened.push(peer);
        return peer;
    }

    private static void greet(Peer.Line line) throws IOException {
        assertThat(line.in.read()).isEqualTo(HoldingTransport.HELLO);
        line.socket.getOutputStream().write(HoldingTransport.HELLO);
    }

    private TcpSource.Builder builder(Peer peer) {
        return peer.source().connectTimeout(LONG).sendTimeout(LONG);
    }

    private TcpSource open(TcpSource.Builder builder) {
        TcpSource source = builder.open();
        opened.push(source);
        return source;
    }

    /** Connects, after the greetings have been exchanged. */
    private TcpSource open(Peer peer, AtomicReference<Peer.Line> line) throws Exception {
        Task<TcpSource> opening = start(false, () -> open(builder(peer).transport((channel, remote) -> make(channel))));
        line.set(peer.accept());
        greet(line.get());
        return opening.get();
    }

    private static Frame next(TcpSource source) throws Exception {
        while (true) {
            Frame frame = source.receive(LONG);
            if (frame != null) {
                return frame;
            }
        }
    }

    @Test
    void m10_bytesThatATransportHolds_areReadThoughTheSelectorIsSilent() throws Exception {
        Peer peer = peer();
        var line = new AtomicReference<Peer.Line>();
        TcpSource source = open(peer, line);
        var frames = ByteBuffer.allocate(600);
        for (int token = 0; token < 100; token++) {
            frames.put(Peer.framed(token));
        }
        line.get().write(frames.array());
        for (int token = 0; token < 100; token++) {
            assertThat(Peer.token(next(source))).isEqualTo(token);
        }
        assertThat(transport.get().readsThatWaitedForRoom).isPositive();
        line.get().close();
        assertThatThrownBy(() -> next(source)).hasCauseInstanceOf(EOFException.class);
        assertThat(transport.get().closed).isTrue();
        assertThat(transport.get().channel.isOpen())
                .as("the channel, though closing the transport has failed")
                .isFalse();
    }

    @Test
    void m6_bytesThatATransportHasTaken_arePassedOnBeforeASendIsOver() throws Exception {
        Peer peer = peer();
        var line = new AtomicReference<Peer.Line>();
        TcpSource source = open(peer, line);
        List<Task<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int first = i * 100;
            senders.add(start(false, () -> {
                for (int token = first; token < first + 100; token++) {
                    source.backdoor().send(Peer.payload(token));
                }
                return null;
            }));
        }
        Queue<Integer> got = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 800; i++) {
            got.add(line.get().token());
        }
        for (Task<Void> sender : senders) {
            sender.get();
        }
        assertThat(got).doesNotHaveDuplicates().hasSize(800).allMatch(token -> token >= 0 && token < 800);
    }

    @Test
    void m6_bytesThatATransportHasTakenAndCanNotPassOn_failTheConnection() throws Exception {
        Peer peer = peer();
        var line = new AtomicReference<Peer.Line>();
        TcpSource source = open(peer, line);
        transport.get().stuck = true;
        assertThatThrownBy(() -> source.backdoor().send(ByteBuffer.wrap(Peer.payload(1)), Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("the connection is given up, since 6 of them were sent");
        assertThatThrownBy(() -> next(source)).hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void s10_interruptOfASenderWhoseBytesWereTaken_losesNothing() throws Exception {
        Peer peer = peer();
        var line = new AtomicReference<Peer.Line>();
        TcpSource source = open(peer, line);
        Task<Boolean> sender = start(false, () -> {
            Thread.currentThread().interrupt();
            source.backdoor().send(Peer.payload(1));
            return Thread.interrupted();
        });
        assertThat(sender.get()).as("the interrupt is kept").isTrue();
        assertThat(line.get().token()).isEqualTo(1);
        source.backdoor().send(Peer.payload(2));
        assertThat(line.get().token()).isEqualTo(2);
    }

    @Test
    void transportThatDoesNotStart_isGivenUpInTime() throws Exception {
        Peer peer = peer();
        assertThatThrownBy(() -> builder(peer)
                        .connectTimeout(Duration.ofMillis(20))
                        .transport((channel, remote) -> make(channel))
                        .open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("it was connected, but the TLS handshake was not over after 20 ms")
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
        assertThat(transport.get().closed).isTrue();
        assertThat(transport.get().channel.isOpen()).isFalse();
    }

    @Test
    void transportThatCanNotStart_isTheCause() throws Exception {
        Peer peer = peer();
        peer.playing(line -> line.write(new byte[] {0}));
        assertThatThrownBy(() -> builder(peer)
                        .transport((channel, remote) -> make(channel))
                        .open())
                .hasMessageContaining("cannot connect to " + peer.address() + ": it was no greeting");
        assertThatThrownBy(() -> builder(peer)
                        .transport((channel, remote) -> {
                            throw new IOException("there is none");
                        })
                        .open())
                .hasMessageContaining("cannot connect to " + peer.address() + ": there is none");
    }

    private TcpSource.Builder starting(Peer peer, Opening opening) {
        return builder(peer)
                .transportByOpening((channel, remote) -> make(channel))
                .opening(opening);
    }

    @Test
    void openingThatStartsTls_talksBeforeAndAfter() throws Exception {
        Peer peer = peer().playing(line -> {
            line.frame(line.token());
            greet(line);
            for (int token = line.token(); token >= 0; token = line.token()) {
                line.frame(token);
            }
        });
        TcpSource source = open(starting(peer, other -> {
            other.send(Peer.payload(1));
            assertThat(Peer.token(other.receive(LONG))).isEqualTo(1);
            assertThat(transport.get()).isNull();
            other.startTls();
            assertThat(transport.get()).isNotNull();
            other.send(Peer.payload(2));
            assertThat(Peer.token(other.receive(LONG))).isEqualTo(2);
            assertThatThrownBy(other::startTls)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has been started already");
        }));
        source.backdoor().send(Peer.payload(3));
        assertThat(Peer.token(next(source))).isEqualTo(3);
    }

    @Test
    void bytesThatCameBeforeTlsAndWereNotRead_areRefused() throws Exception {
        for (int extra : new int[] {1, 6, 9}) {
            Peer peer = peer().playing(line -> {
                line.token();
                var more =
                        ByteBuffer.allocate(6 + extra).put(Peer.framed(1)).put(Peer.framed(2), 0, Math.min(6, extra));
                line.write(more.array());
                line.in.read();
            });
            assertThatThrownBy(() -> starting(peer, other -> {
                                other.send(Peer.payload(1));
                                assertThat(Peer.token(other.receive(LONG))).isEqualTo(1);
                                other.startTls();
                            })
                            .open())
                    .hasMessageContaining("more came before TLS than the opening has read; none of it is used");
            assertThat(transport.get()).isNull();
        }
    }

    @Test
    void openingThatGoesOnThoughTlsCanNotBeStarted_sendsNothing() throws Exception {
        Peer peer = peer().playing(line -> {
            line.in.read();
            line.write(new byte[] {0});
            assertThat(line.in.read()).as("what comes without TLS").isNegative();
        });
        var later = new AtomicReference<Throwable>();
        assertThatThrownBy(() -> starting(peer, other -> {
                            assertThatThrownBy(other::startTls).hasMessageContaining("it was no greeting");
                            later.set(catchThrowable(() -> other.send(Peer.payload(1))));
                        })
                        .open())
                .hasMessageContaining("it was no greeting");
        assertThat(later.get()).isInstanceOf(IOException.class).hasMessageContaining("it was no greeting");
    }

    @Test
    void openingThatDoesNotStartTls_isRefused() throws Exception {
        Peer peer = peer().playing(line -> line.in.read());
        assertThatThrownBy(() -> starting(peer, other -> {}).open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("ended without TLS; call startTls() in it");
        assertThatThrownBy(() -> builder(peer)
                        .transportByOpening((channel, remote) -> make(channel))
                        .open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("set an opening that calls startTls()");
    }

    @Test
    void openingThatStartsTlsWhereItIsNotItsTask_isRefused() throws Exception {
        Peer peer = peer().playing(line -> {
            if (line.number == 1) {
                greet(line);
            }
            line.in.read();
        });
        assertThatThrownBy(() -> builder(peer).opening(Opening.Peer::startTls).open())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TLS is not set up");
        assertThatThrownBy(() -> builder(peer)
                        .transport((channel, remote) -> make(channel))
                        .opening(Opening.Peer::startTls)
                        .open())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TLS has been started before the opening");
    }
}
