package com.example.sample;

import static io.github.exitleft.test.StageAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** A test of code that injects a stage, in five lines. */
@SpringBootTest
@AutoConfigureStages
class InMemoryTests {

    @Test
    void order_isConfirmed(
            @Autowired SampleController controller,
            @Autowired Stage<Integer, Datagram> orders,
            @Autowired ScriptedPeers peers)
            throws Exception {
        peers.on(orders).whenSent().answer(question -> question);
        assertThat(controller.order("tea").item()).isEqualTo("tea");
        assertThat(orders).hasNoOpenTickets().hasNothingUnclaimed();
    }
}
