package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Contexts that are stopped, paused and started again: B10. */
@SuppressWarnings({"unchecked", "rawtypes"}) // beans by name have no type parameters
class StagesLifecycleTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withUserConfiguration(QueueBeans.class)
            .withPropertyValues(
                    "exit-left.stages.queue.token-type=java.lang.String",
                    "exit-left.stages.queue.keeper=always",
                    "exit-left.stages.queue.source.type=bean",
                    "exit-left.stages.queue.source.bean.name=source",
                    "exit-left.stages.queue.source.bean.token.reader=reader");

    private static boolean hasKeeper(String stage) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("exit-left keeper of stage '" + stage + "'"));
    }

    private static Stage<String, String> stage(ApplicationContext context, String name) {
        return context.getBean(name, Stage.class);
    }

    private static long unknown(Stage<?, ?> stage) {
        return stage.snapshot(0).messages().get(MessageOutcome.UNKNOWN);
    }

    private static void assertPausedAndResumed(
            ConfigurableApplicationContext context,
            Consumer<ConfigurableApplicationContext> pause,
            Consumer<ConfigurableApplicationContext> resume) {
        Stage<String, String> stage = stage(context, "queue");
        await().until(() -> stage.snapshot(0).role().head() != null);

        pause.accept(context);
        context.getBean("source", QueueSource.class).add("for nobody");

        assertThat(hasKeeper("queue")).isFalse();
        assertThat(stage.snapshot(0).role().head()).isNull();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(State.OPEN);
        assertThat(unknown(stage)).isZero();

        resume.accept(context);

        await().until(() -> unknown(stage) == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stop_endsTheKeeperAndStartLetsItReadOn(boolean lazy) {
        this.contextRunner
                .withInitializer(context -> {
                    if (lazy) {
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
                    }
                })
                .run(context -> assertPausedAndResumed(
                        context.getSourceApplicationContext(),
                        ConfigurableApplicationContext::stop,
                        ConfigurableApplicationContext::start));
    }

    @Test
    void contextThatTheTestFrameworkPauses_readsOnWhenItIsRestarted() {
        this.contextRunner.run(context -> assertPausedAndResumed(
                context.getSourceApplicationContext(),
                ConfigurableApplicationContext::pause,
                ConfigurableApplicationContext::restart));
    }

    @Test
    void stagesOfTheUserAndThoseCreatedWhileTheContextIsStopped_arePausedToo() {
        this.contextRunner.withUserConfiguration(Own.class).run(context -> {
            var source = context.getSourceApplicationContext();
            await().until(() -> hasKeeper("own"));
            source.stop();
            Stage<String, String> late = stage(source, "late");
            assertThat(hasKeeper("own")).isFalse();
            assertThat(late.keeper()).isEqualTo(Keeper.ALWAYS);
            assertThat(hasKeeper("late")).isFalse();

            source.start();

            await().until(() -> hasKeeper("own") && hasKeeper("late"));
        });
    }

    @Test
    void callersOfAStoppedContext_readForThemselvesAndFuturesWaitUntilItIsStarted() {
        this.contextRunner.run(context -> {
            var source = context.getSourceApplicationContext();
            Stage<String, String> stage = stage(source, "queue");
            QueueSource<String> queue = source.getBean("source", QueueSource.class);
            source.stop();

            assertThat(stage.call("1", () -> queue.add("1"))).isEqualTo("1");
            var future = stage.callAsync("2", () -> queue.add("2"));
            assertThat(hasKeeper("queue")).isFalse();
            source.start();

            assertThat(Patience.get(future)).isEqualTo("2");
        });
    }

    @Test
    void stages_arePausedAfterTheWebServerHasStopped() {
        assertThat(StagesLifecycle.PHASE)
                .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        Stage<String, String> own() {
            return stage("own");
        }

        @Bean
        @Lazy
        Stage<String, String> late() {
            return stage("late");
        }

        private static Stage<String, String> stage(String name) {
            return Stage.<String, String>builder(name, String.class, new QueueSource<>(), message -> message)
                    .keeper(Keeper.ALWAYS)
                    .build();
        }
    }
}
