package com.example.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Requests through a stage over a foreign adapter, which is configured by YAML alone. */
@SpringBootTest
class RequestTests {

    private static Path folder;
    private static ShufflingServer server;

    @Autowired
    private Application.Orders orders;

    @Autowired
    private Stage<Integer, String> stage;

    @DynamicPropertySource
    static void startServer(DynamicPropertyRegistry registry) throws IOException {
        folder = Files.createTempDirectory("orders");
        server = new ShufflingServer(folder.resolve("socket"));
        registry.add("orders.socket", () -> folder.resolve("socket"));
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
        Files.delete(folder);
    }

    @Test
    void concurrentRequests_getTheirOwnAnswersInAnyOrder() throws Exception {
        var first = new FutureTask<>(() -> this.orders.ask(1));
        var thread = new Thread(first, "first");
        thread.setDaemon(true);
        thread.start();
        await().until(() -> this.stage.snapshot(0).role().head() != null);

        assertThat(this.orders.ask(2)).isEqualTo("2=order done");

        assertThat(first.get(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo("1=order done");
    }
}
