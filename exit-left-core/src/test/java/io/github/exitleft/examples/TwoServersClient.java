package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.Tickets;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

// @start region=program
/** Asks two servers for the same, and takes the answer that comes first. */
final class TwoServersClient {

    private final Stage<Integer, Datagram> stage;
    private final UdpSocket socket;

    TwoServersClient(Stage<Integer, Datagram> stage) {
        this.stage = stage;
        this.socket = stage.backdoor(UdpSocket.class);
    }

    /**
     * Returns the first answer, which tells its server.
     *
     * @throws StageTimeoutException if neither answers in time
     */
    Datagram ask(int id, InetSocketAddress one, int otherId, InetSocketAddress other, Duration timeout)
            throws IOException, InterruptedException {
        try (Ticket<Integer, Datagram> ofOne = stage.ticket(id, from(one));
                Ticket<Integer, Datagram> ofOther = stage.ticket(otherId, from(other))) {
            socket.send(one, ByteBuffer.allocate(4).putInt(id).flip());
            socket.send(other, ByteBuffer.allocate(4).putInt(otherId).flip());
            return Tickets.awaitAny(List.of(ofOne, ofOther), timeout).received().message();
        }
    }
}
// @end
