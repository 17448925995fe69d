package io.github.exitleft.spring.boot.documentation;

import io.github.exitleft.CallOptions;
import io.github.exitleft.PeerToken;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.springframework.stereotype.Component;

// @start region="radius"
@Component
class RadiusClient {

    private final Stage<PeerToken<Integer>, Datagram> radius;
    private final UdpSocket socket;

    RadiusClient(Stage<PeerToken<Integer>, Datagram> radius) {
        this.radius = radius;
        this.socket = radius.backdoor(UdpSocket.class);
    }

    Datagram ask(InetSocketAddress server, byte[] packet) throws IOException, InterruptedException {
        CallOptions<Datagram> options =
                CallOptions.<Datagram>defaults().peer(server).resend(Resends.every(Duration.ofSeconds(1)));
        byte[] request = packet.clone();
        return radius.call(options, token -> {
            request[1] = token.id().byteValue(); // a resend has the same id
            socket.send(server, request);
        });
    }
}
// @end
