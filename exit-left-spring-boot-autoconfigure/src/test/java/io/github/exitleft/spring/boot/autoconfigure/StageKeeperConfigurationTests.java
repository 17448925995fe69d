package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.SourceOpener;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

/** The keeper of configured stages, what reopens their sources, and what runs for asynchronous calls. */
@SuppressWarnings("unchecked") // beans by name have no type parameters
class StageKeeperConfigurationTests extends StartFailureSupport {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withUserConfiguration(QueueBeans.class, OwnExecutor.class)
            .withPropertyValues(
                    "exit-left.stages.queue.token-type=java.lang.String",
                    "exit-left.stages.queue.source.type=bean",
                    "exit-left.stages.queue.source.bean.name=source",
                    "exit-left.stages.queue.source.bean.token.reader=reader");

    private static Stage<String, String> stage(ApplicationContext context) {
        return context.getBean("queue", Stage.class);
    }

    private static boolean hasKeeper() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("exit-left keeper of stage 'queue'"));
    }

    @BeforeEach
    void keepersOfOtherTestsHaveEnded() {
        await().until(() -> !hasKeeper());
    }

    @Test
    void keeper_isOffUnlessSet() {
        this.contextRunner.run(context -> {
            assertThat(stage(context).keeper()).isEqualTo(Keeper.OFF);
            assertThat(hasKeeper()).isFalse();
        });
    }

    @ParameterizedTest
    @EnumSource(Keeper.class)
    void keeper_isThatOfTheSourceUnlessSet(Keeper preferred) {
        assertThat(keeperOf(Map.of(), preferred)).isEqualTo(preferred);
        assertThat(keeperOf(Map.of("stage.keeper", "off"), preferred)).isEqualTo(Keeper.OFF);
        assertThat(keeperOf(Map.of("stage.keeper", "always"), preferred)).isEqualTo(Keeper.ALWAYS);
    }

    /** A source with a keeper of its choice. */
    private record Preferring(Keeper preferredKeeper, QueueSource<String> queue) implements Source<String> {

        @Override
        public String receive(Duration remaining) throws Exception {
            return this.queue.receive(remaining);
        }

        @Override
        public void wakeup() {
            this.queue.wakeup();
        }

        @Override
        public void close() {
            this.queue.close();
        }
    }

    private static Keeper keeperOf(Map<String, String> keys, Keeper preferred) {
        StageProperties properties =
                new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate("stage", StageProperties.class);
        SourceDefinition source = new SourceDefinition() {
            @Override
            public Class<?> messageType() {
                return String.class;
            }

            @Override
            public OpenSource open(SourceBeans beans) {
                return OpenSource.owned(new Preferring(preferred, new QueueSource<>()), (TokenReader<String, String>)
                        message -> message);
            }
        };
        var beanFactory = new StaticListableBeanFactory();
        var factory = new StageFactory(
                beanFactory,
                beanFactory.getBeanProvider(StageCustomizer.class),
                beanFactory.getBeanProvider(SourceOpener.class));
        var keysOfIt = new StageKeys(new MockEnvironment(), "any");
        var definition = new StageDefinition(keysOfIt, properties, String.class, String.class, source, "Adapter");
        try (Stage<?, ?> stage = factory.create(definition)) {
            return stage.keeper();
        }
    }

    @ParameterizedTest
    @CsvSource({"off, OFF", "'off', OFF", "idle, IDLE", "always, ALWAYS"}) // off is false in YAML
    void keeper_isAsSetInYaml(String value, Keeper expected) throws IOException {
        try (ConfigurableApplicationContext context =
                run(BEAN + "      keeper: " + value + "\n      keeper-idle: 1ms\n")) {
            assertThat(stage(context).keeper()).isEqualTo(expected);
        }
    }

    @Test
    void keeper_readsAndEndsWithTheContext() {
        this.contextRunner
                .withPropertyValues(
                        "exit-left.stages.queue.keeper=idle",
                        "exit-left.stages.queue.keeper-idle=1ms",
                        "exit-left.stages.queue.on-failure=fail-all")
                .run(context -> {
                    assertThat(hasKeeper()).isTrue();
                    context.getBean(QueueSource.class).add("unknown");
                    await().until(() -> stage(context).snapshot(0).messages().values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()
                            == 1);
                });
        await().until(() -> !hasKeeper());
    }

    @Test
    void source_comesBackByItself() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue.on-failure=reopen")
                .run(context -> {
                    QueueSource<String> source = context.getBean(QueueSource.class);
                    Stage<String, String> stage = stage(context);
                    var reopened = new CountDownLatch(1);
                    stage.addListener(new StageListener<>() {
                        @Override
                        public void reopened() {
                            reopened.countDown();
                        }
                    });
                    source.fail(new IOException("cable cut"));
                    try (var ticket = stage.ticket("1")) {
                        assertThat(catchThrowable(ticket::await)).hasRootCauseMessage("cable cut");
                    }

                    await().until(() -> reopened.getCount() == 0);
                    assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
                });
    }

    @Test
    void asynchronousCalls_areCompletedInTheCommonPoolWhereThereIsNothingElse() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue.keeper=always")
                .run(context -> assertThat(completedBy(context))
                        .startsWith(
                                ForkJoinPool.getCommonPoolParallelism() > 1
                                        ? "ForkJoinPool.commonPool"
                                        : "exit-left spare thread"));
    }

    @Test
    void asynchronousCalls_areCompletedByBootsExecutor() {
        this.contextRunner
                .withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
                .withPropertyValues(
                        "exit-left.stages.queue.keeper=always", "spring.task.execution.thread-name-prefix=boots-")
                .run(context -> assertThat(completedBy(context)).startsWith("boots-"));
    }

    @Test
    void asynchronousCalls_areCompletedByTheExecutorThatIsNamed() {
        this.contextRunner
                .withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
                .withPropertyValues(
                        "exit-left.stages.queue.keeper=always", "exit-left.stages.queue.executor=ownExecutor")
                .run(context -> assertThat(completedBy(context)).isEqualTo("own"));
    }

    private static String completedBy(ApplicationContext context) throws Exception {
        QueueSource<String> source = context.getBean(QueueSource.class);
        var answer = stage(context).callAsync("1", () -> {});
        var completedBy = answer.thenApply(message -> Thread.currentThread().getName());
        source.add("1");
        return Patience.get(completedBy);
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnExecutor {

        @Bean(defaultCandidate = false)
        Executor ownExecutor() {
            return job -> new Thread(job, "own").start();
        }
    }
}
