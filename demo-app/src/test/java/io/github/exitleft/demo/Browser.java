package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page in Chromium without a window, driven by the DevTools protocol. */
final class Browser implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Connection connection = new Connection();
    private final WebSocket socket;
    private int commands;

    private Browser(Process process, Path profile) throws Exception {
        this.process = process;
        HttpClient client = HttpClient.newHttpClient();
        int port = port(process, profile.resolve("DevToolsActivePort"));
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        JsonNode page = JSON.readTree(
                Patience.get(client.sendAsync(list, BodyHandlers.ofString())).body());
        this.socket = Patience.get(client.newWebSocketBuilder()
                .buildAsync(URI.create(page.path("webSocketDebuggerUrl").asString()), connection));
        command("Page.enable", Map.of());
    }

    /** Starts Chromium with a profile of its own; the test is skipped where it is not installed. */
    static Browser start() throws Exception {
        Path chromium = Programs.require("chromium", "chromium", "chromium-browser", "google-chrome");
        // among what is built, and not in a directory that is deleted after the test: Chromium's processes still write
        // when it has ended
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "chromium");
        Path profile = directory.resolve("profile");
        Process process = new ProcessBuilder(List.of(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--proxy-server=127.0.0.1:9",
                        "--proxy-bypass-list=127.0.0.1",
                        "--user-data-dir=" + profile,
                        "--remote-debugging-port=0",
                        "about:blank"))
                .redirectOutput(directory.resolve("output.txt").toFile())
                .redirectError(directory.resolve("errors.txt").toFile())
                .start();
        try {
            return new Browser(process, profile);
        } catch (Exception | AssertionError e) {
            process.destroyForcibly().waitFor();
            throw e;
        }
    }

    /** Chromium writes the port that it has chosen to a file, the port first. */
    private static int port(Process process, Path file) {
        await().atMost(Patience.LIMIT_OF_PROGRAMS).until(() -> {
            assertThat(process.isAlive()).as("Chromium runs").isTrue();
            return Files.exists(file) && Files.readAllLines(file).size() >= 2;
        });
        try {
            return Integer.parseInt(Files.readAllLines(file).get(0));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void open(URI page) {
        command("Page.navigate", Map.of("url", page.toString()));
        await().until(() -> is("document.readyState === 'complete' && location.href === '" + page + "'"));
    }

    void size(int width, int height) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Sets what the user prefers, such as {@code prefers-color-scheme} to dark. */
    void prefer(String feature, String value) {
        command("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /** Returns the value of an expression of JavaScript. */
    JsonNode evaluate(String expression) {
        JsonNode result = command(
                "Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        assertThat(result.has("exceptionDetails"))
                .as(expression + ": " + result)
                .isFalse();
        return result.path("result").path("value");
    }

    boolean is(String expression) {
        return evaluate(expression).asBoolean();
    }

    String text(String id) {
        return evaluate("document.getElementById('" + id + "').textContent").asString();
    }

    void click(String selector) {
        evaluate("document.querySelector('" + selector + "').click()");
    }

    /** Chooses an option of a select, as a user does. */
    void choose(String id, String value) {
        evaluate("(select => { select.value = '" + value + "'; select.dispatchEvent(new Event('change')); })"
                + "(document.getElementById('" + id + "'))");
    }

    /** Presses a key where the focus is. */
    void press(String key, int code, String text) {
        for (String type : List.of("keyDown", "keyUp")) {
            command(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text));
        }
    }

    /** Returns an element as a PNG. */
    byte[] screenshot(String selector) {
        JsonNode box =
                evaluate("(box => ({ x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height,"
                        + " scale: 1 }))(document.querySelector('" + selector + "').getBoundingClientRect())");
        JsonNode shot =
                command("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", box));
        return Base64.getDecoder().decode(shot.path("data").asString());
    }

    private JsonNode command(String method, Map<String, ?> parameters) {
        int id = ++commands;
        CompletableFuture<JsonNode> answer = connection.expect(id);
        try {
            Patience.get(socket.sendText(
                    JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true));
            JsonNode message = Patience.get(answer);
            assertThat(message.has("error")).as(method + ": " + message).isFalse();
            return message.path("result");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer to " + method, e);
        }
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        try {
            Patience.waitFor(process);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Completes each command with its answer; what the browser tells unasked is dropped. */
    private static final class Connection implements WebSocket.Listener {

        private final Map<Integer, CompletableFuture<JsonNode>> expected = new ConcurrentHashMap<>();
        private final StringBuilder text = new StringBuilder();

        CompletableFuture<JsonNode> expect(int id) {
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            expected.put(id, answer);
            return answer;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                CompletableFuture<JsonNode> answer =
                        expected.remove(message.path("id").asInt(0));
                if (answer != null) {
                    answer.complete(message);
                }
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            expected.values().forEach(answer -> answer.completeExceptionally(error));
        }
    }
}
