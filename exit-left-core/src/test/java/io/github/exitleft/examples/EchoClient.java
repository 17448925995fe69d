package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSocket;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

// @start region=program
/** Asks an echo server over one UDP port, whose first four bytes of each datagram are the token. */
final class EchoClient implements AutoCloseable {

    private final InetSocketAddress server;
    private final Stage<Integer, Datagram> stage;
    private final UdpSocket socket;
    private final AtomicInteger ids = new AtomicInteger();

    EchoClient(InetSocketAddress server, Duration timeout) {
        this.server = server;
        this.stage = Stage.builder(
                        "echo", Integer.class, UdpSource.builder().open(), DatagramTokens.at(Integer.class, 0, 4))
                .defaultTimeout(timeout)
                .build();
        this.socket = stage.backdoor(UdpSocket.class);
    }

    /** Returns the server's answer; any number of threads may call this at once. */
    Datagram ask(int payload) throws IOException, InterruptedException {
        int id = ids.incrementAndGet();
        ByteBuffer request = ByteBuffer.allocate(8).putInt(id).putInt(payload).flip();
        return stage.call(id, from(server), () -> socket.send(server, request));
    }

    @Override
    public void close() {
        stage.close();
    }
}
// @end
