package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the demo answers as it comes, with its own servers. */
class NatApiTests {

    private static RunningDemo demo;

    @BeforeAll
    static void start() {
        demo = RunningDemo.start();
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        demo.servers().loss(0);
        demo.servers().duplicates(0);
        JsonNode stage = demo.shown();
        assertThat(stage.path("waiters").asInt(-1)).isZero();
        assertThat(stage.path("tickets").asInt(-1)).isZero();
        assertThat(stage.has("head")).isFalse();
    }

    @Test
    void bindingsOfAServer_showAsWhomItSeesThePortOfTheStage() {
        String server = demo.server(0);

        HttpResponse<String> response = demo.get("/api/bindings?server=" + server);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode binding = RunningDemo.json(response);
        assertThat(names(binding)).containsExactly("mappedAddress", "roundTripMicros", "server");
        assertThat(binding.path("server").asString()).isEqualTo(server);
        assertThat(binding.path("mappedAddress").asString()).isEqualTo("127.0.0.1:" + demo.udpPort());
        // the servers answer after 5 ms at the least
        assertThat(binding.path("roundTripMicros").asLong()).isBetween(5_000L, 3_000_000L);
    }

    @Test
    void bindingsOfAConfiguredServerByAnotherName_areShownUnderThatName() {
        String server = demo.server(0).replace("127.0.0.1", "stun.test");

        JsonNode binding = demo.json("/api/bindings?server=" + server);

        assertThat(binding.path("server").asString()).isEqualTo(server);
        assertThat(binding.path("mappedAddress").asString()).isEqualTo("127.0.0.1:" + demo.udpPort());
    }

    @Test
    void natWithServersThatAnswer_isEndpointIndependentAndShowsTheOnePort() {
        JsonNode check = demo.json("/api/nat");

        assertThat(names(check)).containsExactly("bindings", "localPort", "mapping");
        assertThat(check.path("localPort").asInt()).isEqualTo(demo.udpPort());
        boolean twoAddresses = demo.servers().addresses().stream()
                        .map(each -> each.getAddress())
                        .distinct()
                        .count()
                > 1;
        assertThat(check.path("mapping").asString()).isEqualTo(twoAddresses ? "endpoint-independent" : "unknown");
        assertThat(check.path("bindings")).hasSize(demo.servers().addresses().size());
        for (int i = 0; i < check.path("bindings").size(); i++) {
            JsonNode binding = check.path("bindings").get(i);
            assertThat(names(binding)).containsExactly("mappedAddress", "roundTripMicros", "server");
            assertThat(binding.path("server").asString()).isEqualTo(demo.server(i));
            assertThat(binding.path("mappedAddress").asString()).isEqualTo("127.0.0.1:" + demo.udpPort());
            assertThat(binding.path("roundTripMicros").asLong()).isBetween(5_000L, 3_000_000L);
        }
    }

    @Test
    void natWhileRequestsAreLost_asksAgain() {
        demo.servers().loss(1);
        long before = demo.servers().requests();
        CompletableFuture<HttpResponse<String>> response = demo.begin("/api/nat");
        int servers = demo.servers().addresses().size();
        await().until(() -> demo.servers().requests() >= before + servers);
        demo.servers().loss(0);

        JsonNode check = RunningDemo.json(response.join());

        for (JsonNode binding : check.path("bindings")) {
            assertThat(binding.has("error")).isFalse();
            assertThat(binding.path("roundTripMicros").asLong()).isGreaterThan(500_000);
        }
        assertThat(demo.servers().requests()).isGreaterThanOrEqualTo(before + 2L * servers);
    }

    @Test
    void bindingsWhileRequestsAreLost_areAskedForAgain() {
        demo.servers().loss(1);
        long before = demo.servers().requests();
        CompletableFuture<HttpResponse<String>> response = demo.begin("/api/bindings?server=" + demo.server(1));
        await().until(() -> demo.servers().requests() > before);
        demo.servers().loss(0);

        assertThat(response.join().statusCode()).isEqualTo(200);
        assertThat(RunningDemo.json(response.join()).path("roundTripMicros").asLong())
                .isGreaterThan(500_000);
        assertThat(demo.servers().requests()).isGreaterThanOrEqualTo(before + 2);
    }

