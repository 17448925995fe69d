package io.github.exitleft.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Outcome;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.Ticket;
import io.github.exitleft.TooManyTicketsException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.QueueBeans;
import io.github.exitleft.test.QueueSource;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

/** Meters: B3. */
class StageMetricsAutoConfigurationTests {

    private static final String[] QUEUE = {
        "exit-left.stages.queue.token-type=java.lang.String",
        "exit-left.stages.queue.source.type=bean",
        "exit-left.stages.queue.source.bean.name=source",
        "exit-left.stages.queue.source.bean.token.reader=reader"
    };

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitLeftAutoConfiguration.class,
                    StageMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withUserConfiguration(Registries.First.class, QueueBeans.class)
            .withPropertyValues(QUEUE);

    @Test
    void binder_isAbsentWithoutMicrometer() { // B8
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ExitLeftAutoConfiguration.class, StageMetricsAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(StageMetricsAutoConfiguration.class));
    }

    @Test
    void stage_hasTheMetersOfTheContractAndNoOthers() { // B3
        this.contextRunner.run(context -> assertThat(ids(context.getBean(MeterRegistry.class)))
                .containsExactlyInAnyOrder(
                        "GAUGE exitleft.stage.waiters stage=queue",
                        "GAUGE exitleft.stage.head.changes stage=queue",
                        "COUNTER exitleft.stage.promotions stage=queue",
                        "COUNTER exitleft.stage.exits exit=finished stage=queue",
                        "COUNTER exitleft.stage.exits exit=signalled stage=queue",
                        "COUNTER exitleft.stage.exits exit=timed-out stage=queue",
                        "COUNTER exitleft.stage.exits exit=interrupted stage=queue",
                        "COUNTER exitleft.stage.exits exit=failed stage=queue",
                        "COUNTER exitleft.stage.exits exit=closed stage=queue",
                        "COUNTER exitleft.stage.exits exit=cancelled stage=queue",
                        "COUNTER exitleft.stage.exits exit=not-sent stage=queue",
                        "COUNTER exitleft.stage.messages outcome=delivered stage=queue",
                        "COUNTER exitleft.stage.messages outcome=late stage=queue",
                        "COUNTER exitleft.stage.messages outcome=duplicate stage=queue",
                        "COUNTER exitleft.stage.messages outcome=foreign stage=queue",
                        "COUNTER exitleft.stage.messages outcome=unknown stage=queue",
                        "COUNTER exitleft.stage.messages outcome=unreadable stage=queue",
                        "COUNTER exitleft.stage.messages outcome=overflow stage=queue",
                        "COUNTER exitleft.stage.messages outcome=abandoned stage=queue",
                        "COUNTER exitleft.stage.messages outcome=event stage=queue",
                        "TIMER exitleft.stage.wait exit=finished stage=queue",
                        "TIMER exitleft.stage.wait exit=signalled stage=queue",
                        "TIMER exitleft.stage.wait exit=timed-out stage=queue",
                        "TIMER exitleft.stage.wait exit=interrupted stage=queue",
                        "TIMER exitleft.stage.wait exit=failed stage=queue",
                        "TIMER exitleft.stage.wait exit=closed stage=queue",
                        "TIMER exitleft.stage.wait exit=cancelled stage=queue",
                        "TIMER exitleft.stage.wait exit=not-sent stage=queue",
                        "COUNTER exitleft.stage.refused reason=tickets stage=queue",
                        "COUNTER exitleft.stage.refused reason=token stage=queue",
                        "COUNTER exitleft.stage.refused reason=failed stage=queue",
                        "COUNTER exitleft.stage.refused reason=closed stage=queue",
                        "GAUGE exitleft.stage.up stage=queue",
                        "GAUGE exitleft.stage.tickets stage=queue",
                        "GAUGE exitleft.stage.tickets.max stage=queue",
                        "GAUGE exitleft.stage.pending stage=queue",
                        "COUNTER exitleft.stage.source.failures stage=queue",
                        "COUNTER exitleft.stage.reopens stage=queue",
                        "COUNTER exitleft.stage.callback.failures stage=queue"));
    }

    @Test
    void meters_showWhatHappenedOnTheStage() { // B3
        this.contextRunner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            Stage<String, String> stage = queue(context.getBean("queue"));
            source(context.getBean("source")).add("unknown");
            source(context.getBean("source")).add("token");
            try (var ticket = stage.ticket("token")) {
                ticket.await(Duration.ofSeconds(20));
                assertThatExceptionOfType(StageTimeoutException.class)
                        .isThrownBy(() -> ticket.await(Duration.ofMillis(1)));
            }

            assertThat(count(registry, "exitleft.stage.exits", "exit", "finished"))
                    .isEqualTo(1);
            assertThat(count(registry, "exitleft.stage.exits", "exit", "timed-out"))
                    .isEqualTo(1);
            assertThat(count(registry, "exitleft.stage.messages", "outcome", "delivered"))
                    .isEqualTo(1);
            assertThat(count(registry, "exitleft.stage.messages", "outcome", "unknown"))
                    .isEqualTo(1);
            // a wait that ends long after its deadline, on a busy machine, looks on and heads once more
            assertThat(registry.get("exitleft.stage.head.changes").gauge().value())
                    .isEqualTo(stage.snapshot(0).role().headChanges())
                    .isGreaterThanOrEqualTo(2);
            assertThat(waits(registry)).isEqualTo(2);
            assertThat(registry.get("exitleft.stage.wait")
                            .tag("exit", "timed-out")
                            .timer()
                            .totalTime(TimeUnit.NANOSECONDS))
                    .isPositive();
        });
    }

    @Test
    void waitersAndPromotions_areCounted() { // B3
        this.contextRunner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            Stage<String, String> stage = queue(context.getBean("queue"));
            Thread head = waiting(stage, "a");
            await().until(() -> stage.snapshot(0).role().head() != null);
            Thread waiter = waiting(stage, "b");
            await().until(() -> registry.get("exitleft.stage.waiters").gauge().value() == 1);

            source(context.getBean("source")).add("a");
            head.join();
            await().until(() ->
                    registry.get("exitleft.stage.promotions").functionCounter().count() == 1);

            assertThat(registry.get("exitleft.stage.waiters").gauge().value()).isZero();
            source(context.getBean("source")).add("b");
            waiter.join();
        });
    }

    @Test
    void m13_window_hasMetersWhereItIsSet() { // B3
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue.window=1", "exit-left.stages.queue.default-timeout=1h")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    Stage<String, String> stage = queue(context.getBean("queue"));
                    assertThat(ids(registry))
                            .hasSize(42)
                            .contains(
                                    "GAUGE exitleft.stage.window stage=queue",
                                    "GAUGE exitleft.stage.window.waiting stage=queue",
                                    "TIMER exitleft.stage.window.wait stage=queue");
                    Thread second;
                    try (var first = stage.ticket("a")) {
                        assertThat(first.token()).isEqualTo("a");
                        second = waiting(stage, "b");
                        await().until(() -> registry.get("exitleft.stage.window.waiting")
                                        .gauge()
                                        .value()
                                == 1);
                        assertThat(registry.get("exitleft.stage.window").gauge().value())
                                .isEqualTo(1);
                        assertThat(registry.get("exitleft.stage.window.wait")
                                        .timer()
                                        .count())
                                .isZero();
                    }
                    await().until(() ->
                            registry.get("exitleft.stage.window.wait").timer().count() == 1);
                    assertThat(registry.get("exitleft.stage.window.waiting")
                                    .gauge()
                                    .value())
                            .isZero();
                    source(context.getBean("source")).add("b");
                    second.join();
                    await().until(() ->
                            registry.get("exitleft.stage.window").gauge().value() == 0);

                    stage.close();

                    assertThat(ids(registry)).isEmpty();
                });
    }

    @Test
    void m12_issuedTokens_haveMetersWhereTheStageIssuesThem() { // B3
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.queue.tokens.issue=random",
                        "exit-left.stages.queue.tokens.bits=4",
                        "exit-left.stages.queue.default-timeout=1h")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    Stage<String, String> stage = queue(context.getBean("queue"));
                    assertThat(ids(registry))
                            .hasSize(41)
                            .contains(
                                    "GAUGE exitleft.stage.tokens.resting stage=queue",
                                    "GAUGE exitleft.stage.tokens.waiting stage=queue");
                    List<Ticket<String, String>> all = new ArrayList<>();
                    for (int i = 0; i < 16; i++) {
                        all.add(stage.ticket());
                    }
                    Thread waiter = new Thread(() -> {
                        try {
                            stage.ticket().close();
                        } catch (InterruptedException | StageClosedException e) {
                            // the test is over
                        }
                    });
                    waiter.start();
                    await().until(() -> registry.get("exitleft.stage.tokens.waiting")
                                    .gauge()
                                    .value()
                            == 1);

                    all.forEach(Ticket::close);

                    assertThat(registry.get("exitleft.stage.tokens.resting")
                                    .gauge()
                                    .value())
                            .isEqualTo(16);
                    stage.close();
                    waiter.join();
                    assertThat(ids(registry)).isEmpty();
                });
    }

    private static long waits(MeterRegistry registry) {
        return registry.get("exitleft.stage.wait").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    @Test
    void stageThatRefuses_showsWhyAndHowManyTicketsItHas() { // B3
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue.max-tickets=2", "exit-left.stages.queue.keeper=always")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    Stage<String, String> stage = queue(context.getBean("queue"));
                    var future = stage.callAsync("one", () -> {});
                    try (var other = stage.ticket("other")) {
                        assertThatExceptionOfType(TooManyTicketsException.class)
                                .isThrownBy(() -> stage.call("third", () -> {}));

                        assertThat(gauge(registry, "tickets")).isEqualTo(2);
                        assertThat(gauge(registry, "tickets.max")).isEqualTo(2);
                        assertThat(gauge(registry, "pending")).isEqualTo(1);
                        assertThat(count(registry, "exitleft.stage.refused", "reason", "tickets"))
                                .isEqualTo(1);
                        assertThat(count(registry, "exitleft.stage.refused", "reason", "token"))
                                .isZero();
                        assertThat(other.token()).isEqualTo("other");
                    }
                    assertThat(future.cancel(false)).isTrue();
                    assertThat(gauge(registry, "pending")).isZero();
                });
    }

    @Test
    void sourceThatFails_isNotUpUntilItWorksAgain() { // B3
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue.on-failure=fail-all")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    Stage<String, String> stage = queue(context.getBean("queue"));
                    assertThat(gauge(registry, "up")).isEqualTo(1);

                    source(context.getBean("source")).fail(new IOException("cut"));
                    assertThatExceptionOfType(SourceFailedException.class)
                            .isThrownBy(() -> stage.call("one", () -> {}));

                    assertThat(gauge(registry, "up")).isZero();
                    assertThat(registry.get("exitleft.stage.source.failures")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                    await().until(() -> {
                        source(context.getBean("source")).add("two");
                        try {
                            stage.call("two", () -> {});
                            return true;
                        } catch (SourceFailedException e) { // it is tried again once a second
                            return false;
                        }
                    });
                    assertThat(gauge(registry, "up")).isEqualTo(1);
                    assertThat(registry.get("exitleft.stage.reopens")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void listenerThatThrows_isCounted() { // B3, M9
        this.contextRunner.run(context -> {
            Stage<String, String> stage = queue(context.getBean("queue"));
            stage.addListener(new StageListener<String, String>() {
                @Override
                public void exited(Outcome outcome, Duration waited) {
                    throw new IllegalStateException("a listener of a test");
                }
            });
            source(context.getBean("source")).add("token");
            assertThat(stage.call("token", () -> {})).isEqualTo("token");
            assertThat(context.getBean(MeterRegistry.class)
                            .get("exitleft.stage.callback.failures")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });
    }

    private static double gauge(MeterRegistry registry, String meter) {
        return registry.get("exitleft.stage." + meter).gauge().value();
    }

    @Test
    void meters_areGoneOnceTheStageIsClosed() { // B3
        this.contextRunner.run(context -> {
            queue(context.getBean("queue")).close();
            assertThat(ids(context.getBean(MeterRegistry.class))).isEmpty();
        });
    }

    @Test
    void stageThatIsClosedBeforeTheBinderComes_getsNoMeters() { // B3
        this.contextRunner
                .withUserConfiguration(ClosesEarly.class)
                .run(context ->
                        assertThat(ids(context.getBean(MeterRegistry.class))).isEmpty());
    }

    @Test
    void stageOfTheUser_hasTheSameMetersUnderTheNameOfItsBean() { // B2, B3
        this.contextRunner.withUserConfiguration(OwnStage.class).run(context -> {
            List<String> ids = ids(context.getBean(MeterRegistry.class));
            assertThat(ids).hasSize(78).contains("TIMER exitleft.stage.wait exit=finished stage=own");
        });
    }

    @Test
    void stageCreatedAfterTheBinderRan_hasMeters() { // B3, B8
        this.contextRunner.withUserConfiguration(LazyStage.class).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(ids(registry)).noneMatch(id -> id.contains("stage=late"));

            context.getBean("late");

            assertThat(ids(registry))
                    .filteredOn(id -> id.contains("stage=late"))
                    .hasSize(39);
        });
    }

    @Test
    void eachOfSeveralRegistries_hasTheMeters() { // B3
        this.contextRunner.withUserConfiguration(Registries.Second.class).run(context -> {
            MeterRegistry first = context.getBean("registry", MeterRegistry.class);
            MeterRegistry second = context.getBean("secondRegistry", MeterRegistry.class);
            source(context.getBean("source")).add("token");
            Stage<String, String> stage = queue(context.getBean("queue"));
            stage.call("token", () -> {});

            for (MeterRegistry registry : List.of(first, second)) {
                assertThat(ids(registry)).hasSize(39);
                assertThat(waits(registry)).isEqualTo(1);
            }
            stage.close();
            assertThat(ids(first)).isEmpty();
            assertThat(ids(second)).isEmpty();
        });
    }

    @Test
    void registryBoundTwice_countsOnce() { // B3
        this.contextRunner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            context.getBean("exitLeftStageMeterBinder", MeterBinder.class).bindTo(registry);
            source(context.getBean("source")).add("token");
            queue(context.getBean("queue")).call("token", () -> {});
            assertThat(waits(registry)).isEqualTo(1);
        });
    }

    @Test
    void newerInstanceOfAPrototype_takesOverTheMeters() { // B3
        this.contextRunner.withUserConfiguration(PrototypeStage.class).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            Stage<String, String> former = queue(context.getBean("many"));
            Stage<String, String> newer = queue(context.getBean("many"));
            former.close();
            assertThat(ids(registry))
                    .filteredOn(id -> id.contains("stage=many"))
                    .hasSize(39);
            newer.close();
            assertThat(ids(registry)).noneMatch(id -> id.contains("stage=many"));
        });
    }

    @Test
    void registryThatRefusesMeters_doesNotBreakStages() { // B3
        this.contextRunner
                .withUserConfiguration(RefusingRegistry.class, LazyStage.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    RefusingRegistry.refuses = true;
                    try {
                        assertThat(context.getBean("late")).isInstanceOf(Stage.class);
                    } finally {
                        RefusingRegistry.refuses = false;
                    }
                });
    }

    @Test
    void documentation_namesEveryTag() { // B3
        assertThat(StageMeter.EXITS.getKeyNames()).extracting(Object::toString).containsExactly("STAGE", "EXIT");
        assertThat(StageMeter.values()).allSatisfy(meter -> {
            assertThat(meter.getName()).startsWith("exitleft.stage.");
            assertThat(meter.getKeyNames()).contains(StageMeter.Key.STAGE);
        });
    }

    private static Thread waiting(Stage<String, String> stage, String token) {
        Thread thread = new Thread(() -> {
            try (var ticket = stage.ticket(token)) {
                ticket.await(Duration.ofSeconds(60));
            } catch (InterruptedException | StageClosedException e) {
                // the test is over
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static double count(MeterRegistry registry, String name, String key, String value) {
        return registry.get(name).tag(key, value).functionCounter().count();
    }

    private static List<String> ids(MeterRegistry registry) {
        List<String> ids = new ArrayList<>();
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getName().startsWith("exitleft")) {
                ids.add(meter.getId().getType() + " " + meter.getId().getName() + " "
                        + meter.getId().getTags().stream()
                                .map(tag -> tag.getKey() + "=" + tag.getValue())
                                .collect(Collectors.joining(" ")));
            }
        }
        return ids;
    }

    @SuppressWarnings("unchecked")
    private static Stage<String, String> queue(Object bean) {
        return (Stage<String, String>) bean;
    }

    @SuppressWarnings("unchecked")
    private static QueueSource<String> source(Object bean) {
        return (QueueSource<String>) bean;
    }

    private static Stage<String, String> stage() {
        return Stage.builder("named otherwise", String.class, new QueueSource<String>(), message -> message)
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStage {

        @Bean
        Stage<String, String> own() {
            return stage();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyStage {

        @Bean
        @Lazy
        Stage<String, String> late() {
            return stage();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeStage {

        @Bean
        @Scope("prototype")
        Stage<String, String> many() {
            return stage();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ClosesEarly {

        ClosesEarly(Stage<String, String> queue) {
            queue.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RefusingRegistry {

        static volatile boolean refuses;

        @Bean
        MeterFilter refusal() {
            return new MeterFilter() {
                @Override
                public Meter.Id map(Meter.Id id) {
                    if (refuses) {
                        throw new IllegalStateException("no more meters");
                    }
                    return id;
                }
            };
        }
    }
}
