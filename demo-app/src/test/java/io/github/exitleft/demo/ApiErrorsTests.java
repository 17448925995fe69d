package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Source;
import io.github.exitleft.TokenReader;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.DatagramTokens;
import io.github.exitleft.udp.UdpSource;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What callers see when something goes wrong. */
class ApiErrorsTests {

    @Test
    void serverInTheRequestMissingMalformedOrNotAllowed_isRefusedBeforeAnythingIsSent() {
        try (RunningDemo demo = RunningDemo.start()) {
            assertThat(Problems.detail(demo.get("/api/bindings"), 400)).contains("'server'");
            for (String malformed : new String[] {"", "foo", "foo:0", "127.1:3478", "[::1]", "[::1]:3478:1"}) {
                assertThat(Problems.detail(demo.get("/api/bindings?server=" + encoded(malformed)), 400))
                        .startsWith("server '" + malformed + "' must be HOST:PORT");
            }
            String port = demo.server(0).substring(demo.server(0).indexOf(':'));
            for (String stranger :
                    new String[] {"127.0.0.1:9", "127.0.0.9" + port, "[::1]" + port, "nowhere.test" + port}) {
                assertThat(Problems.detail(demo.get("/api/bindings?server=" + encoded(stranger)), 403))
                        .startsWith("server " + stranger + " is not among the configured ones");
            }
            assertThat(demo.servers().requests()).isZero();
        }
    }

    @Test
    void pathThatIsNone_is404AsAProblemEvenForBrowsers() {
        try (RunningDemo demo = RunningDemo.start()) {
            for (String path : new String[] {"/nothing", "/api/nothing", "/api/bindings/x", "/nothing.html"}) {
                assertThat(Problems.detail(demo.get(path, "Accept", "text/html"), 404))
                        .isEqualTo("there is nothing at this path");
            }
        }
    }

    @Test
    void unexpectedError_is500WithoutItsMessage() {
        try (RunningDemo demo =
                RunningDemo.with("logging.level.root=off").bean(new Broken()).start()) {
            assertThat(Problems.detail(demo.get("/broken"), 500)).isEqualTo("an error that should not happen");
        }
    }

    @RestController
    static final class Broken {
        @GetMapping("/broken")
        String broken() {
            throw new IllegalStateException("the secret of java.lang.Thread");
        }
    }

    @Test
    void serverThatDoesNotAnswerInTime_is504AndListedWithItsErrorByNat() {
        try (RunningDemo demo =
                RunningDemo.start("exit-left.stages.stun.default-timeout=700ms", "demo.stun.loopback.loss=1")) {
            assertThat(Problems.detail(demo.get("/api/bindings?server=" + demo.server(0)), 504))
                    .startsWith("the server did not answer within ")
                    .endsWith(" ms");

            JsonNode check = demo.json("/api/nat");
            assertThat(check.path("mapping").asString()).isEqualTo("unknown");
            assertThat(check.path("localPort").asInt()).isEqualTo(demo.udpPort());
            for (JsonNode binding : check.path("bindings")) {
                assertThat(binding.propertyNames()).containsExactlyInAnyOrder("server", "error");
                assertThat(binding.path("error").asString()).isEqualTo("no answer in time");
            }
            assertThat(demo.shown().path("tickets").asInt(-1)).isZero();
        }
    }

    @Test
    void serverAtTheAddressOfNoHost_is502AndListedWithItsErrorByNat() {
        try (RunningDemo demo = RunningDemo.start("demo.stun.servers=0.0.0.0:3478")) {
            String reason = "the server's address is that of no host";
            assertThat(Problems.detail(demo.get("/api/bindings?server=0.0.0.0:3478"), 502))
                    .isEqualTo(reason);
            assertThat(demo.json("/api/nat")
                            .path("bindings")
                            .get(0)
                            .path("error")
                            .asString())
                    .isEqualTo(reason);
        }
    }

