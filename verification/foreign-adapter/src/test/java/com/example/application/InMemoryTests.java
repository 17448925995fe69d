package com.example.application;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** An application over a foreign adapter is tested without its server, since the adapter says what stands in for its source. */
@SpringBootTest(properties = "orders.socket=/nowhere/at/all")
@AutoConfigureStages
class InMemoryTests {

    @Test
    void order_isDone(
            @Autowired Application.Orders orders,
            @Autowired Stage<Integer, String> stage,
            @Autowired ScriptedPeers peers)
            throws Exception {
        peers.on(stage).whenSent(1).reply("1=order done");
        assertThat(orders.ask(1)).isEqualTo("1=order done");
        assertThat(stage).hasNoOpenTickets().hasNothingUnclaimed();
    }
}