    @Test
    void repliesThatComeTwice_areCountedAsDuplicatesAndDisturbNoCall() {
        demo.servers().duplicates(1);
        long before = count("duplicate");

        // the next read notices the second of a pair
        await().until(() -> {
            assertThat(demo.get("/api/bindings?server=" + demo.server(0)).statusCode())
                    .isEqualTo(200);
            assertThat(demo.json("/api/nat").path("bindings")).noneMatch(binding -> binding.has("error"));
            return count("duplicate") > before;
        });
        assertThat(count("overflow")).isZero();
    }

    @Test
    void stageWithAWaiter_showsHeadAndTicketButNoToken() {
        demo.servers().loss(1);
        CompletableFuture<HttpResponse<String>> first = demo.begin("/api/bindings?server=" + demo.server(0));
        CompletableFuture<HttpResponse<String>> second = demo.begin("/api/bindings?server=" + demo.server(0));
        await().until(() -> demo.shown().path("waiters").asInt() == 1);

        JsonNode stage = demo.shown();
        assertThat(stage.path("tickets").asInt()).isEqualTo(2);
        assertThat(stage.path("head").path("thread").asString()).isNotEmpty();
        assertThat(Instant.parse(stage.path("head").path("since").asString()))
                .isAfter(Instant.now().minus(Duration.ofSeconds(60)));
        assertThat(stage.path("oldest")).hasSize(1);
        assertThat(stage.toString()).doesNotContainPattern(Problems.TOKEN);
        JsonNode gauge = demo.json("/actuator/metrics/exitleft.stage.waiters?tag=stage:stun");
        assertThat(gauge.path("measurements").get(0).path("value").asDouble(-1)).isBetween(0.0, 1.0);

        demo.servers().loss(0);
        // by what was sent again, unless that was lost as well
        assertThat(first.join().statusCode()).isIn(200, 504);
        assertThat(second.join().statusCode()).isIn(200, 504);
    }

    @Test
    void actuator_showsStageHealthAndMeters() {
        assertThat(demo.json("/actuator/stages")
                        .path("stages")
                        .path("stun")
                        .path("state")
                        .asString())
                .isEqualTo("open");
        assertThat(demo.get("/actuator/stages/other").statusCode()).isEqualTo(404);
        assertThat(demo.shown().path("defaultTimeout").asString()).isEqualTo("PT3S");

        JsonNode health = demo.json("/actuator/health");
        assertThat(health.path("status").asString()).isEqualTo("UP");
        assertThat(health.path("components")
                        .path("stages")
                        .path("components")
                        .path("stun")
                        .path("status")
                        .asString())
                .isEqualTo("UP");

        assertThat(demo.json("/actuator/metrics").path("names").toString())
                .contains(
                        "exitleft.stage.waiters",
                        "exitleft.stage.head.changes",
                        "exitleft.stage.promotions",
                        "exitleft.stage.exits",
                        "exitleft.stage.messages",
                        "exitleft.stage.wait");
        assertThat(demo.json("/actuator/metrics/exitleft.stage.waiters")
                        .path("measurements")
                        .get(0)
                        .path("value")
                        .asDouble(-1))
                .isZero();
        assertThat(demo.get("/actuator/prometheus").body())
                .contains("exitleft_stage_waiters{", "stage=\"stun\"", "exitleft_stage_messages_total{");
        assertThat(demo.get("/actuator/env").statusCode()).isEqualTo(404);
    }

    @Test
    void page_isServedAndNeedsNothingFromElsewhere() {
        HttpResponse<String> page = demo.get("/", "Accept", "text/html");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(page.body()).contains("<title>NAT checker</title>", "lang=\"en\"", "default-src 'self'");
        assertThat(demo.get("/check.js").body()).contains("api/nat");
        assertThat(demo.get("/live.js").body()).contains("api/live");
        for (String file : List.of("", "page.css", "dom.js", "check.js", "live.js", "scene.js", "chart.js")) {
            assertThat(demo.get("/" + file).body())
                    .as(file)
                    .doesNotContain("http://", "https://", "innerHTML", "insertAdjacentHTML", "document.write");
        }
    }

    private static long count(String outcome) {
        return demo.shown().path("messages").path(outcome).asLong(-1);
    }

    private static Set<String> names(JsonNode object) {
        return new TreeSet<>(object.propertyNames());
    }
}
