package io.github.exitleft.spring.boot.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.StagesEndpointAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.HeartbeatQuestion;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.testing.Patience;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A heartbeat that keys configure: B1, B4, B5, B13. */
class TcpHeartbeatKeysTests {

    private static final String STAGE = "exit-left.stages.host.";

    private static ApplicationContextRunner host(FrameServer server, String every, String timeout) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ExitLeftAutoConfiguration.class,
                        StagesEndpointAutoConfiguration.class,
                        StagesHealthContributorAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        HealthContributorRegistryAutoConfiguration.class,
                        HealthEndpointAutoConfiguration.class))
                .withUserConfiguration(Beans.class)
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=health,stages",
                        "management.endpoint.health.show-details=always",
                        STAGE + "token-type=java.lang.Integer",
                        STAGE + "default-timeout=1h",
                        STAGE + "source.type=tcp",
                        STAGE + "source.tcp.remote=" + server.remote(),
                        STAGE + "source.tcp.frame.length-field.length=2",
                        STAGE + "source.tcp.token.offset=2",
                        STAGE + "source.tcp.token.length=4",
                        STAGE + "source.tcp.opening=onlyOnce",
                        STAGE + "source.tcp.heartbeat.question=echo",
                        STAGE + "source.tcp.heartbeat.every=" + every,
                        STAGE + "source.tcp.heartbeat.timeout=" + timeout);
    }

    private static Map<String, Object> source(ApplicationContext context) {
        return context.getBean(StagesEndpoint.class)
                .stages()
                .stages()
                .get("host")
                .source();
    }

    @Test
    void b5_peerThatDoesNotAnswer_isShownByHealthAndEndpoint() throws Exception {
        try (FrameServer server = new FrameServer((in, out) -> in.readAllBytes())) {
            host(server, "20ms", "10ms").run(context -> {
                Beans beans = context.getBean(Beans.class);
                Patience.await(beans.again); // which stays, so that the failure does
                IndicatedHealthDescriptor health = (IndicatedHealthDescriptor)
                        context.getBean(HealthEndpoint.class).healthForPath("stages", "host");

                assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                assertThat(health.getDetails().get("error"))
                        .asString()
                        .contains("the heartbeat's question was not answered in 10 ms")
                        .contains(server.remote());
                assertThat(source(context))
                        .containsEntry("heartbeatsAnswered", 0L)
                        .containsEntry("heartbeatsUnanswered", 1L);
                assertThat(context.getBean("host", Stage.class).keeper()).isEqualTo(Keeper.IDLE);
                beans.goesOn.countDown();
            });
        }
    }

    @Test
    void b4_peerThatAnswers_isShownByTheEndpoint() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server, "1s", "900ms").run(context -> {
                context.getBean(Beans.class).goesOn.countDown(); // on a slow machine an answer may be late
                await().until(() -> (long) source(context).get("heartbeatsAnswered") > 0);
            });
        }
    }

    @Test
    void b1_stageWithoutAKeeper_isReported() throws Exception {
        try (FrameServer server = new FrameServer(TcpConfigurationTests::echo)) {
            host(server, "30s", "5s")
                    .withPropertyValues(STAGE + "keeper=off")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("a heartbeat needs a keeper")
                            .hasStackTraceContaining(STAGE + "source.tcp.heartbeat.question"));
            await().untilAsserted(() -> assertThat(server.accepted()).isOne());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        final CountDownLatch again = new CountDownLatch(1);
        final CountDownLatch goesOn = new CountDownLatch(1);
        private final AtomicInteger openings = new AtomicInteger();
        private final AtomicInteger asked = new AtomicInteger();

        @Bean
        HeartbeatQuestion<Integer> echo() {
            return (stage, timeout) -> {
                int token = this.asked.getAndIncrement();
                CallOptions<Frame> options = CallOptions.<Frame>defaults().timeout(timeout);
                byte[] question = ByteBuffer.allocate(6).putInt(2, token).array();
                return stage.callAsync(
                        token, options, () -> stage.backdoor(TcpSender.class).send(question));
            };
        }

        @Bean
        Opening onlyOnce() {
            return peer -> {
                if (this.openings.getAndIncrement() > 0) {
                    this.again.countDown();
                    Patience.await(this.goesOn);
                }
            };
        }
    }
}
