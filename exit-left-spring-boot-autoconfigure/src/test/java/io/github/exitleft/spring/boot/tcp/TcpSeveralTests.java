package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StagesEndpointAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.TcpSender;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Several connections behind one stage, by keys, and what the endpoint shows of each (B4). */
class TcpSeveralTests {

    private static final String STAGE = "exit-left.stages.host.";

    private static final int LAST = 666;

    /** Echoes frames until one says that it is the last, and closes the connection. */
    private static FrameServer server() {
        return new FrameServer((in, out) -> {
            byte[] frame = FrameServer.frame(in);
            while (ByteBuffer.wrap(frame).getInt(2) != LAST) {
                out.write(frame);
                frame = FrameServer.frame(in);
            }
        });
    }

    private static ApplicationContextRunner host(FrameServer server) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ExitLeftAutoConfiguration.class, StagesEndpointAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=stages")
                .withPropertyValues(
                        STAGE + "token-type=java.lang.Integer",
                        STAGE + "default-timeout=1h",
                        STAGE + "source.type=tcp",
                        STAGE + "source.tcp.remote=" + server.remote(),
                        STAGE + "source.tcp.connections=2",
                        STAGE + "source.tcp.pick=round-robin",
                        STAGE + "source.tcp.frame.length-field.length=2",
                        STAGE + "source.tcp.token.offset=2",
                        STAGE + "source.tcp.token.length=4");
    }

    @SuppressWarnings("unchecked")
    private static Stage<Integer, Frame> stage(ApplicationContext context) {
        return (Stage<Integer, Frame>) context.getBean("host", Stage.class);
    }

    private static Frame ask(Stage<Integer, Frame> stage, int token) throws Exception {
        byte[] question = ByteBuffer.allocate(6).putInt(2, token).array();
        return stage.call(token, () -> stage.backdoor(TcpSender.class).send(question));
    }

    private static Map<String, Object> source(ApplicationContext context) {
        return context.getBean(StagesEndpoint.class)
                .stages()
                .stages()
                .get("host")
                .source();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> connections(ApplicationContext context) {
        return List.copyOf(((Map<String, Map<String, Object>>) source(context).get("connections")).values());
    }

    @Test
    void b4_endpoint_showsEachConnectionAndTheOneThatIsMadeAnew() throws Exception {
        try (FrameServer server = server()) {
            host(server).run(context -> {
                Stage<Integer, Frame> stage = stage(context);
                for (int i = 0; i < 4; i++) {
                    assertThat(ask(stage, i).getInt(2)).isEqualTo(i);
                }
                assertThat(source(context))
                        .containsEntry("remote", server.remote())
                        .containsEntry("reconnects", 0L);
                assertThat(connections(context))
                        .hasSize(2)
                        .allSatisfy(one -> assertThat(one)
                                .containsEntry("remote", server.remote())
                                .containsEntry("inFlight", 0)
                                .containsKeys("localAddress", "connectedSince"));
                assertThat(connections(context).get(0).get("localAddress"))
                        .isNotEqualTo(connections(context).get(1).get("localAddress"));

                assertThatExceptionOfType(SourceFailedException.class)
                        .isThrownBy(() -> ask(stage, LAST))
                        .withStackTraceContaining("the peer closed it");

                assertThat(ask(stage, 5).getInt(2)).isEqualTo(5);
                assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
                await().until(() -> source(context).get("reconnects").equals(1L));
                assertThat(connections(context)).hasSize(2);
            });
        }
    }

    @Test
    void pick_isLeastInFlightUnlessSet() throws Exception {
        try (FrameServer server = server()) {
            host(server)
                    .withPropertyValues(STAGE + "source.tcp.pick=least-in-flight")
                    .run(context -> {
                        assertThat(ask(stage(context), 1).getInt(2)).isEqualTo(1);
                        assertThat(connections(context)).hasSize(2);
                    });
        }
    }
}
