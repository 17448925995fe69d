package io.github.exitleft.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.test.QueueSource;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stages whose meters a filter has made the same show their sums: B3. */
@SuppressWarnings("unchecked") // beans by name have no type parameters
class SharedMetersTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitLeftAutoConfiguration.class,
                    StageMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withUserConfiguration(Registries.First.class, Stages.class);

    private static void call(ApplicationContext context, String name, int times) throws InterruptedException {
        Stage<String, String> stage = context.getBean(name, Stage.class);
        QueueSource<String> source = context.getBean(name + "Source", QueueSource.class);
        for (int i = 0; i < times; i++) {
            String token = "token " + i;
            stage.call(token, () -> source.add(token));
        }
    }

    private static double delivered(MeterRegistry registry) {
        return registry.get("exitleft.stage.messages")
                .tag("outcome", "delivered")
                .functionCounter()
                .count();
    }

    private static List<Meter> meters(MeterRegistry registry) {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("exitleft"))
                .toList();
    }

    private static void assertSums(ApplicationContext context, MeterRegistry registry) throws InterruptedException {
        call(context, "one", 3);
        call(context, "other", 4);
        assertThat(delivered(registry)).isEqualTo(7);
        assertThat(registry.get("exitleft.stage.wait")
                        .tag("exit", "finished")
                        .timer()
                        .count())
                .isEqualTo(7);
        assertThat(registry.get("exitleft.stage.head.changes").gauge().value()).isEqualTo(7);

        context.getBean("one", Stage.class).close();
        call(context, "other", 1);

        assertThat(meters(registry)).hasSize(39);
        assertThat(delivered(registry)).as("counters never go down").isEqualTo(8);
        assertThat(registry.get("exitleft.stage.wait")
                        .tag("exit", "finished")
                        .timer()
                        .count())
                .isEqualTo(8);
        assertThat(registry.get("exitleft.stage.head.changes").gauge().value()).isEqualTo(5);

        context.getBean("other", Stage.class).close();

        assertThat(meters(registry)).isEmpty();
    }

    @Test
    void stagesWithoutTheirTag_showTheirSumUntilTheLastIsClosed() {
        this.contextRunner
                .withUserConfiguration(NoStageTag.class)
                .run(context -> assertSums(context, context.getBean(MeterRegistry.class)));
    }

    @Test
    void membersOfBootsComposite_showTheSumToo() {
        this.contextRunner
                .withUserConfiguration(NoStageTag.class, Registries.Second.class)
                .run(context -> {
                    assertThat(context.getBean(MeterRegistry.class).getClass().getName())
                            .contains("AutoConfiguredComposite");
                    MeterRegistry second = context.getBean("secondRegistry", MeterRegistry.class);
                    assertSums(context, context.getBean("registry", MeterRegistry.class));
                    assertThat(meters(second)).isEmpty();
                });
    }

    @Test
    void compositeThatKeepsTheTag_hasTheMetersItself() {
        this.contextRunner.withUserConfiguration(Registries.Second.class).run(context -> {
            MeterRegistry composite = context.getBean(MeterRegistry.class);
            call(context, "one", 2);
            call(context, "other", 1);

            for (MeterRegistry registry : List.of(composite, context.getBean("secondRegistry", MeterRegistry.class))) {
                assertThat(meters(registry)).hasSize(78);
                assertThat(registry.get("exitleft.stage.wait")
                                .tags("stage", "one", "exit", "finished")
                                .timer()
                                .count())
                        .isEqualTo(2);
                assertThat(registry.get("exitleft.stage.messages")
                                .tags("stage", "other", "outcome", "delivered")
                                .functionCounter()
                                .count())
                        .isEqualTo(1);
            }
        });
    }

    @Test
    void stagesThatWait_areAddedUp() {
        this.contextRunner.withUserConfiguration(NoStageTag.class).run(context -> {
            for (String name : List.of("one", "other")) {
                for (int i = 0; i < 2; i++) {
                    String token = "waits " + i;
                    Thread waiter = new Thread(() -> {
                        try (var ticket = context.getBean(name, Stage.class).ticket(token)) {
                            ticket.await(Duration.ofSeconds(60));
                        } catch (InterruptedException | RuntimeException e) {
                            // the test is over
                        }
                    });
                    waiter.setDaemon(true);
                    waiter.start();
                }
            }
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            await().until(() -> registry.get("exitleft.stage.waiters").gauge().value() == 2);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class NoStageTag {

        @Bean
        MeterFilter noStageTag() {
            return MeterFilter.ignoreTags("stage");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Stages {

        @Bean
        QueueSource<String> oneSource() {
            return new QueueSource<>();
        }

        @Bean
        QueueSource<String> otherSource() {
            return new QueueSource<>();
        }

        @Bean
        Stage<String, String> one(QueueSource<String> oneSource) {
            return Stage.builder("one", String.class, oneSource, message -> message)
                    .build();
        }

        @Bean
        Stage<String, String> other(QueueSource<String> otherSource) {
            return Stage.builder("other", String.class, otherSource, message -> message)
                    .build();
        }
    }
}
