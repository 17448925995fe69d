package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

// @start region=program
/** Asks for something that is answered in several datagrams, the last of which has no payload behind its token. */
final class PartsClient {

    private final Stage<Integer, Datagram> stage;
    private final UdpSocket socket;
    private final InetSocketAddress server;

    PartsClient(Stage<Integer, Datagram> stage, InetSocketAddress server) {
        this.stage = stage;
        this.socket = stage.backdoor(UdpSocket.class);
        this.server = server;
    }

    /**
     * Returns all parts but the last.
     *
     * @throws StageTimeoutException if a part does not come in time
     */
    List<Datagram> ask(int id, Duration timeout) throws IOException, InterruptedException {
        List<Datagram> parts = new ArrayList<>();
        // before sending, or a fast answer would find no ticket
        try (Ticket<Integer, Datagram> ticket = stage.ticket(id, from(server))) {
            socket.send(server, ByteBuffer.allocate(4).putInt(id).flip());
            while (true) {
                Datagram part = ticket.await(timeout).message();
                if (part.length() == 4) {
                    return parts;
                }
                parts.add(part);
            }
        }
    }
}
// @end
