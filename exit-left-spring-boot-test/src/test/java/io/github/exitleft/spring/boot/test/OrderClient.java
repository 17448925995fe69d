package io.github.exitleft.spring.boot.test;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A client as users write it: an order is a number of four bytes, and its answer is that number and the number of pieces. */
final class OrderClient {

    static final InetSocketAddress WAREHOUSE = new InetSocketAddress("192.0.2.1", 4000);

    private final Stage<Integer, Datagram> orders;
    private final UdpSocket socket;

    OrderClient(Stage<Integer, Datagram> orders) {
        this.orders = orders;
        this.socket = orders.backdoor(UdpSocket.class);
    }

    int piecesOf(int order) throws IOException, InterruptedException {
        byte[] question = ByteBuffer.allocate(4).putInt(order).array();
        var options = CallOptions.<Datagram>checked(Datagram.from(WAREHOUSE))
                .resend(Resends.doubling(Duration.ofSeconds(1)).atMost(1));
        return orders.call(order, options, () -> socket.send(WAREHOUSE, question))
                .payload()
                .getInt(4);
    }

    /** An answer of the warehouse's. */
    static Datagram pieces(int order, int pieces) {
        return Datagram.of(
                WAREHOUSE, ByteBuffer.allocate(8).putInt(order).putInt(pieces).array());
    }
}
