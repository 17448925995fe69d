package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.tcp.FrameServer;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.HeartbeatQuestion;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Every mistake in the keys of a TCP connection fails the start with a report: B1. */
class StartFailureOfTcpTests extends StartFailureSupport {

    private static final String KEYS = "exit-left.stages.host.source.tcp.";

    private static final String STAGE = """
            exit-left:
              stages:
                host:
                  token-type: TYPE
                  source:
                    type: tcp
                    tcp:
            """;

    @BeforeEach
    void configure() {
        this.configuration = TcpBeans.class;
    }

    /** Returns the keys of a stage, some of them replaced; one that is to be left out has a minus for a value. */
    private static String yaml(String type, String lines) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("remote", "127.0.0.1:1");
        keys.put("frame", "{length-field: {length: 2}}");
        keys.put("token", "{offset: 2, length: 4}");
        for (String line : lines.split("; ")) {
            String[] keyAndValue = line.split(": ", 2);
            keys.remove(keyAndValue[0]); // so that it comes last
            if (!keyAndValue[1].equals("-")) {
                keys.put(keyAndValue[0], keyAndValue[1]);
            }
        }
        StringBuilder yaml = new StringBuilder(STAGE.replace("TYPE", type));
        keys.forEach((key, value) ->
                yaml.append("          ").append(key).append(": ").append(value).append('\n'));
        return yaml.toString();
    }

    private void assertReported(
            String type, String lines, CapturedOutput output, String key, String origin, String reason, String remedy) {
        String full = key.equals("token-type") ? "exit-left.stages.host.token-type" : KEYS + key;
        assertStartFails(yaml(type, lines), output, full, origin, reason, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            remote: -                         | remote          | not set | it is not known what to connect to     | source.tcp.remotes to several of these
            remotes: [a:1, b:2]               | remotes         | 11:21   | in one way only, and exit-left.stages.host.source.tcp.remote (origin: | Remove one of the two
            remote: -; remotes: [a:1, b]      | remotes         | 10:21   | 'b' has no port                        | such as switch.example:9000
            remote: switch                    | remote          | 10:19   | 'switch' has no port                   | such as switch.example:9000
            remote: '[::1]'                   | remote          | 10:19   | '[::1]' has no port                    | or [2001:db8::1]:9000
            remote: switch:0                  | remote          | 10:19   | must be from 1 to 65535, but is 0      | Set it to host and port
            remote: switch:65536              | remote          | 10:19   | must be from 1 to 65535, but is 65536  | Set it to host and port
            remote: switch:http               | remote          | 10:19   | 'switch:http' is no host with a port   | Set it to host and port
            remote: tcp://switch:9000         | remote          | 10:19   | 'tcp://switch:9000' is no host with    | Set it to host and port
            remote: ''                        | remote          | 10:19   | '' is no host with a port              | Set it to host and port
            remote: '::1:9000'                | remote          | 10:19   | '::1:9000' is no host with a port      | Put an IPv6 address in brackets
            remote: '[switch]:9000'           | remote          | 10:19   | '[switch]' is no IPv6 address          | or [2001:db8::1]:9000
            connections: 0                    | connections     | 11:24   | must be from 1 to 1024, but is 0       | Set it to a value from 1
            connections: 1025                 | connections     | 11:24   | must be from 1 to 1024, but is 1025    | Set it to a value from 1
            pick: fastest                     | pick            | 11:17   | there is no such value                 | one of: least-in-flight, round-robin
            connect-timeout: 0s               | connect-timeout | 11:28   | must be at least PT0.001S, but is PT0S | a duration such as 10s
            connect-timeout: 500              | connect-timeout | 11:28   | '500' has no unit                      | a duration, such as 3s
            send-timeout: -1s                 | send-timeout    | 11:25   | must be at least PT0.001S, but is PT-1S | a duration such as 10s
            max-frame-size: 64000             | max-frame-size  | 11:27   | '64000' has no unit, such as B or KB   | a size, such as 1MB or 1500B
            max-frame-size: 0B                | max-frame-size  | 11:27   | must be from 1 to 2147483647, but is 0 | Set it to a value from 1
            max-frame-size: 3GB               | max-frame-size  | 11:27   | must be from 1 to 2147483647           | Set it to a value from 1
            opening: ''                       | opening         | 11:20   | names no bean                          | the name of an Opening bean
            opening: nothing                  | opening         | 11:20   | there is no bean named 'nothing'       | There are: refusing.
            opening: reader                   | opening         | 11:20   | not an Opening                         | There are: refusing.
            heartbeat: {every: 30s}           | heartbeat.question | not set | there is nothing for the heartbeat to ask | the name of a HeartbeatQuestion bean
            heartbeat: {timeout: 5s}          | heartbeat.question | not set | there is nothing for the heartbeat to ask | the name of a HeartbeatQuestion bean
            heartbeat: {question: ''}         | heartbeat.question | 11:33 | there is nothing for the heartbeat to ask | the name of a HeartbeatQuestion bean
            heartbeat: {question: nothing}    | heartbeat.question | 11:33 | there is no bean named 'nothing'      | There are: echo.
            heartbeat: {question: reader}     | heartbeat.question | 11:33 | not a HeartbeatQuestion               | There are: echo.
            heartbeat: {question: echo, every: 0s} | heartbeat.every | 11:46 | must be at least PT0.001S, but is PT0S | a duration such as 10s
            heartbeat: {question: echo, timeout: 0s} | heartbeat.timeout | 11:48 | must be at least PT0.001S, but is PT0S | a duration such as 10s
            heartbeat: {question: echo, timeout: 30s} | heartbeat.timeout | 11:48 | must be shorter than the 30000 ms from one question to the next, but is 30000 ms | Lower
            heartbeat: {question: echo, every: 5s} | heartbeat.every | 11:46 | must be shorter than the 5000 ms from one question to the next, but is 5000 ms | or raise
            heartbeat: {question: echo, evry: 5s} | heartbeat.evry | 11:45 | did you mean exit-left.stages.host.source.tcp.heartbeat.every? | Correct the key
            remote: lines                     | remote          | 10:19   | 'lines' has no port                    | Set it to host and port
            remot: here:1                     | remot           | 11:18   | did you mean exit-left.stages.host.source.tcp.remote? | Correct the key
            """)
    void b1_wrongKeyOfAConnection_isReported(
            String lines, String key, String origin, String reason, String remedy, CapturedOutput output) {
        assertReported("java.lang.Integer", lines, output, key, origin, reason, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            frame: -                                          | frame                            | not set | it is not known where a frame ends  | frame.length-field; exit-left.stages.host.source.tcp.frame.delimiter;
            frame: {ber: false}                               | frame                            | 10:24   | it is not known where a frame ends  | frame.ber=true
            frame: lines                                      | frame                            | 10:18   | it has keys of its own              | Indent what belongs to it below it
            frame: {ber: true, size: 32B}                     | frame.ber                        | 10:24   | in one way only, and exit-left.stages.host.source.tcp.frame.size (origin: | Remove one of the two
            frame: {ber: true, reader: framing}               | frame.reader                     | 10:38   | frame.ber (origin:                  | Remove one of the two
            frame: {delimiter: ';', length-field: {length: 2}} | frame.delimiter                 | 10:30   | frame.length-field (origin:         | Remove one of the two
            frame: {delimiter: ';', between: {start: '0b'}}   | frame.between                    | 10:52   | frame.delimiter (origin:            | Remove one of the two
            frame: {length-field: 2}                          | frame.length-field               | 10:33   | it has keys of its own              | Indent what belongs to it below it
            frame: {length-field: {offset: 2}}                | frame.length-field.length        | not set | how many bytes the length field has | to a value from 1 to 8
            frame: {length-field: {length: 0}}                | frame.length-field.length        | 10:42   | must be from 1 to 8, but is 0       | a value from 1 to 8
            frame: {length-field: {length: 9}}                | frame.length-field.length        | 10:42   | must be from 1 to 8, but is 9       | a value from 1 to 8
            frame: {length-field: {length: 2, offset: -1}}    | frame.length-field.offset        | 10:53   | must be from 0 to 65536             | a value from 0 to 65536
            frame: {length-field: {length: 2, byte-order: no}} | frame.length-field.byte-order   | 10:57   | there is no such value              | one of: big-endian, little-endian
            frame: {length-field: {length: 2, adjustment: x}} | frame.length-field.adjustment    | 10:57   | x                                   | a whole number
            frame: {length-field: {length: 2, includes-itself: 1s}} | frame.length-field.includes-itself | 10:62 | 1s                              | true or false
            max-frame-size: 9B; frame: {length-field: {length: 2, offset: 8}} | frame.length-field.offset | 11:53 | has 10 bytes, and a frame at most 9 | raise exit-left.stages.host.source.tcp.max-frame-size
            max-frame-size: 7B; frame: {length-field: {length: 8}} | frame.length-field.length   | 11:42   | has 8 bytes, and a frame at most 7  | raise exit-left.stages.host.source.tcp.max-frame-size
            frame: {delimiter: ''}                            | frame.delimiter                  | 10:30   | must not be empty                   | such as "\\r\\n"
            frame: {delimiter: '\\r\\n'}                      | frame.delimiter                  | 10:30   | a backslash with a letter           | in double quotes
            max-frame-size: 2B; frame: {delimiter: "\\r\\n"}  | frame.delimiter                  | 11:30   | has 3 bytes, and a frame at most 2  | raise exit-left.stages.host.source.tcp.max-frame-size
            frame: {between: {start: '0b'}}                   | frame.between.end                | not set | start and end go together           | frame.between.end too, to two hexadecimal digits
            frame: {between: {end: '0b'}}                     | frame.between.start              | not set | start and end go together           | frame.between.start too, to two hexadecimal digits
            frame: {between: {start: 'b', end: '1c0d'}}       | frame.between.start              | 10:36   | 'b' has not two hexadecimal digits  | in quotes, such as "1c0d"
            frame: {between: {start: '0b', end: '0x1c'}}      | frame.between.end                | 10:47   | '0x1c' has not two hexadecimal      | in quotes, such as "1c0d"
            frame: {between: {start: '', end: '1c0d'}}        | frame.between.start              | 10:36   | must not be empty                   | in quotes, such as "1c0d"
            max-frame-size: 3B; frame: {between: {start: '0b', end: '1c0d'}} | frame.between     | 11:36   | has 4 bytes, and a frame at most 3  | raise exit-left.stages.host.source.tcp.max-frame-size
            frame: {size: 32}                                 | frame.size                       | 10:25   | '32' has no unit, such as B or KB   | a size, such as 1MB or 1500B
            frame: {size: 0B}                                 | frame.size                       | 10:25   | must be from 1 to                   | a value from 1 to
            frame: {size: much}                               | frame.size                       | 10:25   | much                                | a size, such as 1MB
            frame: {size: 65KB}                               | frame.size                       | 10:25   | has 66560 bytes, and a frame at most 65536 | raise exit-left.stages.host.source.tcp.max-frame-size
            frame: {reader: ''}                               | frame.reader                     | 10:27   | names no bean                       | the name of a Framing bean
            frame: {reader: nothing}                          | frame.reader                     | 10:27   | there is no bean named 'nothing'    | There are: framing.
            frame: {reader: reader}                           | frame.reader                     | 10:27   | not a Framing                       | There are: framing.
            """)
    void b1_wrongKeyOfAFrame_isReported(
            String lines, String key, String origin, String reason, String remedy, CapturedOutput output) {
        assertReported("java.lang.Integer", lines, output, key, origin, reason, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            java.lang.Integer    | token: -                                 | token            | not set | no way to read the token out of a frame | source.tcp.token.reader (the name of a TokenReader bean)
            java.lang.Integer    | token: {offset: 2, length: 4, reader: reader} | token.reader | 10:49  | token.offset (origin:                   | Remove one of the two
            java.lang.Integer    | token: {offset: 2}                       | token.length     | not set | go together                             | Set exit-left.stages.host.source.tcp.token.length too
            java.lang.Integer    | token: {reader: reader, byte-order: big-endian} | token.byte-order | 10:47 | no field whose bytes               | Remove it, or set
            java.lang.String     | token: {offset: 2, length: 4, byte-order: little-endian} | token.byte-order | 10:53 | only numbers have a byte order | Remove it, or let the field be
            java.lang.Integer    | token: {offset: 2, length: 12}           | token.length     | 10:38   | can't be read from 12 bytes             | be 1 to 4
            java.lang.Integer    | token: {offset: -1, length: 4}           | token.offset     | 10:27   | in no frame                             | 'offset' be 0 or more
            java.time.LocalDate  | token: {offset: 2, length: 4}            | token-type       | 4:19    | java.time.LocalDate can't be read from a place | a token reader of your own
            java.lang.Integer    | max-frame-size: 5B                       | token.length     | 10:38   | is in no payload of at most 5 bytes     | Set it to 3 or less, or raise exit-left.stages.host.source.tcp.max-frame-size
            java.lang.Integer    | max-frame-size: 2B                       | token.length     | 10:38   | is in no payload of at most 2 bytes     | Lower exit-left.stages.host.source.tcp.token.offset, or raise
            java.lang.Integer    | frame: {size: 5B}                        | token.length     | 9:38    | is in no payload of at most 5 bytes     | or raise exit-left.stages.host.source.tcp.frame.size
            java.lang.Integer    | frame: {between: {start: '0b', end: '1c0d'}}; max-frame-size: 8B | token.length | 9:38 | is in no payload of at most 5 bytes | or raise exit-left.stages.host.source.tcp.max-frame-size
            java.lang.Integer    | token: {order: true}                     | token-type       | 4:19    | a place in the order of sending is a java.lang.Long, not a java.lang.Integer | set it to java.lang.Long
            java.lang.Long       | token: {order: true, reader: longReader} | token.order      | 10:26   | token.reader (origin:                   | Remove one of the two
            java.lang.Long       | token: {order: true, offset: 2, length: 8} | token.order    | 10:26   | token.offset (origin:                   | Remove one of the two
            java.lang.Long       | token: {order: true, byte-order: big-endian} | token.byte-order | 10:44 | no field whose bytes                  | Remove it, or set
            java.lang.Long       | token: {order: maybe}                    | token.order      | 10:26   | maybe                                   | true or false
            java.lang.Integer    | token: {reader: ''}                      | token.reader     | 10:27   | names no bean                           | the name of a TokenReader bean
            java.lang.Integer    | token: {reader: nothing}                 | token.reader     | 10:27   | there is no bean named 'nothing'        | datagramReader, longReader, reader
            java.lang.Integer    | token: {reader: longReader}              | token.reader     | 10:27   | reads tokens of type java.lang.Long     | Name another TokenReader bean
            java.lang.Integer    | token: {reader: datagramReader}          | token.reader     | 10:27   | reads messages of type io.github.exitleft.udp.Datagram | Name another TokenReader bean
            """)
    void b1_wrongKeyOfAToken_isReported(
            String type, String lines, String key, String origin, String reason, String remedy, CapturedOutput output) {
        assertReported(type, lines, output, key, origin, reason, remedy);
    }

    @Test
    void b1_connectionThatIsRefused_isReportedWithTheCauseOfEachRemote(CapturedOutput output) throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }

        assertReported(
                "java.lang.Integer",
                "remote: -; remotes: [no-such-host.invalid:9, 127.0.0.1:" + port + "]",
                output,
                "remotes",
                "10:21",
                "cannot connect to no-such-host.invalid:9: unknown host; cannot connect to ",
                "Start the peer, or correct the host and the port");

        assertThat(output).contains("127.0.0.1:" + port + ": Connection refused");
    }

    @Test
    void b1_openingThatFails_isReportedWithItsCause(CapturedOutput output) throws IOException {
        try (FrameServer server = new FrameServer((in, out) -> in.read())) {
            assertReported(
                    "java.lang.Integer",
                    "remote: " + server.remote() + "; opening: refusing",
                    output,
                    "opening",
                    "11:20",
                    server.remote() + " failed: the host refuses this terminal",
                    "Correct what bean 'refusing' says to the peer, or " + KEYS + "remote.");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class TcpBeans {

        @Bean
        HeartbeatQuestion<Integer> echo() {
            return (stage, timeout) -> CompletableFuture.completedFuture(null);
        }

        @Bean
        Framing framing() {
            return Framing.ber();
        }

        @Bean
        Opening refusing() {
            return peer -> {
                throw new IOException("the host refuses this terminal");
            };
        }

        @Bean
        TokenReader<Integer, Frame> reader() {
            return Frame::length;
        }

        @Bean
        TokenReader<Long, Frame> longReader() {
            return frame -> (long) frame.length();
        }

        @Bean
        TokenReader<Integer, Datagram> datagramReader() {
            return Datagram::hashCode;
        }
    }
}
