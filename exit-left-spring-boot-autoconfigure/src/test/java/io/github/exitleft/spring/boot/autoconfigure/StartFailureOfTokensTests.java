package io.github.exitleft.spring.boot.autoconfigure;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;

/** Every mistake in what the properties say of issued tokens, rests and windows fails the start with a report: B1. */
class StartFailureOfTokensTests extends StartFailureSupport {

    private static final String STAGE = """
            exit-left:
              stages:
                radius:
                  source:
                    type: udp
                    udp:
                      address: 127.0.0.1
                      token: {TOKEN}
                  token-type: TYPE
            """;

    private static final String FIELD = "offset: 1, length: 1";

    private static String yaml(String type, String token, String lines) {
        return STAGE.replace("TOKEN", token).replace("TYPE", type) + "      " + lines.replace("; ", "\n      ") + "\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            tokens: {rest: -1s}                    | tokens.rest   | 10:22 | must not be negative, but is PT-1S | a duration such as 60s
            tokens: {rest: 60}                     | tokens.rest   | 10:22 | '60' has no unit                  | a duration, such as 3s
            tokens: {rest: 1s, reuse: allow}       | tokens.rest   | 10:22 | tokens.reuse is allow (origin:    | Remove one of the two
            tokens: {reuse: maybe}                 | tokens.reuse  | 10:23 | there is no such value            | one of: refuse, allow
            tokens: random                         | tokens        | 10:15 | it has keys of its own            | Indent what belongs to it below it
            """)
    void b1_wrongKeyOfTokensOrWindow_isReported(
            String lines, String key, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(
                yaml("java.lang.Integer", FIELD, lines),
                output,
                "exit-left.stages.radius." + key,
                origin,
                reason,
                remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            java.net.InetSocketAddress | sender: true    | rest: 1s                  | rest  | no token rests, since it is a sender's address | Set exit-left.stages.radius.tokens.reuse=refuse
            """)
    void b1_tokenThatCanNotBeIssued_isReported(
            String type, String token, String tokens, String key, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(
                yaml(type, token, "tokens: {" + tokens + "}"),
                output,
                "exit-left.stages.radius.tokens." + key,
                key.equals("bits") && !tokens.contains("bits") ? "not set" : "10:",
                reason,
                remedy);
    }
}
