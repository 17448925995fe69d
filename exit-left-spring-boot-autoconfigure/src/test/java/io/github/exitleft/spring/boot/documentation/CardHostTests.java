package io.github.exitleft.spring.boot.documentation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.tcp.FrameServer;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.testing.Patience;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

/** The client over TCP that the guide to sources shows, and the keys that it shows for several protocols. */
class CardHostTests {

    private static final int CALLERS = 20;

    private static ApplicationContextRunner runner(String yaml) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withInitializer(context -> {
                    try {
                        new YamlPropertySourceLoader()
                                .load("guide", new ByteArrayResource(yaml.getBytes(UTF_8)))
                                .forEach(context.getEnvironment().getPropertySources()::addLast);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    /** Accepts the logon, and then answers as many questions as there are callers at once, the last first. */
    private static void approve(DataInputStream in, OutputStream out) throws IOException {
        out.write(answer(FrameServer.frame(in)));
        while (true) {
            List<byte[]> answers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                answers.add(0, answer(FrameServer.frame(in)));
            }
            for (byte[] answer : answers) {
                out.write(answer);
            }
        }
    }

    /** Returns the answer: type and trace number, and 00 unless the amount is odd. */
    private static byte[] answer(byte[] question) {
        String text = new String(question, 2, question.length - 2, US_ASCII);
        boolean approved = text.startsWith("0800") || Integer.parseInt(text.substring(10)) % 2 == 0;
        String answer = text.substring(0, 2) + "10" + text.substring(4, 10) + (approved ? "00" : "05");
        return ("\0" + (char) answer.length() + answer).getBytes(US_ASCII);
    }

    @Test
    void m12_callersOfTheGuidesClient_getEachItsOwnAnswer() throws Exception {
        Matcher yaml = Pattern.compile("```yaml\\n(exit-left:\\n  stages:\\n    host:.*?)```", Pattern.DOTALL)
                .matcher(Documentation.read("docs/sources.md"));
        assertThat(yaml.find()).isTrue();
        try (FrameServer server = new FrameServer(CardHostTests::approve)) {
            runner(yaml.group(1))
                    .withPropertyValues(
                            "exit-left.stages.host.default-timeout=1h",
                            "exit-left.stages.host.source.tcp.remotes=" + server.remote())
                    .withUserConfiguration(CardMessages.class, CardHost.class)
                    .run(context -> {
                        CardHost host = context.getBean(CardHost.class);
                        List<FutureTask<Boolean>> answers = new ArrayList<>();
                        for (int i = 0; i < CALLERS; i++) {
                            String amount = String.valueOf(i);
                            var answer = new FutureTask<>(() -> host.approves(amount));
                            answers.add(answer);
                            Thread thread = new Thread(answer);
                            thread.setDaemon(true);
                            thread.start();
                        }
                        for (int i = 0; i < CALLERS; i++) {
                            assertThat(Patience.get(answers.get(i))).isEqualTo(i % 2 == 0);
                        }
                    });
        }
    }

    @ParameterizedTest
    @MethodSource
    void keysOfAProtocol_makeAStage(String protocol, String frame, String token) throws Exception {
        String type = token.contains("offset") ? "java.lang.Integer" : "java.lang.String";
        try (FrameServer server = new FrameServer((in, out) -> in.read())) {
            String yaml = """
                    exit-left:
                      stages:
                        host:
                          token-type: %s
                          source:
                            type: tcp
                            tcp:
                              remote: %s
                              frame: {%s}
                              token: {%s}
                    """.formatted(type, server.remote(), frame, token);
            runner(yaml)
                    .withUserConfiguration(AnyReader.class)
                    .run(context -> assertThat(context).as(protocol).hasSingleBean(Stage.class));
        }
    }

    static Stream<Arguments> keysOfAProtocol_makeAStage() throws IOException {
        List<MatchResult> rows = Pattern.compile("(?m)^\\| ([^|]+) \\| `(.+?)` \\| `((?:offset|reader).+?)` \\|$")
                .matcher(Documentation.read("docs/sources.md"))
                .results()
                .toList();
        assertThat(rows).hasSizeGreaterThan(4);
        return rows.stream().map(row -> Arguments.of(row.group(1), row.group(2), row.group(3)));
    }

    @Configuration(proxyBeanMethods = false)
    static class AnyReader {

        @Bean
        TokenReader<String, Frame> messageId() {
            return Frame::toString;
        }
    }
}
