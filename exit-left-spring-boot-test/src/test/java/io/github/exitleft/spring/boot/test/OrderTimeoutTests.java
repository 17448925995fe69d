package io.github.exitleft.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.test.SteerableClock;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** Time that a test steers. */
@SpringBootTest
@AutoConfigureStages(steerTime = true)
class OrderTimeoutTests {

    @Autowired
    private OrderClient client;

    @Autowired
    private Stage<Integer, Datagram> orders;

    @Autowired
    private ScriptedPeers peers;

    @Autowired
    private SteerableClock clock;

    // @start region="time"
    @Test
    void lostQuestion_isSentAgainAndItsLateAnswerCounts() throws Exception {
        peers.on(orders).whenSent(17).lose().after(Duration.ofMillis(1_500)).reply(OrderClient.pieces(17, 3));

        FutureTask<Integer> pieces = ask(17);
        clock.awaitWaiters(1);
        clock.advance(Duration.ofMillis(2_499));
        assertThat(pieces.isDone()).isFalse();
        clock.advance(Duration.ofMillis(1));

        assertThat(pieces.get(1, TimeUnit.MINUTES)).isEqualTo(3);
        assertThat(peers.on(orders).questions()).hasSize(2);
    }
    // @end

    @Test
    void questionWithoutAScript_timesOutByTheClock() throws Exception {
        FutureTask<Integer> pieces = ask(18);
        clock.awaitWaiters(1);
        clock.advance(Duration.ofSeconds(3));
        assertThat(pieces)
                .failsWithin(Patience.LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(StageTimeoutException.class);
    }

    private FutureTask<Integer> ask(int order) {
        var asking = new FutureTask<>(() -> client.piecesOf(order));
        new Thread(asking, "asks for order " + order).start();
        return asking;
    }
}
