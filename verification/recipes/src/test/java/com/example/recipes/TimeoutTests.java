package com.example.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.test.AutoConfigureStages;
import io.github.exitleft.spring.boot.test.ScriptedPeers;
import io.github.exitleft.udp.Datagram;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A peer that doesn't answer: what the client of the application gets, and another attempt. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "exit-left.stages.quotes.default-timeout=100ms")
@AutoConfigureStages
@ExtendWith(OutputCaptureExtension.class)
class TimeoutTests {

    @LocalServerPort
    private int port;

    @Autowired
    private Stage<Long, Datagram> quotes;

    @Autowired
    private QuoteClient client;

    @Autowired
    private ScriptedPeers peers;

    @ParameterizedTest
    @ValueSource(strings = {"/plain/ACME", "/elastic/ACME", "/future/ACME"})
    void m7_timeout_becomesAGatewayTimeoutAndIsLogged(String path, CapturedOutput output) throws Exception {
        HttpResponse<String> response = Quotes.get(port, path);

        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body()).contains("\"detail\":\"no answer within ").doesNotContain("head");
        assertThat(output)
                .containsPattern(
                        "WARN .*StageErrors.* for the ticket for token .* of stage 'quotes'; .* received meanwhile");
    }

    @Test
    void questionThatTimedOut_isAskedAgainWithAnotherToken() throws Exception {
        peers.on(quotes).whenSent().lose().answer(question -> Quotes.answer(question, 46));

        assertThat(client.askAgain("ACME").getInt(8)).isEqualTo(46);

        assertThat(peers.on(quotes).questions())
                .extracting(question -> question.getLong(0))
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void attempts_areBounded() {
        assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(() -> client.askAgain("ACME"));

        assertThat(peers.on(quotes).questions()).hasSize(3);
    }
}
