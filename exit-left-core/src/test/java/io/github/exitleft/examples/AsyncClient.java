package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

// @start region=program
/** Asks without blocking: the keeper, a background thread, reads the answers. */
final class AsyncClient implements AutoCloseable {

    private final Stage<Integer, Datagram> stage = Stage.builder(
                    "async", Integer.class, UdpSource.builder().open(), DatagramTokens.at(Integer.class, 0, 4))
            .keeper(Keeper.ALWAYS)
            .build();

    private final UdpSocket socket = stage.backdoor(UdpSocket.class);

    /** Returns a future of the answer's length; the request is sent again until it comes or the timeout is over. */
    CompletableFuture<Integer> ask(InetSocketAddress server, int id, Duration timeout) throws IOException {
        byte[] request = ByteBuffer.allocate(8).putInt(id).array();
        CallOptions<Datagram> options =
                CallOptions.checked(from(server)).timeout(timeout).resend(Resends.doubling(Duration.ofMillis(500)));
        return stage.callAsync(id, options, () -> socket.send(server, request)).thenApply(Datagram::length);
    }

    @Override
    public void close() {
        stage.close();
    }
}
// @end
