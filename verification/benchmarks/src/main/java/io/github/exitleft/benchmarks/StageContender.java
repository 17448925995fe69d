package io.github.exitleft.benchmarks;

import io.github.exitleft.Sender;
import io.github.exitleft.Stage;
import io.github.exitleft.StageBuilder;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Ours: a stage over a UDP port. */
final class StageContender implements Contender {

    private final InetSocketAddress peer;
    private final Stage<Long, Datagram> stage;
    private final UdpSocket socket;
    private final boolean issues;

    private StageContender(
            InetSocketAddress peer, UnaryOperator<StageBuilder<Long, Datagram>> settings, int outlets, boolean issues) {
        this.peer = peer;
        this.issues = issues;
        UdpSource.Builder source = UdpSource.builder()
                .address(InetAddress.getLoopbackAddress())
                .receiveBufferSize(Channels.RECEIVE_BUFFER_SIZE);
        if (outlets > 0) {
            source.outlets(outlets);
        }
        this.stage = settings.apply(Stage.builder(
                                "benchmark", Long.class, source.open(), DatagramTokens.at(Long.class, 0, Long.BYTES))
                        .defaultTimeout(Duration.ofSeconds(Caller.TIMEOUT_SECONDS))
                        .maxTickets(100_000))
                .build();
        this.socket = stage.backdoor(UdpSocket.class);
    }

    static Factory with(UnaryOperator<StageBuilder<Long, Datagram>> settings) {
        return with(settings, 0);
    }

    /** Makes a stage whose port has so many channels that send; zero for as many as it has unless set. */
    static Factory with(UnaryOperator<StageBuilder<Long, Datagram>> settings, int outlets) {
        return peer -> new StageContender(peer, settings, outlets, false);
    }

    /** Makes a stage that issues its tokens, of 64 bits. */
    static Factory issuing() {
        return peer -> new StageContender(peer, stage -> stage.issueRandom(Long.SIZE), 0, true);
    }

    @Override
    public Caller caller() {
        return issues ? this::exchangeWithIssuedToken : new OneThread(stage, socket, peer);
    }

    /** What one thread uses. It is its own sender, since a lambda for each request would count as bytes of the stage. */
    static final class OneThread implements Caller, Sender<IOException> {

        private final Stage<Long, Datagram> stage;
        private final UdpSocket socket;
        private final InetSocketAddress peer;
        private ByteBuffer request = ByteBuffer.allocate(0);

        OneThread(Stage<Long, Datagram> stage, UdpSocket socket, InetSocketAddress peer) {
            this.stage = stage;
            this.socket = socket;
            this.peer = peer;
        }

        @Override
        public long exchange(long token, ByteBuffer request) throws Exception {
            this.request = request;
            try {
                return stage.call(token, this).getLong(Wire.ANSWER_AT);
            } catch (StageTimeoutException e) {
                throw new TimeoutException(e.getMessage());
            }
        }

        @Override
        public void send() throws IOException {
            socket.send(peer, request);
        }
    }

    /** Asks with another token than the given one; returns the answer to that if the answer was right. */
    private long exchangeWithIssuedToken(long token, ByteBuffer request) throws Exception {
        try {
            Datagram answer = stage.call(id -> socket.send(peer, Wire.request(request, id)));
            return answer.getLong(Wire.ANSWER_AT) == Wire.answer(answer.getLong(0)) ? Wire.answer(token) : 0;
        } catch (StageTimeoutException e) {
            throw new TimeoutException(e.getMessage());
        }
    }

    @Override
    public long headChanges() {
        return stage.snapshot(0).role().headChanges();
    }

    @Override
    public long handOvers() {
        return stage.snapshot(0).role().promotions();
    }

    @Override
    public void close() {
        stage.close();
    }
}
