package com.example.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** What clients of the application see of a stage that is down, and whether that takes its instance out of service. */
class ReadinessTests {

    /** A stage that stays down, since no thread tries it again but that of a caller. */
    @SpringBootTest(
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = {"exit-left.stages.quotes.keeper=off", "exit-left.stages.quotes.on-failure=fail-all"})
    @AutoConfigureStages
    abstract static class Failed {

        @LocalServerPort
        private int port;

        @Autowired
        private ScriptedPeers peers;

        int readiness() throws Exception {
            assertThat(status("/actuator/health/readiness")).isEqualTo(200);
            peers.on("quotes").whenSent().fail(new IOException("the network is gone"));
            assertThat(status("/plain/ACME")).isEqualTo(503);
            assertThat(status("/actuator/health")).isEqualTo(503);
            assertThat(status("/actuator/health/liveness")).isEqualTo(200);
            return status("/actuator/health/readiness");
        }

        private int status(String path) throws Exception {
            return Quotes.get(port, path).statusCode();
        }
    }

    @Nested
    class AsItIs extends Failed {

        @Test
        void b5_instance_staysInService() throws Exception {
            assertThat(readiness()).isEqualTo(200);
        }
    }

    @Nested
    @TestPropertySource(properties = "management.endpoint.health.group.readiness.include=readinessState,stages")
    class WithAllStages extends Failed {

        @Test
        void b5_instance_isTakenOutOfService() throws Exception {
            assertThat(readiness()).isEqualTo(503);
        }
    }

    @Nested
    @TestPropertySource(properties = "management.endpoint.health.group.readiness.include=readinessState,stages/quotes")
    class WithOneStage extends Failed {

        @Test
        void b5_instance_isTakenOutOfService() throws Exception {
            assertThat(readiness()).isEqualTo(503);
        }
    }
}
