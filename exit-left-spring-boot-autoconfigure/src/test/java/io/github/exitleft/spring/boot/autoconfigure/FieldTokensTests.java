package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.PeerToken;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** Tokens that are fields of datagrams: numbers in either byte order, and those that are made of the sender and a field. */
class FieldTokensTests {

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class));

    private static String[] udp(String name, String tokenType, String... token) {
        String prefix = "exit-left.stages." + name + ".";
        String[] properties = new String[token.length + 3];
        properties[0] = prefix + "token-type=" + tokenType;
        properties[1] = prefix + "source.type=udp";
        properties[2] = prefix + "source.udp.address=127.0.0.1";
        for (int i = 0; i < token.length; i++) {
            properties[i + 3] = prefix + "source.udp.token." + token[i];
        }
        return properties;
    }

    private static String[] ofPeer(String name, String... token) {
        String[] all = new String[token.length + 2];
        all[0] = "sender=true";
        all[1] = "offset=1";
        System.arraycopy(token, 0, all, 2, token.length);
        return udp(name, PeerToken.class.getName(), all);
    }

    private static <T> Datagram ask(Stage<T, Datagram> stage, T token, EchoPeer peer, byte... request)
            throws Exception {
        return stage.call(token, () -> stage.backdoor(UdpSocket.class).send(peer.address(), request));
    }

    @Test
    void b2_stageOfPeersTokens_isInjectedByTheTypeOfItsIds() {
        this.contextRunner
                .withPropertyValues(ofPeer("radius", "length=1"))
                .withPropertyValues(ofPeer("longs", "length=5"))
                .withPropertyValues(ofPeer("texts", "length=16"))
                .withPropertyValues(ofPeer("uuids", "length=16", "id-type=java.util.UUID"))
                .withPropertyValues(ofPeer("shorts", "length=2", "id-type=java.lang.Short"))
                .withUserConfiguration(Injections.class)
                .run(context -> {
                    Injections injections = context.getBean(Injections.class);
                    assertThat(injections.integers).isSameAs(context.getBean("radius"));
                    assertThat(injections.longs).isSameAs(context.getBean("longs"));
                    assertThat(injections.hexadecimals).isSameAs(context.getBean("texts"));
                    assertThat(injections.ids).isSameAs(context.getBean("uuids"));
                    assertThat(injections.all).containsOnlyKeys("shorts");
                    assertThat(injections.raw).isSameAs(context.getBean("radius"));
                    assertThat(injections.none.getIfAvailable()).isNull();
                });
    }

    @Test
    void m12_idsOfOnePeer_doNotExcludeThoseOfAnother() {
        this.contextRunner
                .withPropertyValues(ofPeer("radius", "length=1"))
                .withUserConfiguration(Radius.class)
                .run(context -> {
                    Stage<PeerToken<Integer>, Datagram> radius = context.getBean(Radius.class).radius;
                    try (EchoPeer one = EchoPeer.start();
                            EchoPeer other = EchoPeer.start();
                            var ticket = radius.ticket(new PeerToken<>(one.address(), 255))) {
                        Datagram reply = ask(radius, new PeerToken<>(other.address(), 255), other, (byte) 1, (byte) -1);
                        assertThat(reply.sender()).isEqualTo(other.address());
                        radius.backdoor(UdpSocket.class).send(one.address(), new byte[] {1, (byte) -1});
                        assertThat(ticket.await().message().sender()).isEqualTo(one.address());
                    }
                });
    }

    @Test
    void m12_numbers_areReadInTheByteOrderOfTheKey() {
        this.contextRunner
                .withPropertyValues(
                        udp("little", "java.lang.Integer", "offset=0", "length=2", "byte-order=little-endian"))
                .withPropertyValues(udp("big", "java.lang.Integer", "offset=0", "length=2", "byte-order=big-endian"))
                .withPropertyValues(udp("unset", "java.lang.Short", "offset=0", "length=2"))
                .withUserConfiguration(Orders.class)
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    try (EchoPeer peer = EchoPeer.start()) {
                        assertThat(ask(orders.little, 0xff01, peer, (byte) 1, (byte) 0xff)
                                        .length())
                                .isEqualTo(2);
                        assertThat(ask(orders.big, 0x01ff, peer, (byte) 1, (byte) 0xff)
                                        .length())
                                .isEqualTo(2);
                        assertThat(ask(orders.unset, (short) 0x01ff, peer, (byte) 1, (byte) 0xff)
                                        .length())
                                .isEqualTo(2);
                    }
                });
    }

    @Test
    void m12_idsOfPeers_areReadInTheByteOrderOfTheKey() {
        this.contextRunner
                .withPropertyValues(ofPeer("radius", "length=2", "byte-order=little-endian"))
                .withUserConfiguration(Radius.class)
                .run(context -> {
                    Stage<PeerToken<Integer>, Datagram> radius = context.getBean(Radius.class).radius;
                    try (EchoPeer peer = EchoPeer.start()) {
                        var token = new PeerToken<>(peer.address(), 0x0201);
                        assertThat(ask(radius, token, peer, (byte) 0, (byte) 1, (byte) 2)
                                        .length())
                                .isEqualTo(3);
                    }
                });
    }

    @Configuration(proxyBeanMethods = false)
    record Injections(
            Stage<PeerToken<Integer>, Datagram> integers,
            Stage<PeerToken<Long>, Datagram> longs,
            Stage<PeerToken<String>, Datagram> hexadecimals,
            Stage<PeerToken<UUID>, Datagram> ids,
            Map<String, Stage<PeerToken<Short>, Datagram>> all,
            @Qualifier("radius") Stage<?, ?> raw,
            ObjectProvider<Stage<PeerToken<Byte>, Datagram>> none) {}

    @Configuration(proxyBeanMethods = false)
    record Radius(Stage<PeerToken<Integer>, Datagram> radius) {}

    @Configuration(proxyBeanMethods = false)
    record Orders(
            @Qualifier("little") Stage<Integer, Datagram> little,
            @Qualifier("big") Stage<Integer, Datagram> big,
            Stage<Short, Datagram> unset) {}
}
