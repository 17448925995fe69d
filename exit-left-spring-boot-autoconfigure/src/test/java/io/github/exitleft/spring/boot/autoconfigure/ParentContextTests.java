package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Stage;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A child context, which inherits the properties and with them the stages: B2. */
class ParentContextTests {

    private static final String[] PEERS = {
        "exit-left.stages.peers.token-type=java.lang.String",
        "exit-left.stages.peers.source.type=udp",
        "exit-left.stages.peers.source.udp.address=127.0.0.1",
        "exit-left.stages.peers.source.udp.token.offset=0",
        "exit-left.stages.peers.source.udp.token.length=4"
    };

    private static ConfigurableApplicationContext run(String... properties) {
        return new SpringApplicationBuilder(Parent.class)
                .web(WebApplicationType.NONE)
                .properties(PEERS)
                .child(Child.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> TestPropertyValues.of(properties).applyTo(context))
                .run();
    }

    private static void close(ConfigurableApplicationContext child) {
        var parent = (ConfigurableApplicationContext) child.getParent();
        child.close();
        parent.close();
    }

    @Test
    void stageOfTheParent_isNotCreatedAgainAndOutlivesTheChild() {
        ConfigurableApplicationContext child = run();
        try {
            Stage<?, ?> stage = child.getBean("peers", Stage.class);

            assertThat(stage).isSameAs(child.getParent().getBean("peers"));
            assertThat(child.containsLocalBean("peers")).isFalse();
            assertThat(child.getBean(Injected.class).peers()).isSameAs(stage);
            assertThat(child.getBean(StageBeans.class).existing()).containsEntry("peers", stage);
            assertThat(child.getBean(StageBeans.class).names()).containsExactly("peers");

            child.close();

            assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
        } finally {
            close(child);
        }
    }

    @Test
    void stageThatTheChildDefinesOtherwiseOrAlone_isItsOwn() throws Exception {
        ConfigurableApplicationContext child = run(
                "exit-left.stages.peers.drain=7",
                "exit-left.stages.more.token-type=java.lang.String",
                "exit-left.stages.more.source.type=udp",
                "exit-left.stages.more.source.udp.address=127.0.0.1",
                "exit-left.stages.more.source.udp.token.offset=0",
                "exit-left.stages.more.source.udp.token.length=4");
        try {
            Stage<?, ?> own = child.getBean("peers", Stage.class);
            Stage<?, ?> inherited = child.getParent().getBean("peers", Stage.class);

            assertThat(own).isNotSameAs(inherited);
            assertThat(own.backdoor(UdpSocket.class).localAddress())
                    .isNotEqualTo(inherited.backdoor(UdpSocket.class).localAddress());
            assertThat(child.getBean(StageBeans.class).existing()).containsOnlyKeys("peers", "more");
            assertThat(child.getParent().getBean(StageBeans.class).existing()).containsOnlyKeys("peers");
        } finally {
            close(child);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class Parent {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    @Import(Injected.class)
    static class Child {}

    record Injected(Stage<String, Datagram> peers) {}
}
