package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An interrupt of the request thread that happens to read for all. */
class InterruptIT {

    private static final int REQUESTS = 10;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void headInterruptedWhileItReads_leavesPortOpenAndOthersAnswered(boolean virtual) {
        try (RunningDemo demo = RunningDemo.with(
                        "spring.threads.virtual.enabled=" + virtual,
                        "demo.stun.loopback.loss=1",
                        "exit-left.stages.stun.default-timeout=20s")
                .start()) {
            int port = demo.udpPort();
            AtomicReference<Thread> head = new AtomicReference<>();
            listen(demo.stage(), head);
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                responses.add(demo.begin("/api/bindings?server=" + demo.server(0)));
            }
            await().until(() -> demo.stage().snapshot(0).role().waiters() == REQUESTS - 1);

            head.get().interrupt();
            await().until(() -> responses.stream().anyMatch(CompletableFuture::isDone));
            demo.servers().loss(0);

            int answered = 0;
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                if (response.join().statusCode() == 200) {
                    answered++;
                    assertThat(RunningDemo.json(response.join())
                                    .path("mappedAddress")
                                    .asString())
                            .isEqualTo("127.0.0.1:" + port);
                } else {
                    assertThat(Problems.detail(response.join(), 503)).isEqualTo("the application is about to stop");
                }
            }
            assertThat(answered).isEqualTo(REQUESTS - 1);
            assertThat(demo.json("/api/nat").path("localPort").asInt()).isEqualTo(port);
            assertThat(demo.shown().path("state").asString()).isEqualTo("open");
            assertThat(demo.shown().path("exits").path("interrupted").asInt()).isEqualTo(1);
            assertThat(demo.shown().path("tickets").asInt(-1)).isZero();
        }
    }

    private static <T, M> void listen(Stage<T, M> stage, AtomicReference<Thread> head) {
        stage.addListener(new StageListener<T, M>() {
            @Override
            public void headChanged(Thread thread) {
                head.set(thread);
            }
        });
    }
}
