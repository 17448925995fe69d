package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.when;

import io.github.exitleft.Sender;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.udp.Datagram;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

/** Stages that are mocked or spied upon, in an application with meters, health and endpoint: B12. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "exit-left.stages.mocked.token-type=java.lang.String",
            "exit-left.stages.mocked.source.type=udp",
            "exit-left.stages.mocked.source.udp.token.offset=0",
            "exit-left.stages.mocked.source.udp.token.length=4",
            "exit-left.stages.spied.token-type=java.lang.Integer",
            "exit-left.stages.spied.source.type=udp",
            "exit-left.stages.spied.source.udp.address=127.0.0.1",
            "exit-left.stages.spied.source.udp.token.offset=0",
            "exit-left.stages.spied.source.udp.token.length=4",
            "management.endpoint.health.group.readiness.include=stages/mocked,stages/spied",
            "management.endpoints.jmx.exposure.include=*",
            "spring.jmx.enabled=true"
        })
@DirtiesContext
class MockedStageTests {

    @MockitoBean
    private Stage<String, Datagram> mocked;

    @MockitoSpyBean
    private Stage<Integer, Datagram> spied;

    @Autowired
    private ConfigurableApplicationContext context;

    @Test
    @SuppressWarnings("unchecked")
    void application_startsAndTheMockAnswers() throws Exception {
        Datagram canned = org.mockito.Mockito.mock(Datagram.class);
        when(this.mocked.call(eq("1"), any(Sender.class))).thenReturn(canned);

        assertThat(this.mocked.call("1", () -> {})).isSameAs(canned);
        assertThat(this.context.getBean("mocked")).isSameAs(this.mocked);
    }

    @Test
    void mock_harmsNothingThatWatchesStages() {
        assertThat(this.context
                        .getBean(MeterRegistry.class)
                        .find("exitleft.stage.waiters")
                        .gauges())
                .extracting(gauge -> gauge.getId().getTag("stage"))
                .containsExactly("spied");
        assertThat(this.context.getBean(StagesEndpoint.class).stages().stages()).containsOnlyKeys("spied");
        assertThat(this.context.getBean(StagesEndpoint.class).stage("mocked")).isNull();
        HealthEndpoint health = this.context.getBean(HealthEndpoint.class);
        assertThat(health.healthForPath("stages", "mocked").getStatus().getCode())
                .isEqualTo("UNKNOWN");
        assertThat(health.healthForPath("stages", "spied").getStatus().getCode())
                .isEqualTo("UP");
    }

    @Test
    void spyThatIsToldToShowNothing_breaksNothing() {
        when(this.spied.snapshot(0)).thenReturn(null);

        assertThat(this.context.getBean(StagesEndpoint.class).stages().stages()).isEmpty();
        assertThat(this.context
                        .getBean(HealthEndpoint.class)
                        .healthForPath("stages", "spied")
                        .getStatus()
                        .getCode())
                .isEqualTo("UNKNOWN");
        assertThat(this.context
                        .getBean(MeterRegistry.class)
                        .get("exitleft.stage.promotions")
                        .functionCounter()
                        .count())
                .isZero();
        this.context.stop();
        this.context.start();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
