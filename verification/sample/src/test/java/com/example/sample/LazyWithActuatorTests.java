package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Stages that are created by the first request for them: what watches them must find them nevertheless. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.main.lazy-initialization=true")
@AutoConfigureRestTestClient
class LazyWithActuatorTests {

    @Autowired
    private RestTestClient client;

    @Autowired
    private MeterRegistry registry;

    @Test
    void stage_isShownOnceItIsThere() {
        client.get().uri("/actuator/stages/orders").exchange().expectStatus().isNotFound();

        client.get().uri("/orders?item=tea").exchange().expectStatus().isOk();

        client.get()
                .uri("/actuator/stages/orders")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.exits.finished")
                .isEqualTo(1);
        client.get()
                .uri("/actuator/health/stages/orders")
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(registry.get("exitleft.stage.wait")
                        .tags("stage", "orders", "exit", "finished")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find("exitleft.stage.wait").tag("stage", "journal").timer())
                .isNull();
    }
}
