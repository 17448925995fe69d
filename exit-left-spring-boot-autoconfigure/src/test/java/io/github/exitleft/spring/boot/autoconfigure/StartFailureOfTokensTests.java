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
            window: 0                              | window        | 10:15 | must be from 1 to 2147483647, but is 0 | Set it to a value from 1
            window: -1                             | window        | 10:15 | must be from 1 to                 | Set it to a value from 1
            window: ten                            | window        | 10:15 | ten                               | a whole number
            window: 10; window-wait: -1s           | window-wait   | 11:20 | must not be negative, but is PT-1S | a duration such as 500ms
            window: 10; window-wait: 500           | window-wait   | 11:20 | '500' has no unit                 | a duration, such as 3s
            window-wait: 1s                        | window-wait   | 10:20 | there is no window to wait for    | Set exit-left.stages.radius.window
            tokens: {rest: -1s}                    | tokens.rest   | 10:22 | must not be negative, but is PT-1S | a duration such as 60s
            tokens: {rest: 60}                     | tokens.rest   | 10:22 | '60' has no unit                  | a duration, such as 3s
            tokens: {rest: until-answered}         | tokens.rest   | 10:22 | the source can't tell when        | a duration such as 60s
            tokens: {rest: forever}                | tokens.rest   | 10:22 | forever                           | or to until-answered
            tokens: {rest-most: 5}                 | tokens.rest-most | 10:27 | tokens rest for a time         | until-answered
            tokens: {rest: until-answered, rest-most: 0} | tokens.rest-most | 10:49 | must be at least 1, but is 0 | 1 or more
            tokens: {rest: 1s, reuse: allow}       | tokens.rest   | 10:22 | tokens.reuse is allow (origin:    | Remove one of the two
            tokens: {reuse: maybe}                 | tokens.reuse  | 10:23 | there is no such value            | one of: refuse, allow
            tokens: {issue: often}                 | tokens.issue  | 10:23 | there is no such value            | one of: random, sequence
            tokens: {bits: 8}                      | tokens.bits   | 10:22 | the stage issues no tokens        | Set exit-left.stages.radius.tokens.issue to random or sequence
            tokens: {issue: random, bits: 9}       | tokens.bits   | 10:37 | java.lang.Integer in a field of 8 bits has 1 to 8 bits, not 9 | Set it to a value of 1 to 8
            tokens: {issue: random, bits: 0}       | tokens.bits   | 10:37 | has 1 to 8 bits, not 0            | Set it to a value of 1 to 8
            tokens: {issuer: ''}                   | tokens.issuer | 10:24 | names no bean                     | the name of a TokenIssuer bean
            tokens: {issue: random, issuer: mine}  | tokens.issuer | 10:39 | in one way only, and exit-left.stages.radius.tokens.issue (origin: | Remove one of the two
            tokens: {issuer: mine, bits: 8}        | tokens.bits   | 10:36 | the stage issues no tokens        | or remove it
            tokens: random                         | tokens        | 10:15 | it has keys of its own            | Indent what belongs to it below it
            tokens: {ishue: random}                | tokens.ishue  | 10:23 | did you mean exit-left.stages.radius.tokens.issue? | Correct the key
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
            java.lang.Integer  | offset: 1, length: 4   | issue: random, bits: 33   | bits  | has 1 to 32 bits, not 33                   | Set it to a value of 1 to 32
            java.lang.Integer  | reader: reader         | issue: random, bits: 33   | bits  | java.lang.Integer has 1 to 32 bits, not 33 | Set it to a value of 1 to 32
            java.lang.Integer  | reader: reader         | issue: sequence           | bits  | not known how many bits                    | Set exit-left.stages.radius.tokens.bits to a value of 1 to 32.
            java.lang.Long     | offset: 1, length: 5   | issue: random, bits: 41   | bits  | in a field of 40 bits has 1 to 40 bits     | Set it to a value of 1 to 40
            java.lang.Long     | reader: reader         | issue: random, bits: 65   | bits  | has 1 to 64 bits, not 65                   | Set it to a value of 1 to 64
            java.lang.Short    | reader: reader         | issue: random, bits: 17   | bits  | has 1 to 16 bits, not 17                   | Set it to a value of 1 to 16
            java.util.UUID     | offset: 0, length: 16  | issue: random, bits: 128  | bits  | has 122 bits, not 128                      | Set it to a value of 122
            java.util.UUID     | offset: 0, length: 16  | issue: sequence           | issue | tokens of type java.util.UUID have no order | Set it to random
            java.lang.String   | offset: 0, length: 12  | issue: random, bits: 92   | bits  | in a field of 96 bits has 96 bits, not 92  | four for each hexadecimal digit
            java.lang.String   | reader: reader         | issue: random, bits: 30   | bits  | has 4 to 1024 bits, not 30                 | four for each hexadecimal digit
            java.lang.String   | reader: reader         | issue: random             | bits  | not known how many bits                    | a value of 4 to 1024, four for each hexadecimal digit
            java.lang.String   | offset: 0, length: 12  | issue: sequence           | issue | tokens of type java.lang.String have no order | Set it to random
            java.lang.String   | offset: 0, length: 200 | issue: random             | issue | a field of 200 bytes is too long           | a TokenIssuer bean
            java.net.InetSocketAddress | sender: true    | rest: 1s                  | rest  | no token rests, since it is a sender's address | Set exit-left.stages.radius.tokens.reuse=refuse
            java.nio.ByteBuffer | offset: 0, length: 4  | issue: random             | issue | tokens of type java.nio.ByteBuffer can't be issued | a TokenIssuer bean
            java.net.InetSocketAddress | sender: true    | issue: random             | issue | tokens of type java.net.InetSocketAddress can't be issued | java.lang.Integer
            io.github.exitleft.PeerToken | sender: true, offset: 1, length: 1 | issue: random, bits: 9 | bits | has 1 to 8 bits, not 9 | Set it to a value of 1 to 8
            io.github.exitleft.PeerToken | sender: true, offset: 1, length: 4, id-type: java.nio.ByteBuffer | issue: random | issue | java.nio.ByteBuffer can't be issued | a TokenIssuer bean
            io.github.exitleft.PeerToken | reader: reader | issue: random, bits: 8  | issue | the class of the ids is not known          | exit-left.stages.radius.tokens.issuer
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
