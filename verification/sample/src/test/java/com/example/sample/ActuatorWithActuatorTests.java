package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What an operator sees of the stages over HTTP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ActuatorWithActuatorTests {

    private static final String[] STAGES = {"orders", "ticks", "alarms", "journal"};

    @Autowired
    private RestTestClient client;

    @Autowired
    private Stage<String, Alarm> alarms;

    @Autowired
    private MemorySource<Alarm> alarmSource;

    private DocumentContext get(String uri, HttpStatus status) {
        return JsonPath.parse(client.get()
                .uri(uri)
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .returnResult(String.class)
                .getResponseBody());
    }

    private DocumentContext get(String uri) {
        return get(uri, HttpStatus.OK);
    }

    @Test
    void endpoint_showsAllStagesTheUsersOwnAmongThem() {
        DocumentContext shown = get("/actuator/stages");
        assertThat(shown.<Map<String, Object>>read("$.stages")).containsOnlyKeys(STAGES);
        assertThat(shown.<Map<String, Object>>read("$.stages.orders"))
                .containsEntry("tokenType", "java.lang.Integer")
                .containsEntry("defaultTimeout", "PT4S")
                .containsEntry("state", "open")
                .containsKeys("waiters", "tickets", "headChanges", "promotions")
                .doesNotContainKeys("head", "oldest");
        assertThat(shown.<Map<String, Object>>read("$.stages.orders.source"))
                .containsEntry("type", "udp")
                .hasEntrySatisfying(
                        "localAddress",
                        address -> assertThat(address).asString().matches("127\\.0\\.0\\.1:[1-9]\\d*"));
        assertThat(shown.<Map<String, Object>>read("$.stages.orders.exits"))
                .containsOnlyKeys(
                        "finished",
                        "signalled",
                        "timed-out",
                        "interrupted",
                        "failed",
                        "closed",
                        "cancelled",
                        "not-sent");
        assertThat(shown.<Map<String, Object>>read("$.stages.orders.messages"))
                .containsOnlyKeys(
                        "delivered",
                        "late",
                        "duplicate",
                        "foreign",
                        "unknown",
                        "unreadable",
                        "overflow",
                        "abandoned",
                        "event");
        assertThat(shown.<Map<String, Object>>read("$.stages.ticks"))
                .containsEntry("tokenType", "java.util.UUID")
                .containsEntry("defaultTimeout", "PT5S");
        assertThat(shown.<String>read("$.stages.alarms.source.type")).isEqualTo("memory");
    }

    @Test
    void endpoint_showsHeadAndWaitersOfOneStageButNotTheirTokens() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Alarm>> waits =
                    List.of(threads.submit(waitFor("smoke one")), threads.submit(waitFor("smoke two")));
            await().until(() -> alarms.snapshot(0).role().head() != null
                    && alarms.snapshot(0).role().waiters() == 1);

            DocumentContext shown = get("/actuator/stages/alarms");
            assertThat(shown.<Map<String, Object>>read("$"))
                    .containsEntry("waiters", 1)
                    .containsEntry("tickets", 2);
            assertThat(Instant.parse(shown.read("$.head.since"))).isBeforeOrEqualTo(Instant.now());
            assertThat(shown.<String>read("$.head.thread")).contains("pool");
            assertThat(shown.<List<Object>>read("$.oldest")).hasSize(1);
            assertThat(Duration.parse(shown.read("$.oldest[0].waiting"))).isPositive();
            assertThat(Duration.parse(shown.read("$.oldest[0].timeoutIn"))).isLessThan(Duration.ofMinutes(1));
            assertThat(shown.<String>read("$.oldest[0].thread")).contains("pool");
            assertThat(shown.jsonString()).doesNotContain("smoke");

            alarmSource.add(new Alarm("smoke one", ""));
            alarmSource.add(new Alarm("smoke two", ""));
            for (Future<Alarm> wait : waits) {
                assertThat(Patience.get(wait).name()).startsWith("smoke");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(get("/actuator/stages/alarms").<Map<String, Object>>read("$"))
                .containsEntry("waiters", 0)
                .containsEntry("tickets", 0)
                .doesNotContainKey("head");
    }

    private Callable<Alarm> waitFor(String name) {
        return () -> {
            try (var ticket = alarms.ticket(name)) {
                return ticket.await(Duration.ofMinutes(1)).message();
            }
        };
    }

    @Test
    void stageThatIsNotThere_isNotFound() {
        client.get().uri("/actuator/stages/nothing").exchange().expectStatus().isNotFound();
        assertThat(get("/actuator/stages").<Map<String, Object>>read("$.stages"))
                .containsOnlyKeys(STAGES);
    }

    @Test
    void health_hasAComponentForEachStage() {
        DocumentContext health = get("/actuator/health");
        assertThat(health.<String>read("$.components.stages.status")).isEqualTo("UP");
        assertThat(health.<Map<String, Object>>read("$.components.stages.components"))
                .containsOnlyKeys(STAGES);
        assertThat(get("/actuator/health/stages/orders").<String>read("$.status"))
                .isEqualTo("UP");
    }

    @Test
    void health_isDownWhileASourceIsFailedAndUpAgainWhenItWorks() throws Exception {
        alarmSource.fail(new IOException("wire is cut"));
        assertThatExceptionOfType(SourceFailedException.class)
                .isThrownBy(() -> waitFor("anything").call());
        DocumentContext health = get("/actuator/health", HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(health.<String>read("$.components.stages.components.alarms.status"))
                .isEqualTo("DOWN");
        assertThat(health.<String>read("$.components.stages.components.alarms.details.error"))
                .contains("wire is cut");
        assertThat(health.<String>read("$.components.stages.components.orders.status"))
                .isEqualTo("UP");

        alarmSource.add(new Alarm("repaired", ""));
        await().ignoreExceptionsInstanceOf(SourceFailedException.class)
                .untilAsserted(
                        () -> assertThat(waitFor("repaired").call().name()).isEqualTo("repaired"));
        assertThat(get("/actuator/health").<String>read("$.components.stages.status"))
                .isEqualTo("UP");
    }

    @Test
    void metricsEndpoint_showsEachMeterWithItsStages() {
        for (String meter : List.of(
                "exitleft.stage.waiters",
                "exitleft.stage.head.changes",
                "exitleft.stage.promotions",
                "exitleft.stage.exits",
                "exitleft.stage.messages",
                "exitleft.stage.wait")) {
            assertThat(get("/actuator/metrics/" + meter)
                            .<List<List<String>>>read("$.availableTags[?(@.tag == 'stage')].values"))
                    .as(meter)
                    .singleElement()
                    .satisfies(stages -> assertThat(stages).containsExactlyInAnyOrder(STAGES));
        }
    }
}
