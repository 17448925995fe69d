package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Gathered;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Until;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

// @start region=program
/** Asks for something that is answered in several datagrams, the last of which has no payload behind its token. */
final class GatherClient {

    private static final Until<Datagram> LAST_PART =
            Until.<Datagram>matches(part -> part.length() == 4).quiet(Duration.ofSeconds(1));

    private final Stage<Integer, Datagram> stage;
    private final UdpSocket socket;
    private final InetSocketAddress server;

    GatherClient(Stage<Integer, Datagram> stage, InetSocketAddress server) {
        this.stage = stage;
        this.socket = stage.backdoor(UdpSocket.class);
        this.server = server;
    }

    /**
     * Returns all parts, and whether the last one was among them.
     *
     * @throws StageTimeoutException if no part comes in time
     */
    Gathered<Datagram> ask(int id, Duration timeout) throws IOException, InterruptedException {
        CallOptions<Datagram> options = CallOptions.checked(from(server)).timeout(timeout);
        return stage.gather(
                id,
                options,
                LAST_PART,
                () -> socket.send(server, ByteBuffer.allocate(4).putInt(id).flip()));
    }
}
// @end
