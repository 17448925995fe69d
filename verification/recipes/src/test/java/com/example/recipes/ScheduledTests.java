package com.example.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.test.annotation.DirtiesContext;

/** A stage that is asked by a schedule. */
@SpringBootTest(properties = {"quotes.every=10ms", "exit-left.stages.quotes.default-timeout=10ms"})
@AutoConfigureStages
@DirtiesContext
class ScheduledTests {

    @TestConfiguration
    @EnableScheduling
    static class Schedule {}

    @Autowired
    private Stage<Long, Datagram> quotes;

    @Autowired
    private QuotePoller poller;

    @Autowired
    private ScriptedPeers peers;

    @Test
    void questionThatTimesOut_doesNotEndTheSchedule() {
        peers.on(quotes).whenSent().lose().answer(question -> Quotes.answer(question, 47));

        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(poller.latest()).containsEntry("ACME", 47));
    }
}
