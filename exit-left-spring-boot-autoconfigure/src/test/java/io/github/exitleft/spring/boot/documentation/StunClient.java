package io.github.exitleft.spring.boot.documentation;

import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.springframework.stereotype.Component;

// @start region="client"
@Component
class StunClient {

    private final Stage<String, Datagram> stun;
    private final UdpSocket socket; // can send, cannot read

    StunClient(Stage<String, Datagram> stun) {
        this.stun = stun;
        this.socket = stun.backdoor(UdpSocket.class);
    }

    Datagram ask(InetSocketAddress server, String id, byte[] request) throws IOException, InterruptedException {
        return stun.call(id, Datagram.from(server), () -> socket.send(server, request));
    }
}
// @end
