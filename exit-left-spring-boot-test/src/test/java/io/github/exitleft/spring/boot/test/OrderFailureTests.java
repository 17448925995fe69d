package io.github.exitleft.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import java.net.SocketException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** A context that several test methods share, and failures. */
@SpringBootTest
@AutoConfigureStages
class OrderFailureTests {

    @Autowired
    private OrderClient client;

    @Autowired
    private Stage<Integer, Datagram> orders;

    @Autowired
    private ScriptedPeers peers;

    // @start region="refused"
    @Test
    void networkThatIsDown_isReported() {
        peers.on(orders).whenSent().refuse(new SocketException("Network is unreachable"));

        assertThatThrownBy(() -> client.piecesOf(18)).isInstanceOf(SocketException.class);
    }
    // @end

    @RepeatedTest(2)
    void b12_scriptAndQuestions_areForgottenAfterTheirTest() throws Exception {
        assertThat(peers.on(orders).questions()).isEmpty();
        peers.on(orders).whenSent(19).reply(OrderClient.pieces(19, 1)).refuse(new SocketException("used up"));
        assertThat(client.piecesOf(19)).isEqualTo(1);
        assertThat(peers.on("orders").questions()).hasSize(1);
    }

    @Test
    void answerToAnotherQuestion_isRefusedAtOnce() {
        assertThatThrownBy(() -> peers.on(orders).whenSent(20).reply(OrderClient.pieces(21, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("peer of stage 'orders' can't answer a question with token 20");
        assertThatThrownBy(() -> peers.on("orders").whenSent("20").reply(OrderClient.pieces(20, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 20 (java.lang.String)")
                .hasMessageContaining("token 20 (java.lang.Integer)");
    }

    @AfterEach
    void peersAreThereInAfterEachYet() {
        assertThat(peers.on(orders)).isNotNull();
    }
}