    @Test
    void requestsBeyondTheMaximum_are503WithRetryAfterAndLeaveNoTicket() {
        try (RunningDemo demo = RunningDemo.start("exit-left.stages.stun.max-tickets=1", "demo.stun.loopback.loss=1")) {
            CompletableFuture<HttpResponse<String>> first = demo.begin("/api/bindings?server=" + demo.server(0));
            await().until(() -> demo.servers().requests() == 1);

            for (String path : new String[] {"/api/bindings?server=" + demo.server(1), "/api/nat"}) {
                HttpResponse<String> refused = demo.get(path);
                assertThat(Problems.detail(refused, 503))
                        .isEqualTo("too many requests are waiting for answers; try again later");
                assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            }
            assertThat(demo.shown().path("tickets").asInt()).isEqualTo(1);
            demo.servers().loss(0);
            assertThat(first.join().statusCode()).isEqualTo(200);

            // two of the three do not fit: the one that did is given back
            assertThat(Problems.detail(demo.get("/api/nat"), 503)).contains("too many");
            assertThat(demo.shown().path("tickets").asInt(-1)).isZero();
        }
    }

    @Test
    void closedStage_is503AtOnceAndForRequestsThatWait() {
        try (RunningDemo demo = RunningDemo.start("demo.stun.loopback.loss=1")) {
            CompletableFuture<HttpResponse<String>> waiting = demo.begin("/api/bindings?server=" + demo.server(0));
            CompletableFuture<HttpResponse<String>> waitingForAll = demo.begin("/api/nat");
            await().until(() -> demo.shown().path("tickets").asInt()
                    == 1 + demo.servers().addresses().size());

            demo.stage().close();

            for (HttpResponse<String> response : Arrays.asList(
                    waiting.join(),
                    waitingForAll.join(),
                    demo.get("/api/nat"),
                    demo.get("/api/bindings?server=" + demo.server(0)))) {
                assertThat(Problems.detail(response, 503)).isEqualTo("the application is about to stop");
            }
        }
    }

