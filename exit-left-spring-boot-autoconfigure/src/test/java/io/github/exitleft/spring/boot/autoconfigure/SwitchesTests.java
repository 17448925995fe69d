package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint;
import io.github.exitleft.spring.boot.autoconfigure.health.StagesHealthContributorAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.metrics.StageMetricsAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageObservationAutoConfiguration;
import io.github.exitleft.udp.Datagram;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;

/** Stages that are switched off, one or all. */
class SwitchesTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitLeftAutoConfiguration.class,
                    StagesEndpointAutoConfiguration.class,
                    StagesHealthContributorAutoConfiguration.class,
                    StageMetricsAutoConfiguration.class,
                    StageObservationAutoConfiguration.class,
                    OnStages.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(ObservationRegistry.class, ObservationRegistry::create)
            .withUserConfiguration(Optionally.class)
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=stages",
                    "management.endpoints.jmx.exposure.include=stages")
            .withPropertyValues(stage("stun"))
            .withPropertyValues(stage("dns"));

    private static String[] stage(String name) {
        return Stream.of(
                        "token-type=java.lang.String",
                        "source.type=udp",
                        "source.udp.token.sender=false",
                        "source.udp.token.offset=8",
                        "source.udp.token.length=12",
                        "source.udp.address=127.0.0.1")
                .map(key -> "exit-left.stages." + name + "." + key)
                .toArray(String[]::new);
    }

    @Test
    void b8_stagesThatAreNotSwitchedOff_areSeenByAll() {
        this.contextRunner.run(context -> {
            assertThat(context.getBeansOfType(Stage.class)).containsOnlyKeys("stun", "dns");
            assertThat(context).hasBean("onStun").hasBean("onDns").hasSingleBean(StagesEndpoint.class);
            assertThat(context.getBean(Optionally.class).dns().getIfAvailable()).isNotNull();
        });
    }

    @Test
    void b8_allSwitchedOff_leavesNothingOfTheAutoConfiguration() {
        this.contextRunner.withPropertyValues("exit-left.enabled=false").run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(Stage.class)
                    .doesNotHaveBean(StageBeans.class)
                    .doesNotHaveBean(StagesEndpoint.class)
                    .doesNotHaveBean(HealthContributor.class)
                    .doesNotHaveBean(MeterBinder.class)
                    .doesNotHaveBean(ExitLeftProperties.class)
                    .doesNotHaveBean("onStun")
                    .doesNotHaveBean("onDns")
                    .hasBean("withoutStun");
            assertThat(Stream.of(context.getBeanDefinitionNames())
                            .map(context::getType)
                            .filter(type ->
                                    type != null && type.getPackageName().startsWith("io.github.exitleft"))
                            .filter(type -> type != Optionally.class && type != OnStages.class))
                    .isEmpty();
            assertThat(context.getBeansOfType(BeanPostProcessor.class)).doesNotContainKey("exitLeftStageBeans");
            Optionally optionally = context.getBean(Optionally.class);
            assertThat(optionally.dns().getIfAvailable()).isNull();
            assertThat(optionally.all()).isEmpty();
        });
    }

    @Test
    void b8_allSwitchedOff_checksNothing() {
        this.contextRunner
                .withPropertyValues("exit-left.enabled=false", "exit-left.stages.stun.no-such-key=1")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void b8_stageThatIsSwitchedOff_isSeenByNone() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.dns.enabled=false")
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean("dns")
                            .doesNotHaveBean("onDns")
                            .hasBean("onStun")
                            .doesNotHaveBean("withoutStun");
                    assertThat(context.getBean(Optionally.class).all().orElseThrow())
                            .containsOnlyKeys("stun");
                    assertThat(context.getBean(Optionally.class).dns().getIfAvailable())
                            .isNull();
                    assertThat(context.getBean(StageBeans.class).names()).containsExactly("stun");
                    assertThat(context.getBean(StagesEndpoint.class).stages().stages())
                            .containsOnlyKeys("stun");
                    CompositeHealthContributor health = context.getBean(CompositeHealthContributor.class);
                    assertThat(health.getContributor("dns")).isNull();
                    assertThat(health.getContributor("stun")).isNotNull();
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    context.getBean(MeterBinder.class).bindTo(registry);
                    assertThat(registry.find("exitleft.stage.tickets")
                                    .tag("stage", "dns")
                                    .gauges())
                            .isEmpty();
                    assertThat(registry.find("exitleft.stage.tickets")
                                    .tag("stage", "stun")
                                    .gauges())
                            .hasSize(1);
                });
    }

    @Test
    void b1_stageThatIsSwitchedOff_needsNothingThatIsMissing() {
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.later.enabled=false",
                        "exit-left.stages.later.source.type=not-there-yet",
                        "exit-left.stages.same-port.enabled=false",
                        "exit-left.stages.same-port.token-type=java.lang.String")
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** A user's own auto-configuration. */
    @AutoConfiguration(after = ExitLeftAutoConfiguration.class)
    static class OnStages {

        @Bean
        @ConditionalOnBean(name = "stun")
        String onStun() {
            return "stun";
        }

        @Bean
        @ConditionalOnBean(name = "dns")
        String onDns() {
            return "dns";
        }

        @Bean
        @ConditionalOnMissingBean(name = "stun")
        String withoutStun() {
            return "without";
        }
    }

    record Optionally(
            @Qualifier("dns") ObjectProvider<Stage<String, Datagram>> dns,
            Optional<Map<String, Stage<String, Datagram>>> all) {}
}
