package io.github.exitleft.demo;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** What the checker concludes from answers, without a network. */
@SpringBootTest(properties = "demo.stun.servers=192.0.2.1:3478,198.51.100.1:3478")
@AutoConfigureStages
class NatCheckerTests {

    private static final int COOKIE = 0x2112A442;

    @Autowired
    private NatChecker checker;

    @Autowired
    private Stage<String, Datagram> stun;

    @Autowired
    private ScriptedPeers peers;

    @Test
    void serversThatSeeTheSamePort_showAnIndependentMapping() throws Exception {
        peers.on(stun).whenSent().answer(question -> seen(question, 4000));
        NatCheck check = checker.askAll();
        assertThat(check.bindings())
                .allSatisfy(binding -> assertThat(binding.mappedAddress()).isEqualTo("203.0.113.9:4000"));
        assertThat(check.mapping()).isEqualTo(Mapping.ENDPOINT_INDEPENDENT);
        assertThat(stun).hasNoOpenTickets().hasNothingUnclaimed();
    }

    @Test
    void serversThatSeeDifferentPorts_showADependentMapping() throws Exception {
        peers.on(stun)
                .whenSent()
                .answer(question ->
                        seen(question, question.sender().getHostString().startsWith("192") ? 4000 : 4001));
        assertThat(checker.askAll().mapping()).isEqualTo(Mapping.ADDRESS_DEPENDENT);
    }

    @Test
    void serverThatCannotBeReached_isReported() {
        peers.on(stun).whenSent().refuse(new SocketException("Network is unreachable"));
        ServerAddress server = ServerAddress.of(new InetSocketAddress("192.0.2.1", 3478));
        assertThatThrownBy(() -> checker.ask(server)).hasMessageContaining("could not be sent");
    }

    /** Answers that the server has seen a port of 203.0.113.9: XOR-MAPPED-ADDRESS of RFC 8489, section 14.2. */
    private static Datagram seen(Datagram question, int port) {
        ByteBuffer id = question.payload().position(8).slice();
        ByteBuffer answer = ByteBuffer.allocate(32)
                .putShort((short) 0x0101)
                .putShort((short) 12)
                .putInt(COOKIE)
                .put(id.limit(12))
                .putShort((short) 0x0020)
                .putShort((short) 8)
                .putShort((short) 1)
                .putShort((short) (port ^ COOKIE >>> 16))
                .putInt(0xCB007109 ^ COOKIE);
        return Datagram.of(question.sender(), answer.array());
    }
}
