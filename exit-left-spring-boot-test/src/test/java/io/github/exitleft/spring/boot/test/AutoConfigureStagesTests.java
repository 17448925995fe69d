package io.github.exitleft.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.udp.Datagram;
import io.github.exitleft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** Sources in memory, whatever the properties say, and backdoors of the same class. */
@SpringBootTest
@AutoConfigureStages
class AutoConfigureStagesTests {

    @Autowired
    private ApplicationContext context;

    @Autowired
    private ScriptedPeers peers;

    @Autowired
    private Stage<Long, Frame> printers;

    @Autowired
    private Stage<String, String> alarms;

    @Autowired
    private Stage<Long, String> journal;

    @MockitoBean(name = "orders")
    private Stage<Integer, Datagram> orders;

    @MockitoBean
    private OrderClient client;

    @Test
    void b12_tcp_isInMemoryAndItsSenderIsTheRealOne() throws Exception {
        assertThat(printers.source()).containsEntry("type", "memory");
        peers.on(printers)
                .whenSent()
                .answer(question -> Frame.of(question.remote(), question.place(), bytes("done " + text(question))));
        TcpSender sender = printers.backdoor(TcpSender.class);
        assertThat(text(printers.call(() -> sender.sendInOrder(bytes("a"))))).isEqualTo("done a");
        assertThat(text(printers.call(() -> sender.sendInOrder(bytes("b"))))).isEqualTo("done b");
        assertThat(peers.on("printers").questions())
                .extracting(question -> text((Frame) question))
                .containsExactly("a", "b");
    }

    @Test
    void b12_sourceThatIsABean_isReplacedAndNotLookedUp() throws Exception {
        assertThat(alarms.source()).containsEntry("type", "memory");
        assertThat(alarms.call("fire", () -> peers.on(alarms).send("fire on the roof")))
                .isEqualTo("fire on the roof");
        var loss = new IOException("cut off");
        assertThatThrownBy(() -> alarms.call("flood", () -> peers.on(alarms).fail(loss)))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(loss);
    }

    @Test
    void unknownStage_isReportedWithThoseThatThereAre() {
        assertThatThrownBy(() -> peers.on("Alarm"))
                .hasMessageContaining("stage 'Alarm' (did you mean 'alarms'?) has no peer");
        assertThatThrownBy(() -> peers.on("order"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stage 'order' has no peer")
                .hasMessageContaining("alarms")
                .hasMessageContaining("printers");
    }

    @Test
    void stageThatIsAMockOrTheApplicationsOwn_hasNoPeer() {
        assertThatThrownBy(() -> peers.on(orders))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no peer");
        assertThatThrownBy(() -> peers.on(journal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stage 'journal'")
                .hasMessageContaining("those that the application builds have no peer");
    }

    @Test
    void mistakeOfAScript_failsItsTestThoughTheCodeUnderTestHidIt() {
        peers.on(alarms).whenSent().answer(question -> "flood");
        assertThatThrownBy(() -> peers.on(alarms).accept("fire")).hasMessageContaining("token fire");
        TestContext test = mock();
        given(test.hasApplicationContext()).willReturn(true);
        given(test.getApplicationContext()).willReturn(context);
        assertThatThrownBy(() -> new ScriptedPeersResetListener().afterTestMethod(test))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a script could not be followed: peer of stage 'alarms'");
    }

    @Test
    void sourceWithoutAStandIn_isReported() {
        SourceDefinition none = new SourceDefinition() {
            @Override
            public Class<?> messageType() {
                return String.class;
            }

            @Override
            public OpenSource open(SourceBeans beans) {
                return OpenSource.owned(new QueueSource<String>(), text -> text);
            }
        };
        assertThatThrownBy(() -> peers.open("strange", none, mock()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stage 'strange' can't be in memory")
                .hasMessageContaining("override SourceDefinition.standIn");
    }

    @Test
    void peersOfAClosedContext_saySo() {
        List<ScriptedPeers> old = new ArrayList<>();
        List<Stage<?, ?>> stages = new ArrayList<>();
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ExitLeftAutoConfiguration.class, StagesTestAutoConfiguration.class))
                .withPropertyValues(
                        "exit-left.stages.radius.token-type=java.net.InetSocketAddress",
                        "exit-left.stages.radius.source.type=udp",
                        "exit-left.stages.radius.source.udp.token.sender=true")
                .run(its -> {
                    old.add(its.getBean(ScriptedPeers.class));
                    @SuppressWarnings("unchecked")
                    Stage<InetSocketAddress, Datagram> radius = its.getBean("radius", Stage.class);
                    stages.add(radius);
                    var server = new InetSocketAddress("192.0.2.1", 1812);
                    its.getBean(ScriptedPeers.class)
                            .on(radius)
                            .whenSent(server)
                            .reply(Datagram.of(server, bytes("yes")));
                    UdpSocket socket = radius.backdoor(UdpSocket.class);
                    assertThat(radius.call(server, () -> socket.send(server, bytes("?")))
                                    .length())
                            .isEqualTo(3);
                });
        assertThatThrownBy(() -> old.get(0).on(stages.get(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after their application context was closed");
        assertThatThrownBy(() -> peers.on(stages.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no peer");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(Frame frame) {
        return new String(frame.toByteArray(), StandardCharsets.US_ASCII);
    }
}
