package io.github.exitleft.spring.boot.test;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** What the documentation shows: a test of code that injects a stage, in five lines. */
// @start region="example"
@SpringBootTest
@AutoConfigureStages
class OrderClientTests {

    @Autowired
    private OrderClient client;

    @Autowired
    private Stage<Integer, Datagram> orders;

    @Autowired
    private ScriptedPeers peers;

    @Test
    void pieces_areThoseOfTheOrder() throws Exception {
        peers.on(orders).whenSent(17).reply(OrderClient.pieces(17, 3));

        assertThat(client.piecesOf(17)).isEqualTo(3);

        assertThat(orders).hasNoOpenTickets().hasNothingUnclaimed();
    }
    // @end

    // @start region="refused"
    @Test
    void networkThatIsDown_isReported() {
        peers.on(orders).whenSent().refuse(new SocketException("Network is unreachable"));

        assertThatThrownBy(() -> client.piecesOf(18)).isInstanceOf(SocketException.class);
    }
    // @end

    @Test
    void b12_script_isForgottenAfterItsTest() {
        assertThat(peers.on(orders).questions()).isEmpty();
        assertThatThrownBy(() -> peers.on(orders).whenSent(19).reply(OrderClient.pieces(20, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("peer of stage 'orders' can't answer a question with token 19");
    }
}
