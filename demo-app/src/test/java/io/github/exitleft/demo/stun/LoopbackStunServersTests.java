package io.github.exitleft.demo.stun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopbackStunServersTests {

    private static final InetSocketAddress IPV4 = anyPortOf("127.0.0.1");
    private static final Duration SHORT = Duration.ofMillis(5);

    private DatagramSocket client;

    @BeforeEach
    void openClient() throws SocketException {
        client = new DatagramSocket(IPV4);
        client.setReceiveBufferSize(1 << 20);
        client.setSoTimeout(10_000);
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    @Test
    void eachServer_answersItsRequestsWithTheClientsAddress() throws IOException {
        try (LoopbackStunServers servers = LoopbackStunServers.start()) {
            assertThat(servers.addresses()).hasSizeGreaterThanOrEqualTo(2).doesNotHaveDuplicates();
            Map<String, InetSocketAddress> asked = new HashMap<>();
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                for (InetSocketAddress server : servers.addresses()) {
                    String token = ask(server);
                    asked.put(token, server);
                    sent.add(token);
                }
            }

            List<String> received = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                Reply reply = receive();
                assertThat(reply.response).isEqualTo(new StunResponse.Success(reply.token(), clientAddress()));
                assertThat(reply.server).isEqualTo(asked.get(reply.token()));
                received.add(reply.token());
            }
            assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    @Test
    void delaysThatDiffer_shuffleTheReplies() throws IOException {
        try (LoopbackStunServers servers =
                LoopbackStunServers.builder().listenOn(IPV4).seed(1).start()) {
            List<String> sent = askOften(servers);
            assertThat(receiveAll(sent))
                    .containsExactlyInAnyOrderElementsOf(sent)
                    .isNotEqualTo(sent);
        }
    }

    @Test
    void delaysThatAreEqual_keepTheOrder() throws IOException {
        try (LoopbackStunServers servers = quick().start()) {
            List<String> sent = askOften(servers);
            assertThat(receiveAll(sent)).isEqualTo(sent);
        }
    }

    @Test
    void serverOnIpv6_answersWithTheIpv6Address() throws IOException {
        try (LoopbackStunServers servers =
                        quick().listenWherePossible(anyPortOf("::1")).start();
                DatagramSocket dual = new DatagramSocket()) {
            dual.setSoTimeout(10_000);
            // Without IPv6 on this machine the first server is the last one too, and the claim holds for IPv4.
            InetSocketAddress server =
                    servers.addresses().get(servers.addresses().size() - 1);
            StunRequest request = StunRequest.binding();
            send(dual, server, request.datagram());

            assertThat(receive(dual).response)
                    .isEqualTo(new StunResponse.Success(
                            request.token(), new InetSocketAddress(server.getAddress(), dual.getLocalPort())));
        }
    }

    @Test
    void lossOfAll_answersNothingUntilItIsSwitchedOff() throws IOException {
        try (LoopbackStunServers servers = quick().start()) {
            servers.loss(1);
            for (int i = 0; i < 50; i++) {
                ask(servers.addresses().get(0));
            }
            await().until(() -> servers.requests() == 50);
            servers.loss(0);
            String answered = ask(servers.addresses().get(0));

            // All replies are equally late, so that an answer to an earlier request would come earlier.
            assertThat(receive().token()).isEqualTo(answered);
            assertNothingComes();
        }
    }

    @Test
    void lossOfSome_answersTheOthers() throws IOException {
        try (LoopbackStunServers servers = quick().seed(42).start()) {
            servers.loss(0.2);
            Set<String> sent = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                sent.add(ask(servers.addresses().get(0)));
            }
            await().until(() -> servers.requests() == 200);
            servers.loss(0);
            String last = ask(servers.addresses().get(0));

            Set<String> received = new HashSet<>();
            for (String token = receive().token();
                    !token.equals(last);
                    token = receive().token()) {
                received.add(token);
            }
            assertThat(sent).containsAll(received);
            assertThat(received).hasSizeBetween(120, 190);
        }
    }

    @Test
    void duplicatesOfAll_answersTwice() throws IOException {
        try (LoopbackStunServers servers = quick().start()) {
            servers.duplicates(1);
            String token = ask(servers.addresses().get(0));

            assertThat(List.of(receive().token(), receive().token())).containsExactly(token, token);
            assertNothingComes();
        }
    }

    @Test
    void datagramThatIsNoBindingRequest_isIgnored() throws IOException {
        try (LoopbackStunServers servers = quick().start()) {
            InetSocketAddress server = servers.addresses().get(0);
            send(client, server, ByteBuffer.wrap("hello".getBytes(UTF_8)));
            send(client, server, ByteBuffer.allocate(0));
            send(client, server, ByteBuffer.allocate(5000));
            send(client, server, Rfc5769.ipv4Response());
            send(client, server, StunRequest.binding().datagram().limit(19));
            String token = ask(server);

            assertThat(receive().token()).isEqualTo(token);
            assertThat(servers.requests()).isEqualTo(1);
            assertNothingComes();
        }
    }

    @Test
    void requestWithAnAttributeThatMustBeUnderstood_isRefusedBy420() throws IOException {
        try (LoopbackStunServers servers = quick().start()) {
            send(client, servers.addresses().get(0), Rfc5769.request());

            Reply reply = receive();
            assertThat(reply.response)
                    .isEqualTo(new StunResponse.Failure("b7e7a701bc34d686fa87dfae", 420, "Unknown Attribute"));
            assertThat(StunMessage.decode(reply.datagram)
                            .attribute(StunMessage.UNKNOWN_ATTRIBUTES)
                            .orElseThrow()
                            .value())
                    .isEqualTo(Rfc5769.bytes("0024"));
        }
    }

    @Test
    void serversAskedThousandsOfTimes_answerEachOnce() throws IOException {
        try (LoopbackStunServers servers = LoopbackStunServers.start()) {
            Set<String> open = new HashSet<>();
            long answered = 0;
            for (int i = 0; i < 6_000; i++) {
                open.add(ask(servers.addresses().get(i % servers.addresses().size())));
                // A window, so that no buffer of the system's can overflow: nothing may be lost here.
                if (open.size() == 150) {
                    assertThat(open.remove(receive().token())).isTrue();
                    answered++;
                }
            }
            while (!open.isEmpty()) {
                assertThat(open.remove(receive().token())).isTrue();
                answered++;
            }
            assertThat(answered).isEqualTo(6_000);
            assertThat(servers.requests()).isEqualTo(6_000);
        }
    }

    @Test
    void closeWithRepliesPending_endsThreadAndSocketsAtOnce() throws IOException {
        LoopbackStunServers servers = LoopbackStunServers.builder()
                .listenOn(IPV4, IPV4)
                .delay(Duration.ofHours(1), Duration.ofHours(1))
                .start();
        ask(servers.addresses().get(0));
        await().until(() -> servers.requests() == 1);
        assertThat(serverThreads()).isEqualTo(1);

        servers.close();
        servers.close();

        assertThat(serverThreads()).isZero();
        for (InetSocketAddress address : servers.addresses()) {
            try (DatagramSocket again = new DatagramSocket(address)) {
                assertThat(again.isBound()).isTrue();
            }
        }
    }

    @Test
    void closedServer_leavesItsPortFreeForTheNext() {
        LoopbackStunServers servers = quick().start();
        for (int i = 0; i < 100; i++) {
            servers.close();
            servers = LoopbackStunServers.builder()
                    .listenOn(servers.addresses().get(0))
                    .start();
        }
        servers.close();
        assertThat(serverThreads()).isZero();
    }

    @Test
    void closeByAnInterruptedThread_endsThemAndKeepsTheInterrupt() {
        LoopbackStunServers servers = quick().start();
        Thread.currentThread().interrupt();

        servers.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(serverThreads()).isZero();
    }

    @Test
    void addressInUse_failsOrIsLeftOutIfItIsNotNeeded() {
        InetSocketAddress taken = clientAddress();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> quick().listenOn(taken).start())
                .withMessage("no STUN server can listen on " + taken + ", choose another address");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() ->
                        LoopbackStunServers.builder().listenWherePossible(taken).start())
                .withMessageContaining("no STUN server can listen on any of [" + taken + "], choose other addresses");
        assertThat(serverThreads()).isZero();

        try (LoopbackStunServers servers = quick().listenWherePossible(taken).start()) {
            assertThat(servers.addresses()).hasSize(1).doesNotContain(taken);
        }
    }

    @Test
    void startThatFails_leavesNoSocketBehind() throws SocketException {
        InetSocketAddress taken = clientAddress();
        LoopbackStunServers before = quick().start();
        before.close();
        InetSocketAddress free = before.addresses().get(0);

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() ->
                        LoopbackStunServers.builder().listenOn(free, taken).start());
        try (DatagramSocket again = new DatagramSocket(free)) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void settingsThatMakeNoSense_areRefused() throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(() -> LoopbackStunServers.builder().start())
                .withMessage("no address to listen on, call listenOn first");
        InetSocketAddress stranger =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackStunServers.builder().listenOn(stranger))
                .withMessage("/192.0.2.1:1 must be a loopback address, such as 127.0.0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackStunServers.builder().delay(SHORT, Duration.ZERO))
                .withMessage("delay from PT0.005S to PT0S must lie between PT0S and PT1H, the shorter one first");
        try (LoopbackStunServers servers = quick().start()) {
            for (double ratio : new double[] {-0.1, 1.1, Double.NaN}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> servers.loss(ratio))
                        .withMessage("loss " + ratio + " must be between 0 and 1");
                assertThatIllegalArgumentException().isThrownBy(() -> servers.duplicates(ratio));
            }
        }
    }

    private static LoopbackStunServers.Builder quick() {
        return LoopbackStunServers.builder().listenOn(IPV4).delay(SHORT, SHORT);
    }

    private static InetSocketAddress anyPortOf(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 0);
        } catch (UnknownHostException e) {
            throw new AssertionError(literal, e);
        }
    }

    private static long serverThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("loopback-stun-servers"))
                .count();
    }

    private InetSocketAddress clientAddress() {
        return (InetSocketAddress) client.getLocalSocketAddress();
    }

    private String ask(InetSocketAddress server) throws IOException {
        StunRequest request = StunRequest.binding();
        send(client, server, request.datagram());
        return request.token();
    }

    private List<String> askOften(LoopbackStunServers servers) throws IOException {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(ask(servers.addresses().get(0)));
        }
        return sent;
    }

    private List<String> receiveAll(List<String> sent) throws IOException {
        List<String> received = new ArrayList<>();
        while (received.size() < sent.size()) {
            received.add(receive().token());
        }
        return received;
    }

    private static void send(DatagramSocket from, InetSocketAddress server, ByteBuffer datagram) throws IOException {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        from.send(new DatagramPacket(bytes, bytes.length, server));
    }

    private Reply receive() throws IOException {
        return receive(client);
    }

    private static Reply receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
        socket.receive(packet);
        ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        return new Reply((InetSocketAddress) packet.getSocketAddress(), datagram, StunResponse.decode(datagram));
    }

    private void assertNothingComes() throws IOException {
        client.setSoTimeout(100);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(this::receive);
        client.setSoTimeout(10_000);
    }

    private record Reply(InetSocketAddress server, ByteBuffer datagram, StunResponse response) {

        String token() {
            return response.token();
        }
    }
}
