package io.github.exitleft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Gathered;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The programs of the public Javadoc, against a server on loopback. */
class ExamplesTests {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final DatagramSocket server = open();

    private static DatagramSocket open() {
        try {
            return new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        server.close();
        threads.shutdownNow();
    }

    private InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Receives requests, a given number of them, and only then answers each by as many datagrams as it has lengths. */
    private Future<Void> answer(int requests, int... lengths) {
        return threads.submit(() -> {
            List<DatagramPacket> received = new ArrayList<>();
            while (received.size() < requests) {
                var packet = new DatagramPacket(new byte[64], 64);
                server.receive(packet);
                received.add(0, packet);
            }
            for (DatagramPacket request : received) {
                for (int length : lengths) {
                    server.send(new DatagramPacket(request.getData(), length, request.getSocketAddress()));
                }
            }
            return null;
        });
    }

    @Test
    void echoClient_givesEachThreadItsOwnAnswer() throws Exception {
        Future<Void> answered = answer(3, 8);
        try (var client = new EchoClient(address(), Patience.LIMIT)) {
            List<Future<Datagram>> calls = new ArrayList<>();
            for (int payload = 10; payload < 13; payload++) {
                int asked = payload;
                calls.add(threads.submit(() -> client.ask(asked)));
            }
            for (int payload = 10; payload < 13; payload++) {
                assertThat(Patience.get(calls.get(payload - 10)).payload().getInt(4))
                        .isEqualTo(payload);
            }
        }
        answered.get();
    }

    /** Answers the first question of a connection, and returns its id. */
    private Future<Integer> answerOne(ServerSocket listening) {
        return threads.submit(() -> {
            try (Socket line = listening.accept()) {
                byte[] question = line.getInputStream().readNBytes(6);
                line.getOutputStream().write(question);
                return (int) question[5];
            }
        });
    }

    @Test
    void heartbeatClient_asksForCallersAndForItself() throws Exception {
        try (var listening = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            InetSocketAddress server = (InetSocketAddress) listening.getLocalSocketAddress();
            Future<Integer> first = answerOne(listening);
            try (var client = new HeartbeatClient(server, Patience.FOR_EVER, Patience.LIMIT)) {
                assertThat(client.ask(7).getInt(2)).isEqualTo(7);
            }
            assertThat(Patience.get(first)).isEqualTo(7);
            Future<Integer> second = answerOne(listening);
            var beating = new HeartbeatClient(server, Duration.ofMillis(2), Duration.ofMillis(1));
            try {
                assertThat(Patience.get(second)).isZero();
            } finally {
                beating.close();
            }
        }
    }

    @Test
    void partsClient_collectsAllParts() throws Exception {
        Future<Void> answered = answer(1, 8, 16, 4);
        UdpSource source = UdpSource.builder().open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "parts", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .build()) {
            List<Datagram> parts = new PartsClient(stage, address()).ask(7, Patience.LIMIT);

            assertThat(parts).extracting(Datagram::length).containsExactly(8, 16);
            assertThat(parts).extracting(part -> part.payload().getInt()).containsOnly(7);
            assertThat(stage.snapshot(0).role().tickets()).isZero();
        }
        answered.get();
    }

    @Test
    void gatherClient_collectsAllPartsWithTheLast() throws Exception {
        Future<Void> answered = answer(1, 8, 16, 4);
        UdpSource source = UdpSource.builder().open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "parts", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .build()) {
            Gathered<Datagram> gathered = new GatherClient(stage, address()).ask(7, Patience.LIMIT);

            assertThat(gathered.messages()).extracting(Datagram::length).containsExactly(8, 16, 4);
            assertThat(gathered.end()).isEqualTo(Gathered.End.MATCHED);
        }
        answered.get();
    }

    @Test
    void twoServersClient_takesTheFirstAnswer() throws Exception {
        Future<Void> answered = answer(2, 8);
        UdpSource source = UdpSource.builder().open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "parts", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .build()) {
            Datagram first = new TwoServersClient(stage).ask(7, address(), 8, address(), Patience.LIMIT);

            assertThat(first.payload().getInt()).isIn(7, 8);
            assertThat(stage.snapshot(0).role().tickets()).isZero();
        }
        answered.get();
    }

    @Test
    void allServersClient_saysWhichServersAnswer() throws Exception {
        Future<Void> answered = answer(1, 8);
        UdpSource source = UdpSource.builder().open();
        try (Stage<Integer, Datagram> stage = Stage.builder(
                        "parts", Integer.class, source, DatagramTokens.at(Integer.class, 0, 4))
                .build()) {
            assertThat(new AllServersClient(stage).thatAnswer(List.of(address()), Patience.LIMIT))
                    .containsExactly(address());
        }
        answered.get();
    }

    @Test
    void asyncClient_sendsAgainUntilTheAnswerComes() throws Exception {
        try (var client = new AsyncClient()) {
            var length = client.ask(address(), 5, Patience.LIMIT);
            Patience.get(answer(2, 12));

            assertThat(Patience.get(length)).isEqualTo(12);
        }
    }

    @Test
    void pingClient_routesTheReplyOfAnotherThread() throws Exception {
        var line = new ReversingLine();
        try (var client = new PingClient(line)) {
            List<Future<String>> pings = new ArrayList<>();
            for (int id = 0; id < 2; id++) {
                int asked = id;
                pings.add(threads.submit(() -> client.ping(asked, Patience.LIMIT)));
            }
            for (int id = 0; id < 2; id++) {
                assertThat(Patience.get(pings.get(id))).isEqualTo("pong " + id);
            }
        }
    }

    /** Waits for two pings and answers the later one first. */
    private static final class ReversingLine implements PingClient.Line {

        private final BlockingQueue<PingClient.Reply> replies = new LinkedBlockingQueue<>();
        private final AtomicReference<PingClient.Reply> held = new AtomicReference<>();

        @Override
        public void send(int id, String text) {
            var reply = new PingClient.Reply(id, "pong " + id);
            if (!held.compareAndSet(null, reply)) {
                replies.add(reply);
                replies.add(held.get());
            }
        }

        @Override
        public PingClient.Reply read(Duration atMost) throws InterruptedException {
            return replies.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
