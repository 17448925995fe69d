package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.github.exitleft.testing.Patience;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged application as a process of its own, with what was generated ahead of time and without. */
class SampleIT {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private Process process;

    @AfterEach
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest(name = "spring.aot.enabled={0}")
    @ValueSource(booleans = {true, false})
    void packagedApplication_answersThroughItsStagesAndStopsGracefully(boolean aot) throws Exception {
        Path log = folder.resolve("sample.log");
        String base = "http://127.0.0.1:" + start(aot, log);
        assertThat(log)
                .content()
                .contains(aot ? "Starting AOT-processed SampleApplication" : "Starting SampleApplication");

        assertThat(get(base + "/orders?item=tea").body()).contains("\"item\":\"tea\"");
        assertThat(get(base + "/ticks?symbol=ACME").body()).contains("\"symbol\":\"ACME\"");

        String stages = get(base + "/actuator/stages").body();
        assertThat(JsonPath.<Map<String, Object>>read(stages, "$.stages"))
                .containsOnlyKeys("orders", "ticks", "alarms", "journal", "extra");
        assertThat(JsonPath.<Integer>read(stages, "$.stages.orders.messages.delivered"))
                .isEqualTo(1);
        assertThat(JsonPath.<String>read(stages, "$.stages.orders.defaultTimeout"))
                .isEqualTo("PT7S");
        assertThat(JsonPath.<String>read(stages, "$.stages.ticks.defaultTimeout"))
                .isEqualTo("PT5S");
        assertThat(JsonPath.<String>read(stages, "$.stages.extra.tokenType")).isEqualTo("java.lang.Long");
        assertThat(get(base + "/actuator/stages/extra").statusCode()).isEqualTo(200);
        assertThat(get(base + "/actuator/stages/nothing").statusCode()).isEqualTo(404);
        assertThat(JsonPath.<Map<String, Object>>read(
                        get(base + "/actuator/health").body(), "$.components.stages.components"))
                .containsOnlyKeys("orders", "ticks", "alarms", "journal", "extra");
        assertThat(get(base + "/actuator/metrics/exitleft.stage.wait?tag=stage:orders")
                        .body())
                .contains("\"value\":1.0");

        // one is waiting when the signal comes: it keeps its stage until its time is up
        CompletableFuture<HttpResponse<String>> inFlight =
                client.sendAsync(request(base + "/alarms/fire"), BodyHandlers.ofString());
        await().until(() -> get(base + "/actuator/stages/alarms").body().contains("\"head\":"));
        process.destroy();

        assertThat(Patience.get(inFlight).statusCode()).isEqualTo(504);
        Patience.waitFor(process);
        assertThat(process.exitValue()).isIn(0, 143);
        assertThat(log)
                .content()
                .contains("Graceful shutdown complete")
                .doesNotContain("ERROR", "Exception", "NoClassDef");
    }

    private int start(boolean aot, Path log) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dspring.aot.enabled=" + aot,
                "-jar",
                System.getProperty("sample.jar"),
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--exit-left.stages.alarms.default-timeout=5s",
                "--exit-left.stages.extra.token-type=java.lang.Long",
                "--exit-left.stages.extra.source.type=udp",
                "--exit-left.stages.extra.source.udp.address=127.0.0.1",
                "--exit-left.stages.extra.source.udp.token.offset=0",
                "--exit-left.stages.extra.source.udp.token.length=8");
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("EXITLEFT_STAGES_ORDERS_DEFAULTTIMEOUT", "7s");
        process = builder.start();
        await().atMost(Patience.LIMIT_OF_PROGRAMS).untilAsserted(() -> {
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            assertThat(log).content().contains("Started SampleApplication");
        });
        Matcher port = PORT.matcher(Files.readString(log));
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private HttpResponse<String> get(String uri) throws Exception {
        return client.send(request(uri), BodyHandlers.ofString());
    }

    private static HttpRequest request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri))
                .timeout(Duration.ofSeconds(30))
                .build();
    }
}
