package io.github.exitleft.spring.boot.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.tcp.FrameServer.Part;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

/** Stages over TCP that keys configure, against servers of the test's own: B13. */
class TcpConfigurationTests {

    private static final int CALLERS = 8;

    /** Answers nothing until there is a question of every caller, and then the last first. */
    private static Part backwards(Reading reading) {
        return (in, out) -> {
            while (true) {
                List<byte[]> questions = new ArrayList<>();
                for (int i = 0; i < CALLERS; i++) {
                    questions.add(reading.read(in));
                }
                Collections.reverse(questions);
                for (byte[] question : questions) {
                    out.write(question);
                }
            }
        };
    }

    @FunctionalInterface
    private interface Reading {
        byte[] read(DataInputStream in) throws IOException;
    }

    @FunctionalInterface
    private interface Asking {
        String ask(int caller) throws Exception;
    }

    private static byte[] until(DataInputStream in, byte... end) throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            bytes.write(next);
            byte[] all = bytes.toByteArray();
            if (all.length >= end.length
                    && ByteBuffer.wrap(end).equals(ByteBuffer.wrap(all, all.length - end.length, end.length))) {
                return all;
            }
        }
    }

    /** Asks with many callers at once, each with a number of its own, and compares what each has got. */
    private static void assertEachGetsItsOwn(Asking asking) throws Exception {
        List<FutureTask<String>> answers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            var answer = new FutureTask<>(() -> asking.ask(caller));
            answers.add(answer);
            Thread thread = new Thread(answer);
            thread.setDaemon(true);
            thread.start();
        }
        for (int i = 0; i < CALLERS; i++) {
            assertThat(Patience.get(answers.get(i))).isEqualTo("answer " + i);
        }
    }

    /** Returns what runs with a stage named host, whose keys below tcp are given. */
    private static ApplicationContextRunner host(FrameServer server, String tokenType, String keys) {
        String yaml = """
                exit-left:
                  stages:
                    host:
                      token-type: %s
                      default-timeout: 1h
                      source:
                        type: tcp
                        tcp:
                          remote: %s
                """.formatted(tokenType, server.remote()) + keys.indent(10);
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withInitializer(context -> {
                    try {
                        new YamlPropertySourceLoader()
                                .load("yaml", new ByteArrayResource(yaml.getBytes(UTF_8)))
                                .forEach(context.getEnvironment().getPropertySources()::addLast);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .withUserConfiguration(Beans.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> Stage<T, Frame> host(AssertableApplicationContext context) {
        return (Stage<T, Frame>) context.getBean("host", Stage.class);
    }

    private static String text(Frame frame, int offset) {
        byte[] bytes = frame.toByteArray();
        return new String(bytes, offset, bytes.length - offset, US_ASCII);
    }

    @Test
    void lengthFieldAndTokenField_giveEachCallerItsOwnAnswer() throws Exception {
        try (FrameServer server = new FrameServer(backwards(FrameServer::frame))) {
            host(server, "java.lang.Integer", """
                    frame: {length-field: {length: 2}}
                    token: {offset: 2, length: 4}
                    """)
                    .withUserConfiguration(InjectedById.class)
                    .run(context -> {
                        Stage<Integer, Frame> host =
                                context.getBean(InjectedById.class).host();
                        TcpSender sender = host.backdoor(TcpSender.class);
                        assertEachGetsItsOwn(caller -> {
                            byte[] question = ByteBuffer.allocate(14)
                                    .putInt(2, caller)
                                    .put(6, ("answer " + caller).getBytes(US_ASCII))
                                    .array();
                            return text(host.call(caller, () -> sender.send(question)), 6);
                        });
                    });
        }
    }

    @Test
    void linesOfJson_areReadByABean() throws Exception {
        try (FrameServer server = new FrameServer(backwards(in -> until(in, (byte) '\n')))) {
            host(server, "java.lang.String", """
                    frame: {delimiter: "\\n"}
                    token: {reader: json}
                    """).run(context -> {
                Stage<String, Frame> host = host(context);
                TcpSender sender = host.backdoor(TcpSender.class);
                assertEachGetsItsOwn(caller -> {
                    String line = "{\"id\": \"q" + caller + "\", \"text\": \"answer " + caller + "\"}";
                    Frame answer = host.call("q" + caller, () -> sender.send(line.getBytes(UTF_8)));
                    return (String) Beans.parse(answer).get("text");
                });
            });
        }
    }

    @Test
    void messagesOfHl7_areReadBetweenTheirMarks() throws Exception {
        byte[] end = {0x1c, 0x0d};
        try (FrameServer server = new FrameServer(backwards(in -> {
            byte[] frame = until(in, end);
            assertThat(frame[0]).isEqualTo((byte) 0x0b);
            String[] fields = new String(frame, 1, frame.length - 3, US_ASCII).split("[|\r]", -1);
            String acknowledgement = "\u000bMSH|^~\\&|LAB||||||ACK|A1|P|2.5\rMSA|AA|" + fields[9] + "|answer "
                    + fields[9].substring(1) + "\r\u001c\r";
            return acknowledgement.getBytes(US_ASCII);
        }))) {
            host(server, "java.lang.String", """
                    frame: {between: {start: "0b", end: "1c0d"}}
                    token: {reader: hl7}
                    """).run(context -> {
                Stage<String, Frame> host = host(context);
                TcpSender sender = host.backdoor(TcpSender.class);
                assertEachGetsItsOwn(caller -> {
                    String order = "MSH|^~\\&|WARD||||||ORM^O01|M" + caller + "|P|2.5\rPID|1\r";
                    Frame answer = host.call("M" + caller, () -> sender.send(order.getBytes(US_ASCII)));
                    return text(answer, 0).split("[|\r]")[15];
                });
            });
        }
    }

    @Test
    void m11_answersWithoutIds_areMatchedByTheOrderOfTheQuestions() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server, "java.lang.Long", """
                    frame: {length-field: {length: 2}}
                    token: {order: true}
                    """).run(context -> {
                Stage<Long, Frame> host = host(context);
                TcpSender sender = host.backdoor(TcpSender.class);
                assertEachGetsItsOwn(caller ->
                        text(host.call(() -> sender.sendInOrder(("  answer " + caller).getBytes(US_ASCII))), 2));
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"issue, random", "issue, sequence", "issuer, logon"})
    void b1_tokensThatAreIssuedAndMadeBySending_areReported(String key, String value) throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server, "java.lang.Long", """
                    frame: {length-field: {length: 2}}
                    token: {order: true}
                    """)
                    .withPropertyValues("exit-left.stages.host.tokens." + key + "=" + value)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasMessageContaining("exit-left.stages.host.tokens." + key)
                            .hasMessageContaining("sending a question makes its token"));
        }
    }

    @Test
    void m12_messagesOfIso8583_getTheirTraceNumbersFromTheStage() throws Exception {
        try (FrameServer server = new FrameServer(backwards(FrameServer::frame))) {
            host(server, "java.lang.Integer", """
                    frame: {length-field: {length: 2}}
                    token: {reader: stan}
                    """)
                    .withPropertyValues(
                            "exit-left.stages.host.tokens.issue=sequence", "exit-left.stages.host.tokens.bits=19")
                    .run(context -> {
                        Stage<Integer, Frame> host = host(context);
                        TcpSender sender = host.backdoor(TcpSender.class);
                        assertEachGetsItsOwn(caller -> {
                            Frame answer = host.call(stan -> sender.send(
                                    ("  0800" + "%06d".formatted(stan) + "answer " + caller).getBytes(US_ASCII)));
                            assertThat(answer.length()).isEqualTo(20);
                            return text(answer, 12);
                        });
                    });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {ber: true}                          | 300702010104026162
            {size: 9B}                           | 300702010104026162
            {reader: ber}                        | 300702010104026162
            {length-field: {offset: 1, length: 1, byte-order: little-endian, adjustment: 2, includes-itself: true}} | 300602010104026162
            """)
    void everyOtherWayToFrame_works(String frame, String hex) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        try (FrameServer server = new FrameServer((in, out) -> {
            byte[] sent = in.readNBytes(bytes.length);
            // not the end of the stream, but the framing ends the frame
            out.write(sent);
            in.read();
        })) {
            host(server, "java.lang.Short", "frame: " + frame + "\ntoken: {offset: 4, length: 1}\n")
                    .run(context -> {
                        Stage<Short, Frame> host = host(context);
                        Frame answer = host.call(
                                (short) 1, () -> host.backdoor(TcpSender.class).send(bytes));
                        assertThat(answer.toByteArray()).isEqualTo(bytes);
                    });
        }
    }

    @Test
    void opening_talksBeforeTheStage() throws Exception {
        try (FrameServer server = new FrameServer((in, out) -> {
            assertThat(FrameServer.frame(in)).isEqualTo("\0\5logon".getBytes(US_ASCII));
            out.write("\0\7welcome".getBytes(US_ASCII));
            echo(in, out);
        })) {
            host(server, "java.lang.Short", """
                    frame: {length-field: {length: 2}}
                    token: {offset: 2, length: 2, byte-order: little-endian}
                    opening: logon
                    """).run(context -> {
                Stage<Short, Frame> host = host(context);
                byte[] question = {0, 0, 1, 0};
                assertThat(host.call(
                                        (short) 1,
                                        () -> host.backdoor(TcpSender.class).send(question))
                                .length())
                        .isEqualTo(4);
                assertThat(context.getBean("logon", Logon.class).greeting).isEqualTo("welcome");
            });
        }
    }

    @Test
    void remotes_areTriedInTheirOrder() throws Exception {
        String closed;
        try (FrameServer first = new FrameServer(TcpConfigurationTests::echo)) {
            closed = first.remote();
        }
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                    .withPropertyValues(
                            "exit-left.stages.host.token-type=java.lang.Integer",
                            "exit-left.stages.host.source.type=tcp",
                            "exit-left.stages.host.source.tcp.remotes=" + closed + "," + server.remote(),
                            "exit-left.stages.host.source.tcp.frame.length-field.length=2",
                            "exit-left.stages.host.source.tcp.token.offset=2",
                            "exit-left.stages.host.source.tcp.token.length=4")
                    .run(context -> assertThat(host(context).source()).containsEntry("remote", server.remote()));
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:9, true, 127.0.0.1", "localhost:65535, true, localhost", "[::1]:9, false, 0:0:0:0:0:0:0:1"})
    void remote_isAnIpv6AddressOrWhatIsResolvedLater(String remote, boolean unresolved, String host) {
        TcpProperties tcp = new Binder(new MapConfigurationPropertySource(Map.of("tcp.remote", remote)))
                .bindOrCreate("tcp", TcpProperties.class);

        assertThat(TcpRemotes.of(mock(SourceContext.class), tcp).addresses())
                .singleElement()
                .satisfies(address -> {
                    assertThat(address.isUnresolved()).isEqualTo(unresolved);
                    assertThat(address.getHostString()).isEqualTo(host);
                });
    }

    @Test
    void frameLongerThanTheKeyAllows_failsTheSource() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server, "java.lang.Integer", """
                    max-frame-size: 8B
                    frame: {length-field: {length: 2}}
                    token: {offset: 2, length: 4}
                    """).run(context -> {
                Stage<Integer, Frame> host = host(context);
                assertThatExceptionOfType(SourceFailedException.class)
                        .isThrownBy(() -> host.call(
                                0, () -> host.backdoor(TcpSender.class).send(new byte[9])));
            });
        }
    }

    static void echo(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            out.write(FrameServer.frame(in));
        }
    }

    record InjectedById(Stage<Integer, Frame> host) {}

    /** Logs on, and keeps how it was greeted. */
    static final class Logon implements Opening {

        private volatile String greeting = "";

        @Override
        public void open(Peer peer) throws Exception {
            peer.send("  logon".getBytes(US_ASCII));
            this.greeting = text(peer.receive(Patience.LIMIT), 2);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        TokenReader<String, Frame> json() {
            return frame -> (String) parse(frame).get("id");
        }

        @Bean
        TokenReader<String, Frame> hl7() {
            return frame -> text(frame, 0).split("[|\r]", -1)[14];
        }

        @Bean
        TokenReader<Integer, Frame> stan() {
            return frame -> Integer.valueOf(text(frame, 6).substring(0, 6));
        }

        @Bean
        Framing ber() {
            return Framing.ber();
        }

        @Bean
        Logon logon() {
            return new Logon();
        }

        static Map<String, Object> parse(Frame frame) {
            return JsonParserFactory.getJsonParser()
                    .parseMap(UTF_8.decode(frame.payload()).toString());
        }
    }
}
