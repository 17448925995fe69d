package io.github.exitleft.examples;

import static io.github.exitleft.udp.Datagram.from;

import io.github.exitleft.Answer;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Question;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

// @start region=program
/** Asks many servers at once, over one port and on one thread. */
final class AllServersClient {

    private final Stage<Integer, Datagram> stage;
    private final UdpSocket socket;

    AllServersClient(Stage<Integer, Datagram> stage) {
        this.stage = stage;
        this.socket = stage.backdoor(UdpSocket.class);
    }

    /** Returns the servers that answer in time. */
    List<InetSocketAddress> thatAnswer(List<InetSocketAddress> servers, Duration timeout) throws InterruptedException {
        CallOptions<Datagram> options =
                CallOptions.<Datagram>defaults().timeout(timeout).resend(Resends.doubling(Duration.ofMillis(500)));
        return stage.callAll(servers, this::question, options).stream()
                .filter(answer -> answer.failure() == null)
                .map(Answer::peer)
                .toList();
    }

    private Question<Integer, Datagram> question(InetSocketAddress server) {
        int id = ThreadLocalRandom.current().nextInt();
        return Question.of(
                id,
                from(server),
                () -> socket.send(server, ByteBuffer.allocate(4).putInt(id).flip()));
    }
}
// @end
