package com.example.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;

/** The write operations of the actuator's endpoint over WebFlux (B4); over Spring MVC they are tested where they are. */
class EndpointChangesTests {

    private static final String STAGES = "/actuator/stages/";
    private static final String IDLE = "{\"keeper\":\"idle\"}";
    private static final String REOPEN = "{\"reopen\":true}";

    abstract static class OnAServer {

        @LocalServerPort
        private int port;

        @Autowired
        Stage<Long, Datagram> quotes;

        HttpResponse<String> change(String stage, String body) throws Exception {
            return Quotes.post(port, STAGES + stage, body);
        }

        void get(String path) throws Exception {
            assertThat(Quotes.get(port, path).statusCode()).isEqualTo(503);
        }
    }

    @Nested
    @SpringBootTest(
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = {
                "management.endpoints.web.exposure.include=stages",
                "management.endpoint.stages.access=unrestricted",
                "exit-left.stages.quotes.keeper=off",
                "exit-left.stages.quotes.on-failure=fail-all" // no thread tries its source, and no caller comes
            })
    @AutoConfigureStages
    class Unrestricted extends OnAServer {

        @Autowired
        private ScriptedPeers peers;

        @AfterEach
        void switchKeeperOff() {
            quotes.keeper(Keeper.OFF);
        }

        @Test
        void b4_keeper_isSetAndShown() throws Exception {
            HttpResponse<String> response = change("quotes", IDLE);

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("\"keeper\":\"idle\"");
            assertThat(quotes.keeper()).isEqualTo(Keeper.IDLE);
        }

        @Test
        void b4_changeThatCanNotBeMade_isABadRequest() throws Exception {
            HttpResponse<String> unknown = change("quotes", "{\"keeper\":\"sometimes\"}");

            assertThat(unknown.statusCode()).isEqualTo(400);
            assertThat(unknown.body())
                    .isEqualTo("{\"error\":\"keeper 'sometimes' for stage 'quotes' does not exist;"
                            + " set 'keeper' to one of off, idle, always\"}");
            assertThat(change("quotes", "{}").statusCode()).isEqualTo(400);
            assertThat(change("quotes", "").statusCode()).isEqualTo(400);
            assertThat(change("quotes", "{\"reopen\":\"perhaps\"}").statusCode())
                    .isEqualTo(400);
            assertThat(quotes.keeper()).isEqualTo(Keeper.OFF);
        }

        @Test
        void b4_unknownStage_isNotFound() throws Exception {
            assertThat(change("other", IDLE).statusCode()).isEqualTo(404);
        }

        @Test
        void b4_reopenOfAStageThatWorks_isAConflict() throws Exception {
            HttpResponse<String> response = change("quotes", REOPEN);

            assertThat(response.statusCode()).isEqualTo(409);
            assertThat(response.body()).contains("has not failed");
        }

        @Test
        void b4_reopenOfAFailedStage_isAccepted() throws Exception {
            peers.on(quotes).whenSent().fail(new IOException("the network is gone"));
            get("/plain/ACME");
            assertThat(quotes.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.FAILED);

            assertThat(change("quotes", REOPEN).statusCode()).isEqualTo(202);

            await().until(() -> quotes.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        }

        @Test
        @DirtiesContext
        void b4_changeOfAClosedStage_isAConflict() throws Exception {
            quotes.close();

            assertThat(change("quotes", IDLE).statusCode()).isEqualTo(409);
        }
    }

    @Nested
    @SpringBootTest(
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = "management.endpoints.web.exposure.include=stages")
    @AutoConfigureStages
    class AsDelivered extends OnAServer {

        @Test
        void b4_change_isNotAllowed() throws Exception {
            Keeper before = quotes.keeper();

            assertThat(change("quotes", "{\"keeper\":\"off\"}").statusCode()).isEqualTo(405);

            assertThat(quotes.keeper()).isEqualTo(before).isEqualTo(Keeper.IDLE);
        }
    }
}
