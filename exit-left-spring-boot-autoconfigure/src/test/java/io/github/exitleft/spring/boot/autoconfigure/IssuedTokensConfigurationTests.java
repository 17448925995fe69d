package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.CallOptions;
import io.github.exitleft.PeerToken;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.TokenIssuer;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The keys by which a stage issues tokens and limits its questions. */
class IssuedTokensConfigurationTests {

    private static final InetSocketAddress ONE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1812);
    private static final InetSocketAddress OTHER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1813);

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withPropertyValues(
                    "exit-left.stages.ids.source.type=udp",
                    "exit-left.stages.ids.source.udp.address=127.0.0.1",
                    "exit-left.stages.ids.source.udp.token.offset=1");

    private ApplicationContextRunner stage(Class<?> tokenType, int length, String... properties) {
        return this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.ids.token-type=" + tokenType.getName(),
                        "exit-left.stages.ids.source.udp.token.length=" + length)
                .withPropertyValues(List.of(properties).stream()
                        .map(property -> "exit-left.stages.ids." + property)
                        .toArray(String[]::new));
    }

    private static Set<Object> issue(Stage<?, ?> stage, int count) throws InterruptedException {
        Set<Object> tokens = new HashSet<>();
        List<Ticket<?, ?>> tickets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Ticket<?, ?> ticket = stage.ticket();
            tickets.add(ticket);
            tokens.add(ticket.token());
        }
        tickets.forEach(Ticket::close);
        return tokens;
    }

    private static Set<Integer> all(int least, int most) {
        Set<Integer> all = new HashSet<>();
        for (int i = least; i <= most; i++) {
            all.add(i);
        }
        return all;
    }

    @Test
    void m12_idsOfTheKey_areThoseOfTheField() {
        stage(Integer.class, 1, "tokens.issue=random", "tokens.rest=0s").run(context -> {
            Stage<?, ?> ids = context.getBean("ids", Stage.class);
            assertThat(issue(ids, 256)).isEqualTo(all(0, 255));
        });
    }

    @Test
    void m12_bitsOfTheKey_limitTheIds() {
        stage(Integer.class, 4, "tokens.issue=random", "tokens.bits=4", "tokens.rest=0s")
                .run(context -> assertThat(issue(context.getBean("ids", Stage.class), 16))
                        .isEqualTo(all(0, 15)));
    }

    @Test
    void m12_sequenceOfTheKey_beginsWithOne() {
        stage(Integer.class, 2, "tokens.issue=sequence")
                .run(context -> assertThat(issue(context.getBean("ids", Stage.class), 3))
                        .isEqualTo(all(1, 3)));
    }

    @ParameterizedTest
    @CsvSource({"java.lang.Long, 8", "java.lang.Short, 2", "java.util.UUID, 16", "java.lang.String, 12"})
    void m12_tokensOfEachType_areAsLongAsTheField(Class<?> type, int length) {
        stage(type, length, "tokens.issue=random").run(context -> {
            Object token =
                    issue(context.getBean("ids", Stage.class), 1).iterator().next();
            assertThat(token).isInstanceOf(type);
            if (token instanceof String digits) {
                assertThat(digits).matches("[0-9a-f]{24}");
            }
        });
    }

    @Test
    void m12_issuedId_findsItsAnswer() {
        stage(Integer.class, 1, "tokens.issue=random")
                .withUserConfiguration(Ids.class)
                .run(context -> {
                    Stage<Integer, Datagram> ids = context.getBean(Ids.class).ids;
                    try (EchoPeer peer = EchoPeer.start()) {
                        byte[] sent = new byte[2];
                        Datagram reply = ids.call(id -> {
                            sent[1] = id.byteValue();
                            ids.backdoor(UdpSocket.class).send(peer.address(), sent);
                        });
                        assertThat(reply.toByteArray()).isEqualTo(sent);
                    }
                });
    }

    @Test
    void m12_idsOfPeers_areIssuedForEachPeer() {
        stage(PeerToken.class, 1, "source.udp.token.sender=true", "tokens.issue=random", "default-timeout=1ms")
                .withUserConfiguration(Peers.class)
                .run(context -> {
                    Stage<PeerToken<Integer>, Datagram> peers = context.getBean(Peers.class).ids;
                    CallOptions<Datagram> ofOne =
                            CallOptions.<Datagram>defaults().peer(ONE);
                    Set<PeerToken<Integer>> tokens = new HashSet<>();
                    List<Ticket<?, ?>> tickets = new ArrayList<>();
                    for (int i = 0; i < 256; i++) {
                        var ticket = peers.ticket(ofOne);
                        tickets.add(ticket);
                        tokens.add(ticket.token());
                    }
                    assertThat(tokens)
                            .hasSize(256)
                            .allSatisfy(token -> assertThat(token.sender()).isEqualTo(ONE));
                    assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(() -> peers.ticket(ofOne));
                    try (var ticket =
                            peers.ticket(CallOptions.<Datagram>defaults().peer(OTHER))) {
                        assertThat(ticket.token().sender()).isEqualTo(OTHER);
                    }
                    tickets.forEach(Ticket::close);
                });
    }

    @Test
    void m12_beanOfTheKey_issuesTheTokens() {
        stage(UUID.class, 16, "tokens.issuer=issuer")
                .withUserConfiguration(Issuer.class)
                .run(context -> assertThat(issue(context.getBean("ids", Stage.class), 1))
                        .containsExactly(Issuer.ID));
    }

    @Test
    void m13_windowOfTheKey_limitsTheQuestions() {
        stage(Integer.class, 1, "window=1", "window-wait=1ms", "default-timeout=1h")
                .withUserConfiguration(Ids.class)
                .run(context -> {
                    Stage<Integer, Datagram> ids = context.getBean(Ids.class).ids;
                    try (var ticket = ids.ticket(1)) {
                        assertThat(ticket.token()).isEqualTo(1);
                        assertThatExceptionOfType(StageTimeoutException.class)
                                .isThrownBy(() -> ids.ticket(2))
                                .withMessageContaining("window");
                    }
                    ids.ticket(2).close();
                });
    }

    @Test
    void m11_issuedTokens_restAlsoWhereCallersMayUseTheirsAgain() {
        stage(Integer.class, 1, "tokens.issue=random", "tokens.bits=1", "tokens.reuse=allow", "tokens.rest=1h")
                .withPropertyValues("exit-left.stages.ids.default-timeout=1ms")
                .run(context -> {
                    Stage<?, ?> ids = context.getBean("ids", Stage.class);
                    issue(ids, 2);
                    assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(ids::ticket);
                });
    }

    @Test
    void b7_defaults_areThoseOfTheContract() {
        stage(Integer.class, 1).run(context -> {
            StageProperties ids =
                    context.getBean(ExitLeftProperties.class).stages().get("ids");
            assertThat(ids.window()).isNull();
            assertThat(ids.windowWait()).isNull();
            assertThat(ids.tokens().issue()).isNull();
            assertThat(ids.tokens().bits()).isNull();
            assertThat(ids.tokens().issuer()).isNull();
        });
    }

    @Configuration(proxyBeanMethods = false)
    record Ids(Stage<Integer, Datagram> ids) {}

    @Configuration(proxyBeanMethods = false)
    record Peers(Stage<PeerToken<Integer>, Datagram> ids) {}

    @Configuration(proxyBeanMethods = false)
    static class Issuer {

        static final UUID ID = UUID.randomUUID();

        @Bean
        TokenIssuer<UUID> issuer() {
            return () -> ID;
        }
    }
}
