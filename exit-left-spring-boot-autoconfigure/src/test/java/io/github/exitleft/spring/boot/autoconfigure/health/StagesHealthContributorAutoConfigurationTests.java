package io.github.exitleft.spring.boot.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Keeper;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.test.QueueSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Health: B5. */
class StagesHealthContributorAutoConfigurationTests {

    private static final String[] QUEUE = {
        "exit-left.stages.queue.token-type=java.lang.String",
        "exit-left.stages.queue.source.type=bean",
        "exit-left.stages.queue.source.bean.name=source",
        "exit-left.stages.queue.source.bean.token.reader=reader"
    };

    /** So that the stage is down for as long as the test looks at it. */
    private static final String FAIL_ALL = "exit-left.stages.queue.on-failure=fail-all";

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitLeftAutoConfiguration.class,
                    StagesHealthContributorAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class))
            .withUserConfiguration(Beans.class)
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=health",
                    "management.endpoint.health.show-details=always");

    @Test
    void contributor_isAbsentWithoutHealth() { // B8
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ExitLeftAutoConfiguration.class, StagesHealthContributorAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health.contributor"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(StagesHealthContributorAutoConfiguration.class));
    }

    @Test
    void disabledHealth_hasNoContributor() { // B5
        this.contextRunner
                .withPropertyValues("management.health.stages.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(StagesHealthContributor.class));
    }

    @Test
    void contributorWithoutStages_hasNothingToTell() { // B5
        this.contextRunner.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(StagesHealthContributor.class);
            assertThat(health(context, "stages")).isNull();
            assertThat(context.getBean(HealthEndpoint.class).health().getStatus())
                    .isNotEqualTo(Status.DOWN);
        });
    }

    @Test
    void eachStage_isOneComponentTheUsersOwnToo() { // B2, B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withUserConfiguration(OwnStage.class)
                .run(context -> {
                    var stages = (CompositeHealthDescriptor) health(context, "stages");
                    assertThat(stages).isNotNull();
                    assertThat(stages.getStatus()).isEqualTo(Status.UP);
                    assertThat(stages.getComponents()).containsOnlyKeys("own", "queue");
                    assertThat(health(context, "stages", "other")).isNull();
                });
    }

    @Test
    void lazyStage_isUnknownUntilItExistsAndAskingDoesNotCreateIt() { // B5, B8
        this.contextRunner.withUserConfiguration(LazyStage.class).run(context -> {
            var unknown = (IndicatedHealthDescriptor) health(context, "stages", "late");
            assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(unknown.getDetails()).containsEntry("reason", "not created yet");
            assertThat(context.getBeanFactory().containsSingleton("late")).isFalse();

            context.getBean("late");

            assertThat(health(context, "stages", "late").getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void stageWhoseSourceFailed_isDownWithTheReasonAndUpOnceItReopens() { // B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues(FAIL_ALL)
                .run(context -> {
                    Stage<String, String> stage = queue(context);
                    source(context).fail(new IOException("cable cut"));
                    assertThatExceptionOfType(SourceFailedException.class)
                            .isThrownBy(() -> stage.call("token", () -> {}));

                    IndicatedHealthDescriptor down = component(context);
                    assertThat(down.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(down.getDetails())
                            .containsEntry("reason", "source failed")
                            .containsEntry("error", "java.io.IOException: cable cut")
                            .containsEntry("transientFailures", 0L);
                    Instant since = Instant.parse((String) down.getDetails().get("since"));
                    assertThat(since).isBefore(Instant.now());
                    assertThat(Instant.parse((String) down.getDetails().get("nextAttempt")))
                            .isAfter(since);
                    assertThat(context.getBean(HealthEndpoint.class).health().getStatus())
                            .isEqualTo(Status.DOWN);

                    await().until(() -> {
                        source(context).add("another");
                        try {
                            stage.call("another", () -> {});
                            return true;
                        } catch (SourceFailedException e) { // it is tried again once a second
                            return false;
                        }
                    });
                    assertThat(component(context).getStatus()).isEqualTo(Status.UP);
                });
    }

    @Test
    void stageWithoutRoomForATicket_isUpAndSaysSo() { // B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("exit-left.stages.queue.max-tickets=1")
                .run(context -> {
                    try (var only = queue(context).ticket("token")) {
                        IndicatedHealthDescriptor up = component(context);
                        assertThat(up.getStatus()).isEqualTo(Status.UP);
                        assertThat(up.getDetails())
                                .containsEntry(
                                        "reason", "no more callers are taken: all 1 tickets of max-tickets are live");
                        assertThat(only.token()).isEqualTo("token");
                    }
                    assertThat(component(context).getDetails()).isNullOrEmpty();
                });
    }

    @Test
    void stageWhoseHeadHangs_isDownAfterTheSetTime() { // B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.health.stages.unattended-after=50ms")
                .run(context -> {
                    CountDownLatch hanging = context.getBean(CountDownLatch.class);
                    Stage<String, String> stage = queue(context);
                    Thread head = new Thread(
                            () -> {
                                try (var ticket = stage.ticket("token")) {
                                    ticket.await(Duration.ofSeconds(60));
                                } catch (InterruptedException | StageClosedException e) {
                                    // the test is over
                                }
                            },
                            "hanging-head");
                    head.start();
                    source(context).add("hang");

                    await().untilAsserted(() -> {
                        IndicatedHealthDescriptor down = component(context);
                        assertThat(down.getStatus()).isEqualTo(Status.DOWN);
                        assertThat(down.getDetails())
                                .containsEntry("head", "hanging-head")
                                .containsEntry("reason", "callers wait, but no thread reads the source");
                        assertThat(down.getDetails().get("unattended"))
                                .asString()
                                .startsWith("PT");
                    });

                    hanging.countDown();
                    source(context).add("token");
                    head.join();
                    assertThat(component(context).getStatus()).isEqualTo(Status.UP);
                });
    }

    @Test
    void stageThatWaitsInVain_isUpAsLongAsItsSourceIsRead() { // B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.health.stages.unattended-after=1m")
                .run(context -> {
                    Stage<String, String> stage = queue(context);
                    Thread head = new Thread(() -> {
                        try (var ticket = stage.ticket("token")) {
                            ticket.await(Duration.ofSeconds(60));
                        } catch (InterruptedException | StageClosedException e) {
                            // the test is over
                        }
                    });
                    head.start();
                    await().until(() -> stage.snapshot(0).role().head() != null);
                    assertThat(component(context).getStatus()).isEqualTo(Status.UP);
                    stage.close();
                    head.join();
                });
    }

    @Test
    void closedStage_isOutOfService() { // B5
        this.contextRunner.withPropertyValues(QUEUE).run(context -> {
            queue(context).close();
            assertThat(component(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        });
    }

    @Test
    void stage_canBeAMemberOfAHealthGroup() { // B5
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.endpoint.health.group.readiness.include=stages/queue")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void memberOfAReadinessGroup_comesBackByItselfWithoutBeingAsked() { // B5: an instance out of service is sent no
        // requests
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.endpoint.health.group.readiness.include=stages")
                .run(context -> {
                    source(context).fail(new IOException("cable cut"));
                    assertThatExceptionOfType(SourceFailedException.class)
                            .isThrownBy(() -> queue(context).call("token", () -> {}));

                    await().until(() -> health(context, "readiness").getStatus().equals(Status.UP));
                    assertThat(queue(context).keeper()).isEqualTo(Keeper.OFF);
                });
    }

    @Test
    void lazyStage_canBeAMemberOfAHealthGroupAndIsNotCreatedForIt() { // B5, B8
        this.contextRunner
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.endpoint.health.group.readiness.include=stages/queue")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(health(context, "readiness").getStatus()).isEqualTo(Status.UNKNOWN);
                    assertThat(context.getBeanFactory().containsSingleton("queue"))
                            .isFalse();

                    context.getBean("queue");

                    assertThat(health(context, "readiness").getStatus()).isEqualTo(Status.UP);
                });
    }

    @Test
    void healthGroupThatNamesNoStage_isStillRefused() { // B1
        this.contextRunner
                .withPropertyValues(QUEUE)
                .withPropertyValues("management.endpoint.health.group.readiness.include=stages/other")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void durationWithoutUnit_isRefused() { // B1
        this.contextRunner
                .withPropertyValues("management.health.stages.unattended-after=5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("'5' has no unit, such as s or ms"));
    }

    private static HealthDescriptor health(AssertableApplicationContext context, String... path) {
        return context.getBean(HealthEndpoint.class).healthForPath(path);
    }

    private static IndicatedHealthDescriptor component(AssertableApplicationContext context) {
        return (IndicatedHealthDescriptor) health(context, "stages", "queue");
    }

    @SuppressWarnings("unchecked")
    private static Stage<String, String> queue(AssertableApplicationContext context) {
        return (Stage<String, String>) context.getBean("queue");
    }

    @SuppressWarnings("unchecked")
    private static QueueSource<String> source(AssertableApplicationContext context) {
        return (QueueSource<String>) context.getBean("source");
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        QueueSource<String> source() {
            return new QueueSource<>();
        }

        @Bean(destroyMethod = "countDown")
        CountDownLatch hanging() {
            return new CountDownLatch(1);
        }

        @Bean
        TokenReader<String, String> reader(CountDownLatch hanging) {
            return message -> {
                if (message.equals("hang")) {
                    hanging.await();
                }
                return message;
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStage {

        @Bean
        Stage<String, String> own() {
            return Stage.builder("own", String.class, new QueueSource<String>(), message -> message)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyStage {

        @Bean
        @Lazy
        Stage<String, String> late() {
            return Stage.builder("late", String.class, new QueueSource<String>(), message -> message)
                    .build();
        }
    }
}
