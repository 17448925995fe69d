package io.github.exitleft.spring.boot.test;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** What the documentation shows. */
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
}
// @end
