package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** M19 and B9: Alice's thread reads, and Boot's executor hands on her context; what runs for Bob sees Bob all the same. */
class ContextPropagationTests {

    private static final String KEY = "exit-left test user";
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ExitLeftAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
            .withUserConfiguration(Notes.class)
            .withPropertyValues(
                    "spring.task.execution.propagate-context=true",
                    "exit-left.stages.notes.token-type=java.lang.String",
                    "exit-left.stages.notes.default-timeout=30s",
                    // only Alice reads
                    "exit-left.stages.notes.keeper=idle",
                    "exit-left.stages.notes.keeper-idle=1h",
                    "exit-left.stages.notes.source.type=bean",
                    "exit-left.stages.notes.source.bean.name=queue",
                    "exit-left.stages.notes.source.bean.token.reader=firstWord");
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @Configuration(proxyBeanMethods = false)
    static class Notes {

        @Bean
        QueueSource<String> queue() {
            return new QueueSource<>();
        }

        @Bean
        TokenReader<String, String> firstWord() {
            return note -> note.split(" ", 2)[0];
        }
    }

    @BeforeEach
    void bobIsHere() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, USER);
        USER.set("bob");
    }

    @AfterEach
    void bobIsGone() {
        USER.remove();
        ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
    }

    private Thread alice(Stage<String, String> stage) {
        Thread alice = new Thread(() -> {
            USER.set("alice");
            try {
                stage.call("alice", () -> {});
            } catch (Exception e) {
                this.seen.add("alice failed: " + e);
            }
        });
        alice.start();
        await().until(() -> stage.snapshot(0).role().head() != null && alice.getState() == Thread.State.TIMED_WAITING);
        return alice;
    }

    @SuppressWarnings("unchecked")
    private void play(ApplicationContextRunner runner, Body body) {
        runner.run(context -> {
            Stage<String, String> stage = context.getBean("notes", Stage.class);
            QueueSource<String> queue = context.getBean(QueueSource.class);
            Thread alice = alice(stage);
            body.play(stage, queue);
            queue.add("alice leaves");
            alice.join();
        });
    }

    private interface Body {
        void play(Stage<String, String> stage, QueueSource<String> queue) throws Exception;
    }

    @Test
    void continuationAndStreamOfBob_seeBob() {
        play(this.runner, (stage, queue) -> {
            CompletableFuture<String> user =
                    stage.callAsync("a", () -> {}).thenApply(note -> note + " as " + USER.get());
            stage.messages("b").subscribe(new Heard());
            USER.remove();

            queue.add("a 1");
            queue.add("b 2");

            assertThat(Patience.get(user)).isEqualTo("a 1 as bob");
            await().untilAsserted(() -> assertThat(this.seen).hasSize(1));
            assertThat(this.seen).containsExactly("b 2 as bob");
        });
    }

    @Test
    void resendOfBob_seesBob() {
        play(this.runner, (stage, queue) -> {
            CallOptions<String> options = CallOptions.<String>defaults()
                    .resend(Resends.every(Duration.ofMillis(1)).atMost(2));
            CompletableFuture<String> future =
                    stage.callAsync("a", options, () -> this.seen.add("sent as " + USER.get()));
            USER.remove();

            await().untilAsserted(() -> assertThat(this.seen).hasSize(3));
            assertThat(this.seen).containsOnly("sent as bob");
            future.cancel(true);
        });
    }

    @Test
    void callerWithoutAUser_doesNotGetTheReadersUser() {
        play(this.runner, (stage, queue) -> {
            USER.remove();
            CompletableFuture<String> user = stage.callAsync("a", () -> {}).thenApply(note -> "user " + USER.get());

            queue.add("a 1");

            assertThat(Patience.get(user)).isEqualTo("user null");
        });
    }

    @Test
    void customizer_hasTheLastWord() {
        StageCustomizer mine = (name, builder) -> builder.context(() -> job -> () -> {
            USER.set("of the customizer");
            job.run();
            USER.remove();
        });
        play(this.runner.withBean(StageCustomizer.class, () -> mine), (stage, queue) -> {
            CompletableFuture<String> user = stage.callAsync("a", () -> {}).thenApply(note -> "user " + USER.get());

            queue.add("a 1");

            assertThat(Patience.get(user)).isEqualTo("user of the customizer");
        });
    }

    @Test
    @SuppressWarnings("unchecked")
    void withoutTheLibrary_nothingIsCapturedAndNothingBreaks() {
        this.runner
                .withPropertyValues("spring.task.execution.propagate-context=false")
                .withClassLoader(new FilteredClassLoader(ContextSnapshotFactory.class))
                .run(context -> {
                    Stage<String, String> stage = context.getBean("notes", Stage.class);
                    QueueSource<String> queue = context.getBean(QueueSource.class);

                    CompletableFuture<String> user =
                            stage.callAsync("a", () -> {}).thenApply(note -> "user " + USER.get());

                    queue.add("a 1");

                    assertThat(Patience.get(user)).isEqualTo("user null");
                });
    }

    private final class Heard implements Flow.Subscriber<String> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(10);
        }

        @Override
        public void onNext(String note) {
            ContextPropagationTests.this.seen.add(note + " as " + USER.get());
        }

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onComplete() {}
    }
}
