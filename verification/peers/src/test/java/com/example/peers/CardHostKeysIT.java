package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.HeartbeatQuestion;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

/**
 * A stage that YAML connects to a card host. Between length and message there is a TPDU: a byte, the address that a message is for, and the
 * one that it is from. The host sends its answer to where the request was from, so the stage issues these addresses as tokens.
 */
class CardHostKeysIT {

    private static final int CALLERS = 64;
    private static final int EACH = 20;
    private static final byte TPDU = 0x60;
    private static final short HOST = 0x1234;
    private static final int TPDU_LENGTH = 5;
    private static final int BEFORE_MESSAGE = Card.LENGTH + TPDU_LENGTH;

    private static final String YAML = """
            exit-left:
              stages:
                host:
                  token-type: java.lang.Integer
                  default-timeout: 1m
                  tokens:
                    issue: random
                    bits: 16
                    rest: until-answered
                  source:
                    type: tcp
                    tcp:
                      remote: 127.0.0.1:%d
                      frame:
                        length-field: {length: 2}
                      token: {offset: 3, length: 2}
                      opening: logon
                      heartbeat: {every: 5s, timeout: 4s, question: echo}
            """;

    private static byte[] pack(int from, ISOMsg message) throws ISOException {
        byte[] packed = Card.pack(message);
        return ByteBuffer.allocate(packed.length + TPDU_LENGTH)
                .put(packed, 0, Card.LENGTH)
                .put(TPDU)
                .putShort(HOST)
                .putShort((short) from)
                .put(packed, Card.LENGTH, packed.length - Card.LENGTH)
                .array();
    }

    private static ISOMsg unpack(Frame frame) throws ISOException {
        byte[] bytes = frame.toByteArray();
        return Card.unpack(Arrays.copyOfRange(bytes, BEFORE_MESSAGE, bytes.length));
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Opening logon() {
            return host -> {
                host.send(pack(0, Card.network(1, "001")));
                if (!"00".equals(unpack(host.receive(Patience.LIMIT)).getString(39))) {
                    throw new IOException("the host refuses the logon");
                }
            };
        }

        @Bean
        HeartbeatQuestion<Integer> echo() {
            return (stage, timeout) -> stage.callAsync(
                    CallOptions.<Frame>defaults().timeout(timeout),
                    from -> stage.backdoor(TcpSender.class).send(pack(from, Card.network(2, "301"))));
        }
    }

    private static ApplicationContextRunner runner(CardHost host) throws Exception {
        String yaml = YAML.formatted(host.address().getPort());
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
                .withUserConfiguration(Beans.class)
                .withInitializer(context -> {
                    try {
                        new YamlPropertySourceLoader()
                                .load("yaml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                                .forEach(context.getEnvironment().getPropertySources()::addLast);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void b13_stageByKeys_logsOnAsksWithIssuedTokensAndKeepsTheConnectionAlive() throws Exception {
        // so that they come in another order than the questions
        try (var host = new CardHost(reference -> 20 - Integer.parseInt(reference) % 20, TPDU_LENGTH)) {
            runner(host).run(context -> {
                @SuppressWarnings("unchecked") // as configured
                Stage<Integer, Frame> stage = context.getBean("host", Stage.class);
                List<FutureTask<Void>> callers = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    int first = 1 + caller * EACH;
                    callers.add(Callers.start(() -> {
                        for (int number = first; number < first + EACH; number++) {
                            buy(stage, number);
                        }
                        return null;
                    }));
                }
                for (FutureTask<Void> caller : callers) {
                    Patience.get(caller);
                }
                assertThat(host.logons).hasValue(1);
                assertThat(host.requests).hasValue(CALLERS * EACH);
                // while no caller reads
                await().until(() -> host.echoes.get() > 0
                        && !stage.source().get("heartbeatsAnswered").equals(0L));
                assertThat(stage.source())
                        .containsEntry("heartbeatsUnanswered", 0L)
                        .containsEntry("reconnects", 0L);
                assertThat(stage.snapshot(0).messages())
                        .containsEntry(MessageOutcome.UNKNOWN, 0L)
                        .containsEntry(MessageOutcome.UNREADABLE, 0L);
            });
        }
    }

    private static void buy(Stage<Integer, Frame> stage, int number) throws Exception {
        TcpSender sender = stage.backdoor(TcpSender.class);
        String reference = String.format("%012d", number);
        ISOMsg answer = unpack(stage.call(from -> sender.send(pack(from, Card.money("0200", number, reference)))));
        assertThat(answer.getMTI()).isEqualTo("0210");
        assertThat(answer.getString(Card.STAN)).isEqualTo(String.format("%06d", number));
        assertThat(answer.getString(CardHost.REFERENCE)).isEqualTo(reference);
        assertThat(answer.getString(CardHost.APPROVAL)).isEqualTo(CardHost.approval(reference));
    }
}
