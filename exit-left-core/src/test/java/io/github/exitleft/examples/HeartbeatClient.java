package io.github.exitleft.examples;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpHeartbeat;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

// @start region=program
/** Asks over one connection, and finds out by itself when the peer has died. */
final class HeartbeatClient implements AutoCloseable {

    private static final int ECHO = 0;

    private final Stage<Integer, Frame> stage;
    private final TcpSender port;

    HeartbeatClient(InetSocketAddress server, Duration every, Duration timeout) {
        TcpSource source = TcpSource.builder()
                .remote(server)
                .framing(Framing.lengthField(0, 2))
                .open();
        this.stage = Stage.builder("server", Integer.class, source, FrameTokens.at(Integer.class, 2, 4))
                .keeper(Keeper.IDLE)
                .build();
        this.port = stage.backdoor(TcpSender.class);
        TcpHeartbeat.<Integer>of(
                        every,
                        timeout,
                        (asked, patience) -> asked.callAsync(
                                ECHO, CallOptions.<Frame>defaults().timeout(patience), () -> send(ECHO)))
                .start(stage, source);
    }

    /** Returns the answer to a question with that id, which is not {@link #ECHO}. */
    Frame ask(int id) throws IOException, InterruptedException {
        return stage.call(id, () -> send(id));
    }

    private void send(int id) throws IOException {
        port.send(ByteBuffer.allocate(6).putInt(2, id));
    }

    @Override
    public void close() {
        stage.close();
    }
}
// @end
