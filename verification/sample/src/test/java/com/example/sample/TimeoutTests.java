package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.client.RestTestClient;

/** A request over real HTTP whose answer does not come. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class TimeoutTests {

    @Autowired
    private RestTestClient client;

    @Test
    void requestWithoutAnAnswer_endsWithTheTimeoutOfItsStageAndNotBefore() {
        long start = System.nanoTime();
        client.get().uri("/alarms/none").exchange().expectStatus().isEqualTo(HttpStatus.GATEWAY_TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    }
}