    @Test
    void sourceThatFails_is503WithRetryAfter() {
        try (RunningDemo demo = RunningDemo.with(
                        // without application.yml, whose keys for UDP do not go together with these
                        "spring.config.name=none",
                        "logging.level.root=off",
                        "management.endpoints.web.exposure.include=stages,health",
                        "exit-left.stages.stun.token-type=java.lang.String",
                        "exit-left.stages.stun.source.type=bean",
                        "exit-left.stages.stun.source.bean.name=failing",
                        "exit-left.stages.stun.source.bean.token.reader=transactionId")
                .bean(new Failing())
                .bean(new TransactionId())
                .start()) {
            HttpResponse<String> failed = demo.get("/api/bindings?server=" + demo.server(0));

            assertThat(Problems.detail(failed, 503)).isEqualTo("no server can be asked at the moment; try again later");
            assertThat(failed.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(demo.shown().path("state").asString()).isEqualTo("failed");
            assertThat(demo.get("/actuator/health").statusCode()).isEqualTo(503);
            Problems.detail(demo.get("/api/nat"), 503);
        }
    }

    /** A UDP port that cannot be read. */
    static final class Failing implements Source<Datagram> {
        private final UdpSource port = UdpSource.builder().open();

        @Override
        public @Nullable Datagram receive(Duration remaining) throws IOException {
            throw new IOException("the secret of java.lang.Thread");
        }

        @Override
        public Object backdoor() {
            return port.backdoor();
        }

        @Override
        public void close() throws IOException {
            port.close();
        }
    }

    static final class TransactionId implements TokenReader<String, Datagram> {
        private final TokenReader<String, Datagram> reader = DatagramTokens.at(String.class, 8, 12);

        @Override
        public @Nullable String read(Datagram message) throws Exception {
            return reader.read(message);
        }
    }

    @Test
    void serverThatRefusesOrAnswersNonsense_is502AndListedWithItsErrorByNat() {
        try (FakeServer refusing = FakeServer.replying(request -> FakeServer.error(request, 420));
                FakeServer babbling = FakeServer.replying(request -> Arrays.copyOf(request, 21));
                FakeServer echoing = FakeServer.replying(request -> request);
                FakeServer good = FakeServer.replying(request -> FakeServer.success(request, 4000));
                RunningDemo demo = RunningDemo.start("demo.stun.servers="
                        + String.join(
                                ",",
                                refusing.address(),
                                babbling.address(),
                                echoing.address(),
                                good.address(),
                                "nowhere.test:3478"))) {
            String refused = "the server refused the request with STUN error 420";
            String nonsense = "the server sent something that is no STUN response";
            String nameless = "the server's name has no address";
            assertThat(Problems.detail(demo.get("/api/bindings?server=" + refusing.address()), 502))
                    .isEqualTo(refused);
            assertThat(Problems.detail(demo.get("/api/bindings?server=" + babbling.address()), 502))
                    .isEqualTo(nonsense);
            assertThat(Problems.detail(demo.get("/api/bindings?server=" + echoing.address()), 502))
                    .isEqualTo(nonsense);
            assertThat(Problems.detail(demo.get("/api/bindings?server=nowhere.test:3478"), 502))
                    .isEqualTo(nameless);

            JsonNode bindings = demo.json("/api/nat").path("bindings");
            assertThat(bindings).hasSize(5);
            assertThat(bindings.get(0).path("error").asString()).isEqualTo(refused);
            assertThat(bindings.get(1).path("error").asString()).isEqualTo(nonsense);
            assertThat(bindings.get(2).path("error").asString()).isEqualTo(nonsense);
            assertThat(bindings.get(3).path("mappedAddress").asString()).isEqualTo("203.0.113.5:4000");
            assertThat(bindings.get(4).path("error").asString()).isEqualTo(nameless);
            assertThat(bindings.toString()).doesNotContain("<script>");
        }
    }

    @Test
    void serverThatCannotBeReachedFromThePort_is502() {
        // a port that is bound to an IPv4 address has no way to an IPv6 one
        try (RunningDemo demo = RunningDemo.start(
                "exit-left.stages.stun.source.udp.address=127.0.0.1", "demo.stun.servers=[::1]:3478")) {
            assertThat(Problems.detail(demo.get("/api/bindings?server=" + encoded("[::1]:3478")), 502))
                    .isEqualTo("the request could not be sent to the server");
            JsonNode check = demo.json("/api/nat");
            assertThat(check.path("bindings").get(0).path("error").asString())
                    .isEqualTo("the request could not be sent to the server");
            assertThat(demo.shown().path("tickets").asInt(-1)).isZero();
        }
    }

    @Test
    void strangersReplyWithTheRightTransactionId_isNotBelieved() throws IOException {
        try (DatagramSocket stranger = new DatagramSocket();
                FakeServer asked = FakeServer.answering((socket, request) -> {
                    byte[] forged = FakeServer.success(FakeServer.bytes(request), 6666);
                    stranger.send(new DatagramPacket(forged, forged.length, request.getSocketAddress()));
                    byte[] honest = FakeServer.success(FakeServer.bytes(request), 4000);
                    socket.send(new DatagramPacket(honest, honest.length, request.getSocketAddress()));
                });
                RunningDemo demo = RunningDemo.start("demo.stun.servers=" + asked.address())) {
            assertThat(demo.json("/api/bindings?server=" + asked.address())
                            .path("mappedAddress")
                            .asString())
                    .isEqualTo("203.0.113.5:4000");
            assertThat(demo.json("/api/nat")
                            .path("bindings")
                            .get(0)
                            .path("mappedAddress")
                            .asString())
                    .isEqualTo("203.0.113.5:4000");
            assertThat(demo.shown().path("messages").path("foreign").asInt()).isEqualTo(2);
        }
    }

    private static String encoded(String server) {
        return server.replace("[", "%5B").replace("]", "%5D");
    }
}
