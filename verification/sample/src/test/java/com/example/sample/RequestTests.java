package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.testing.Patience;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Requests over real HTTP, answered through the stages. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class RequestTests {

    private static final int THREADS = 16;
    private static final int REQUESTS_PER_THREAD = 25;

    @Autowired
    private RestTestClient client;

    @Autowired
    private Map<String, Stage<?, ?>> stages;

    @Test
    void concurrentRequestsOverBothPorts_getTheirOwnReplies() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Set<Integer>>> numbers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String name = "thread " + thread + ", request ";
                numbers.add(threads.submit(() -> orderAndAskForTicks(name)));
            }
            Set<Integer> all = new HashSet<>();
            for (Future<Set<Integer>> some : numbers) {
                all.addAll(Patience.get(some));
            }
            assertThat(all).hasSize(THREADS * REQUESTS_PER_THREAD);
        } finally {
            threads.shutdownNow();
        }
        assertThat(stages.values()).allSatisfy(stage -> {
            assertThat(stage.snapshot(0).role().waiters()).isZero();
            assertThat(stage.snapshot(0).role().tickets()).isZero();
        });
    }

    private Set<Integer> orderAndAskForTicks(String name) {
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < REQUESTS_PER_THREAD; i++) {
            String text = name + i;
            SampleController.Order order = get("/orders?item={text}", SampleController.Order.class, text);
            assertThat(order.item()).isEqualTo(text);
            numbers.add(order.number());
            assertThat(get("/ticks?symbol={text}", SampleController.Tick.class, text)
                            .symbol())
                    .isEqualTo(text);
        }
        return numbers;
    }

    private <R> R get(String uri, Class<R> type, Object... variables) {
        R body = client.get()
                .uri(uri, variables)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(type)
                .getResponseBody();
        assertThat(body).isNotNull();
        return body;
    }

    @Test
    void alarm_reachesTheRequestThatWaitsForIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Alarm> fire = threads.submit(() -> get("/alarms/fire", Alarm.class));
            Future<Alarm> flood = threads.submit(() -> get("/alarms/flood", Alarm.class));
            await().until(() -> stages.get("alarms").snapshot(0).role().tickets() == 2);
            client.post()
                    .uri("/alarms/flood")
                    .body("first floor")
                    .exchange()
                    .expectStatus()
                    .isOk();
            client.post()
                    .uri("/alarms/fire")
                    .body("roof")
                    .exchange()
                    .expectStatus()
                    .isOk();
            assertThat(Patience.get(fire)).isEqualTo(new Alarm("fire", "roof"));
            assertThat(Patience.get(flood)).isEqualTo(new Alarm("flood", "first floor"));
        } finally {
            threads.shutdownNow();
        }
    }
}
