package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.demo.stun.Delay;
import io.github.exitleft.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page is drawn from, and what its buttons do. */
@ExtendWith(OutputCaptureExtension.class)
class LiveApiTests {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
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
        demo.servers().delay(new Delay(Duration.ofMillis(5), Duration.ofMillis(60)));
        await().until(() -> demo.stage().snapshot(0).role().tickets() == 0);
        await().until(() -> streams(demo) == 0);
    }

    @Test
    void stream_showsWhatTheActuatorShowsAndWhatHappens(CapturedOutput output) throws Exception {
        try (LiveStream stream = LiveStream.of(demo)) {
            JsonNode first = stream.next(frame -> true);
            assertThat(first.path("stage").propertyNames())
                    .containsAll(demo.shown().propertyNames());
            assertThat(first.path("loopback").path("maxDelayMillis").asInt()).isEqualTo(60);

            assertThat(send(demo, "POST", "/api/load", "{\"requests\":10}").statusCode())
                    .isEqualTo(202);

            List<JsonNode> events = new ArrayList<>();
            stream.next(frame -> {
                frame.path("events").forEach(events::add);
                return exits(events).size() == 10;
            });
            assertThat(exits(events)).allSatisfy(exit -> {
                assertThat(exit.path("how").asString()).isIn("finished", "signalled");
                assertThat(exit.path("thread").asString()).startsWith("load-");
                assertThat(exit.path("millis").asDouble()).isPositive();
            });
            assertThat(events)
                    .anySatisfy(
                            event -> assertThat(event.path("type").asString()).isEqualTo("head"));
        }
        await().until(() -> streams(demo) == 0);
        assertThat(output).doesNotContain("WARN", "ERROR");
    }

    @Test
    void stream_showsTheHeadAndThoseThatWaitWithoutTheirTokens() throws Exception {
        demo.servers().delay(new Delay(Duration.ofMillis(500), Duration.ofMillis(500)));
        try (LiveStream stream = LiveStream.of(demo)) {
            send(demo, "POST", "/api/load", "{\"requests\":10}");

            JsonNode stage = stream.next(
                            frame -> frame.path("stage").path("waiters").asInt() > 0
                                    && frame.path("stage").has("head"))
                    .path("stage");

            assertThat(stage.path("head").path("thread").asString()).startsWith("load-");
            assertThat(stage.path("oldest").get(0).propertyNames()).contains("waiting", "timeoutIn");
            assertThat(stage.path("oldest").get(0).has("token")).isFalse();
        }
    }

    @Test
    void strangers_areUnclaimedOnceThereIsAHead() throws Exception {
        long unknown = demo.shown().path("messages").path("unknown").asLong();
        try (LiveStream stream = LiveStream.of(demo)) {
            stream.next(frame -> true);
            send(demo, "POST", "/api/strangers", "{\"messages\":5}");
            send(demo, "POST", "/api/load", "{\"requests\":1}");

            List<JsonNode> fallen = new ArrayList<>();
            JsonNode last = stream.next(frame -> {
                frame.path("events").forEach(event -> {
                    if (event.path("how").asString("").equals("unknown")) {
                        fallen.add(event);
                    }
                });
                return fallen.size() == 5;
            });
            assertThat(last.path("stage").path("messages").path("unknown").asLong())
                    .isEqualTo(unknown + 5);
        }
    }

    @Test
    void loopback_isSetForAllPages() throws Exception {
        try (LiveStream stream = LiveStream.of(demo)) {
            HttpResponse<String> response =
                    send(demo, "PUT", "/api/loopback", "{\"loss\":0.25,\"minDelayMillis\":7,\"maxDelayMillis\":9}");

            assertThat(response.statusCode()).isEqualTo(204);
            assertThat(demo.servers().loss()).isEqualTo(0.25);
            assertThat(demo.servers().delay()).isEqualTo(new Delay(Duration.ofMillis(7), Duration.ofMillis(9)));
            stream.next(frame -> frame.path("loopback").path("loss").asDouble() == 0.25);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POST | /api/load      | {"requests":0}    | requests 0 must be between 1 and 1000
                    POST | /api/load      | {"requests":1001} | requests 1001 must be between 1 and 1000
                    POST | /api/strangers | {"messages":101}  | messages 101 must be between 1 and 100
                    PUT  | /api/loopback  | {"loss":1.5,"minDelayMillis":1,"maxDelayMillis":2} | loss 1.5 must be between 0 and 1
                    PUT  | /api/loopback  | {"loss":0,"minDelayMillis":3,"maxDelayMillis":2}   | delay from PT0.003S to PT0.002S must lie
                    """)
    void mistake_isExplainedAndChangesNothing(String method, String path, String body, String detail) throws Exception {
        Delay delay = demo.servers().delay();

        HttpResponse<String> response = send(demo, method, path, body);

        assertThat(Problems.detail(response, 400)).startsWith(detail);
        assertThat(demo.servers().delay()).isEqualTo(delay);
        assertThat(demo.servers().loss()).isZero();
    }

    @Test
    void bodyThatAnotherOriginCouldSend_isRefused() throws Exception {
        HttpResponse<String> response = CLIENT.send(
                HttpRequest.newBuilder(demo.uri("/api/load"))
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{\"requests\":10}"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(415);
    }

    @Test
    void moreRequestsThanMayBeUnderWay_areRefused() throws Exception {
        demo.servers().loss(1);
        String most = "{\"requests\":" + Load.MOST_AT_ONCE + "}";
        for (int begun = 0; begun < Load.MOST_UNDER_WAY; begun += Load.MOST_AT_ONCE) {
            assertThat(send(demo, "POST", "/api/load", most).statusCode()).isEqualTo(202);
        }

        HttpResponse<String> response = send(demo, "POST", "/api/load", most);

        assertThat(Problems.detail(response, 503)).startsWith("more than 2000 requests would be under way");
    }

    @Test
    void serversOfOthers_getNoLoad() throws Exception {
        try (FakeServer server = FakeServer.replying(request -> FakeServer.success(request, 4000));
                RunningDemo others = RunningDemo.start("demo.stun.servers[0]=" + server.address())) {
            assertThat(Problems.detail(send(others, "POST", "/api/load", "{\"requests\":10}"), 409))
                    .isEqualTo("only the demo's own servers can be asked so often; leave demo.stun.servers empty");
            try (LiveStream stream = LiveStream.of(others)) {
                assertThat(stream.next(frame -> true).has("loopback")).isFalse();
            }
        }
    }

    @Test
    void pagesBeyondTheMost_areRefusedUntilAnotherIsClosed() throws Exception {
        List<LiveStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < StageStreams.MOST; i++) {
                open.add(LiveStream.of(demo));
            }
            for (LiveStream stream : open) {
                stream.next(frame -> true);
            }
            assertThat(demo.get("/api/live").statusCode()).isEqualTo(503);

            open.remove(0).close();
            await().until(() -> streams(demo) < StageStreams.MOST);
            open.add(LiveStream.of(demo));
            open.get(StageStreams.MOST - 1).next(frame -> true);
        } finally {
            for (LiveStream stream : open) {
                stream.close();
            }
        }
    }

    @Test
    void stopWithOpenPagesAndRequests_endsThemAndDoesNotWaitForThem(CapturedOutput output) throws Exception {
        RunningDemo stopping = RunningDemo.start(
                "demo.stun.loopback.loss=1",
                "exit-left.stages.stun.default-timeout=30m",
                "spring.lifecycle.timeout-per-shutdown-phase=30m");
        List<LiveStream> open = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            open.add(LiveStream.of(stopping));
            open.get(i).next(frame -> true);
        }
        send(stopping, "POST", "/api/load", "{\"requests\":100}");
        await().until(() -> stopping.stage().snapshot(0).role().tickets() == 100);

        Patience.get(CompletableFuture.runAsync(stopping::close));

        for (LiveStream stream : open) {
            assertThat(stream.readToEnd()).isTrue();
        }
        assertThat(output).doesNotContain("WARN", "ERROR");
    }

    @Test
    void filesThatThePageNames_areThere() {
        Matcher names = Pattern.compile("(?:href|src)=\"((?:webjars/)?[^\":]+\\.(?:css|js))\"")
                .matcher(demo.get("/").body());
        List<String> found = new ArrayList<>();
        while (names.find()) {
            found.add(names.group(1));
            assertThat(demo.get("/" + names.group(1)).statusCode())
                    .as(names.group(1))
                    .isEqualTo(200);
        }
        assertThat(found).hasSize(5);
    }

    private static List<JsonNode> exits(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.path("type").asString().equals("exit"))
                .toList();
    }

    private static int streams(RunningDemo demo) {
        return demo.context().getBean(StageStreams.class).count();
    }

    private static HttpResponse<String> send(RunningDemo demo, String method, String path, String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(demo.uri(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        return Patience.get(CLIENT.sendAsync(request, BodyHandlers.ofString()));
    }

    /** An open stream, read as far as the test wants. */
    private record LiveStream(BufferedReader lines) implements AutoCloseable {

        static LiveStream of(RunningDemo demo) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(demo.uri("/api/live"))
                    .header("Accept", "text/event-stream")
                    .build();
            HttpResponse<InputStream> response = Patience.get(CLIENT.sendAsync(request, BodyHandlers.ofInputStream()));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            return new LiveStream(new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        }

        /** Returns the next frame that is wanted. */
        JsonNode next(Predicate<JsonNode> wanted) throws Exception {
            return Patience.get(CompletableFuture.supplyAsync(() -> {
                while (true) {
                    String line = line();
                    assertThat(line).as("the stream has not ended").isNotNull();
                    if (line.startsWith("data:")) {
                        JsonNode frame = JsonMapper.shared().readTree(line.substring("data:".length()));
                        if (wanted.test(frame)) {
                            return frame;
                        }
                    }
                }
            }));
        }

        boolean readToEnd() throws Exception {
            return Patience.get(CompletableFuture.supplyAsync(() -> {
                while (line() != null) {
                    // what is left of it
                }
                return true;
            }));
        }

        private String line() {
            try {
                return lines.readLine();
            } catch (IOException e) {
                throw new AssertionError("the stream broke off", e);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
