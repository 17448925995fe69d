package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StagesEndpointAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A stage over TCP in operation: the endpoint (B4), health (B5), lazy initialization (B8) and child contexts (B2). */
class TcpOperationsTests {

    private static final String STAGE = "exit-left.stages.host.";

    private static String[] keys(FrameServer server) {
        return new String[] {
            STAGE + "token-type=java.lang.Integer",
            STAGE + "default-timeout=1h",
            STAGE + "source.type=tcp",
            STAGE + "source.tcp.remote=" + server.remote(),
            STAGE + "source.tcp.frame.length-field.length=2",
            STAGE + "source.tcp.token.offset=2",
            STAGE + "source.tcp.token.length=4",
        };
    }

    private static ApplicationContextRunner host(FrameServer server) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ExitLeftAutoConfiguration.class,
                        StagesEndpointAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        HealthContributorRegistryAutoConfiguration.class,
                        HealthEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=health,stages",
                        "management.endpoint.health.show-details=always")
                .withPropertyValues(keys(server));
    }

    @SuppressWarnings("unchecked")
    private static Stage<Integer, Frame> stage(ApplicationContext context) {
        return (Stage<Integer, Frame>) context.getBean("host", Stage.class);
    }

    private static void ask(Stage<Integer, Frame> stage, int token) throws Exception {
        byte[] question = ByteBuffer.allocate(6).putInt(2, token).array();
        assertThat(stage.call(token, () -> stage.backdoor(TcpSender.class).send(question))
                        .getInt(2))
                .isEqualTo(token);
    }

    /** Starts a caller that waits for an answer, which is not sent for; it is told if the connection is lost. */
    private static FutureTask<Frame> waiting(Stage<Integer, Frame> stage, int token) {
        var caller = new FutureTask<>(() -> stage.call(token, () -> {}));
        var thread = new Thread(caller);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> stage.snapshot(0).role().tickets() == 1);
        return caller;
    }

    private static Map<String, Object> source(ApplicationContext context) {
        return context.getBean(StagesEndpoint.class)
                .stages()
                .stages()
                .get("host")
                .source();
    }

    private static IndicatedHealthDescriptor health(ApplicationContext context) {
        return (IndicatedHealthDescriptor) context.getBean(HealthEndpoint.class).healthForPath("stages", "host");
    }

    /** Sends frames back, but hangs up at a frame with the number 2. */
    private static void echoUntilTwo(DataInputStream in, OutputStream out) throws IOException {
        byte[] frame = FrameServer.frame(in);
        while (ByteBuffer.wrap(frame).getInt(2) != 2) {
            out.write(frame);
            frame = FrameServer.frame(in);
        }
    }

    @Test
    void b4_endpoint_showsTheConnectionAndThatItWasMadeAnew() throws Exception {
        try (FrameServer server = new FrameServer(TcpOperationsTests::echoUntilTwo)) {
            host(server).withPropertyValues(STAGE + "on-failure=reopen").run(context -> {
                ask(stage(context), 1);
                Map<String, Object> first = source(context);
                assertThat(first)
                        .containsEntry("type", "tcp")
                        .containsEntry("remote", server.remote())
                        .containsEntry("reconnects", 0L);
                assertThat(first.get("localAddress")).asString().startsWith("127.0.0.1:");
                assertThat(Instant.parse((String) first.get("connectedSince"))).isBeforeOrEqualTo(Instant.now());

                assertThatExceptionOfType(SourceFailedException.class)
                        .isThrownBy(() -> ask(stage(context), 2))
                        .withStackTraceContaining("the peer closed it");
                await().until(() -> source(context).get("reconnects").equals(1L)
                        && source(context).containsKey("connectedSince"));

                assertThat(source(context).get("localAddress")).isNotEqualTo(first.get("localAddress"));
                assertThat(Instant.parse((String) source(context).get("connectedSince")))
                        .isAfter(Instant.parse((String) first.get("connectedSince")));
                await().until(() -> health(context).getStatus().equals(Status.UP));
                ask(stage(context), 3);
            });
        }
    }

    @Test
    void m6_keeper_noticesThatThePeerHasClosedTheConnectionAndMakesItAnew() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server).withPropertyValues(STAGE + "keeper=idle").run(context -> {
                ask(stage(context), 1);

                server.disconnect();

                await().until(() -> source(context).get("reconnects").equals(1L));
                ask(stage(context), 2);
            });
        }
    }

    @Test
    void b5_health_isDownWithTheCauseWhileThePeerIsGone() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server).run(context -> {
                ask(stage(context), 1);
                assertThat(health(context).getStatus()).isEqualTo(Status.UP);

                FutureTask<Frame> caller = waiting(stage(context), 2);
                server.stop();
                assertThatThrownBy(() -> Patience.get(caller)).hasCauseInstanceOf(SourceFailedException.class);

                await().untilAsserted(() -> {
                    IndicatedHealthDescriptor down = health(context);
                    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(down.getDetails().get("error"))
                            .asString()
                            .contains(server.remote())
                            .containsAnyOf("the peer closed it", "Connection refused");
                });
                assertThat(source(context))
                        .containsEntry("remote", server.remote())
                        .doesNotContainKey("connectedSince");
            });
        }
    }

    @Test
    void b8_lazyStage_connectsWhenItIsFirstUsed() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server)
                    .withInitializer(context ->
                            context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                    .run((AssertableApplicationContext context) -> {
                        assertThat(server.accepted()).isZero();
                        assertThat(health(context).getStatus()).isEqualTo(Status.UNKNOWN);

                        ask(stage(context), 1);

                        assertThat(server.accepted()).isOne();
                        assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    });
        }
    }

    @Test
    void b2_childContext_sharesTheConnectionUnlessItConfiguresAnother() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            try (ConfigurableApplicationContext child = child(server);
                    var parent = (ConfigurableApplicationContext) child.getParent()) {
                assertThat(stage(child)).isSameAs(stage(parent));
                ask(stage(child), 1);
                assertThat(server.accepted()).isOne();
            }
            try (ConfigurableApplicationContext child = child(server, STAGE + "source.tcp.send-timeout=2s");
                    var parent = (ConfigurableApplicationContext) child.getParent()) {
                assertThat(stage(child)).isNotSameAs(stage(parent));
                ask(stage(child), 1);
                ask(stage(parent), 1);
                assertThat(server.accepted()).isEqualTo(3);
            }
        }
    }

    private static ConfigurableApplicationContext child(FrameServer server, String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(keys(server))
                .child(Application.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> TestPropertyValues.of(properties).applyTo(context))
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ExitLeftAutoConfiguration.class)
    static class Application {}
}
