package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shutdown with requests in flight, on a real server: B6. */
@ExtendWith(OutputCaptureExtension.class)
class StageShutdownTests {

    private static final int REQUESTS = 20;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestsInFlight_areAnsweredBeforeTheirStageCloses(boolean virtualThreads, CapturedOutput output)
            throws Exception {
        try (EchoPeer peer = EchoPeer.silent()) {
            ConfigurableApplicationContext context = start(
                    peer,
                    "spring.threads.virtual.enabled=" + virtualThreads,
                    "spring.lifecycle.timeout-per-shutdown-phase=30s");
            Stage<?, ?> stage = context.getBean("echo", Stage.class);
            List<CompletableFuture<HttpResponse<String>>> responses = ask(context, stage);

            Thread shutdown = new Thread(context::close, "shutdown");
            shutdown.start();
            await().until(() -> output.getOut().contains("Commencing graceful shutdown"));
            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
            peer.answer();

            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertThat(Patience.get(response).statusCode()).isEqualTo(200);
            }
            Patience.join(shutdown);
            assertThat(shutdown.isAlive()).isFalse();
            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void futuresOfRequestsInFlight_areReadForUntilTheServerHasStopped(CapturedOutput output) throws Exception { // B10
        try (EchoPeer peer = EchoPeer.silent()) {
            ConfigurableApplicationContext context = start(
                    peer, "exit-left.stages.echo.keeper=always", "spring.lifecycle.timeout-per-shutdown-phase=30s");
            Stage<?, ?> stage = context.getBean("echo", Stage.class);
            URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
                    + "/future?token=1");
            var response = HttpClient.newHttpClient()
                    .sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            await().until(() -> stage.snapshot(0).role().tickets() == 1);

            Thread shutdown = new Thread(context::close, "shutdown");
            shutdown.start();
            await().until(() -> output.getOut().contains("Commencing graceful shutdown"));
            peer.answer();

            assertThat(Patience.get(response).statusCode()).isEqualTo(200);
            Patience.join(shutdown);
            assertThat(shutdown.isAlive()).isFalse();
            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.CLOSED);
        }
    }

    @Test
    void requestsThatOutliveTheGracePeriod_endWithTheStageAndNothingHangs() throws Exception {
        try (EchoPeer peer = EchoPeer.silent()) {
            ConfigurableApplicationContext context = start(peer, "spring.lifecycle.timeout-per-shutdown-phase=100ms");
            Stage<?, ?> stage = context.getBean("echo", Stage.class);
            List<CompletableFuture<HttpResponse<String>>> responses = ask(context, stage);

            Thread shutdown = new Thread(context::close, "shutdown");
            shutdown.start();
            Patience.join(shutdown);

            assertThat(shutdown.isAlive()).isFalse();
            assertThat(responses)
                    .allSatisfy(response -> assertThat(response)
                            .failsWithin(30, TimeUnit.SECONDS)
                            .withThrowableOfType(Exception.class));
            await().until(() -> {
                var role = stage.snapshot(0).role();
                return role.tickets() == 0 && role.waiters() == 0 && role.head() == null;
            });
        }
    }

    private static ConfigurableApplicationContext start(EchoPeer peer, String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "server.shutdown=graceful",
                        "peer.port=" + peer.address().getPort(),
                        "exit-left.stages.echo.token-type=java.lang.Integer",
                        "exit-left.stages.echo.default-timeout=60s",
                        "exit-left.stages.echo.source.type=udp",
                        "exit-left.stages.echo.source.udp.address=127.0.0.1",
                        "exit-left.stages.echo.source.udp.token.offset=0",
                        "exit-left.stages.echo.source.udp.token.length=1")
                .properties(properties)
                .run();
    }

    private static List<CompletableFuture<HttpResponse<String>>> ask(
            ConfigurableApplicationContext context, Stage<?, ?> stage) {
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            URI uri = URI.create(
                    "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/?token=" + i);
            responses.add(client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
        }
        await().until(() -> {
            var role = stage.snapshot(0).role();
            return role.waiters() == REQUESTS - 1 && role.head() != null;
        });
        return responses;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Controller controller(Stage<Integer, Datagram> echo, Environment environment) {
            return new Controller(echo, environment.getRequiredProperty("peer.port", int.class));
        }
    }

    @RestController
    static class Controller {

        private final Stage<Integer, Datagram> echo;
        private final int port;

        Controller(Stage<Integer, Datagram> echo, int port) {
            this.echo = echo;
            this.port = port;
        }

        @GetMapping("/future")
        CompletableFuture<String> askAsync(@RequestParam byte token) throws Exception {
            var peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
            return this.echo
                    .callAsync(
                            (int) token,
                            () -> this.echo.backdoor(UdpSocket.class).send(peer, new byte[] {token}))
                    .thenApply(Datagram::toString);
        }

        @GetMapping("/")
        String ask(@RequestParam byte token) throws Exception {
            var peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port);
            return this.echo
                    .call((int) token, () -> this.echo.backdoor(UdpSocket.class).send(peer, new byte[] {token}))
                    .toString();
        }
    }
}
