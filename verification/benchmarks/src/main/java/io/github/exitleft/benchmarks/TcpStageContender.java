package io.github.exitleft.benchmarks;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Ours: a stage over a TCP connection. */
final class TcpStageContender implements Contender {

    private final Stage<Long, Frame> stage;
    private final TcpSender sender;

    TcpStageContender(InetSocketAddress peer) {
        TcpSource source = TcpSource.builder()
                .remote(peer)
                .framing(Framing.lengthField(0, TcpWire.LENGTH_SIZE))
                .open();
        this.stage = Stage.builder(
                        "benchmark", Long.class, source, FrameTokens.at(Long.class, TcpWire.LENGTH_SIZE, Long.BYTES))
                .defaultTimeout(Duration.ofSeconds(Caller.TIMEOUT_SECONDS))
                .maxTickets(100_000)
                .build();
        this.sender = stage.backdoor(TcpSender.class);
    }

    @Override
    public Caller caller() {
        return TcpWire.framing(this::exchange);
    }

    private long exchange(long token, ByteBuffer frame) throws Exception {
        try {
            return stage.call(token, () -> sender.send(frame)).getLong(TcpWire.LENGTH_SIZE + Wire.ANSWER_AT);
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
