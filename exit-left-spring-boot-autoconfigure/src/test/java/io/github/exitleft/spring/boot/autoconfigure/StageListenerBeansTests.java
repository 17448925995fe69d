package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Outcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.test.QueueSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Listeners that are beans (B2). */
class StageListenerBeansTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withUserConfiguration(QueueBeans.class, Listening.class)
            .withPropertyValues(
                    "exit-left.stages.queue.token-type=java.lang.String",
                    "exit-left.stages.queue.default-timeout=1m",
                    "exit-left.stages.queue.source.type=bean",
                    "exit-left.stages.queue.source.bean.name=source",
                    "exit-left.stages.queue.source.bean.token.reader=reader");

    @Test
    @SuppressWarnings("unchecked") // as the properties and QueueBeans say
    void listenerBeans_hearOfTheStagesWhoseTypesTheyTake() {
        this.runner.run(context -> {
            Stage<String, String> stage = context.getBean("queue", Stage.class);
            QueueSource<String> source = context.getBean("source", QueueSource.class);

            assertThat(stage.call("token", () -> source.add("token"))).isEqualTo("token");

            assertThat(context.getBean(Heard.class).names).containsExactlyInAnyOrder("any", "strings", "throws");
            assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
        });
    }

    @Test
    @SuppressWarnings("unchecked") // as Listening says
    void listenerBeans_hearOfStagesOfTheUserToo() {
        this.runner.run(context -> {
            Stage<Long, String> own = context.getBean("own", Stage.class);
            QueueSource<String> source = context.getBean("ownSource", QueueSource.class);

            assertThat(own.call(7L, () -> source.add("7"))).isEqualTo("7");

            assertThat(context.getBean(Heard.class).names).containsExactlyInAnyOrder("any", "numbers");
        });
    }

    static final class Heard {

        final List<String> names = new CopyOnWriteArrayList<>();
    }

    private static class Telling<T, M> implements StageListener<T, M> {

        private final Heard heard;
        private final String name;

        Telling(Heard heard, String name) {
            this.heard = heard;
            this.name = name;
        }

        @Override
        public void exited(Outcome outcome, Duration waited) {
            this.heard.names.add(this.name);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        Heard heard() {
            return new Heard();
        }

        @Bean
        QueueSource<String> ownSource() {
            return new QueueSource<>();
        }

        @Bean
        Stage<Long, String> own(QueueSource<String> ownSource) {
            return Stage.builder("own", Long.class, ownSource, Long::valueOf).build();
        }

        @Bean
        StageListener<Object, Object> any(Heard heard) {
            return new Telling<>(heard, "any");
        }

        /** Has the stage injected that it listens to. */
        @Bean
        StageListener<String, String> strings(Heard heard, @Qualifier("queue") Stage<String, String> queue) {
            return new Telling<>(heard, queue.name().equals("queue") ? "strings" : "another");
        }

        @Bean
        StageListener<Long, String> numbers(Heard heard) {
            return new Telling<>(heard, "numbers");
        }

        @Bean
        StageListener<Long, byte[]> bytes(Heard heard) {
            return new Telling<>(heard, "bytes");
        }

        @Bean
        StageListener<String, String> broken(Heard heard) {
            return new Telling<>(heard, "throws") {
                @Override
                public void exited(Outcome outcome, Duration waited) {
                    super.exited(outcome, waited);
                    throw new IllegalStateException("a listener of a test");
                }
            };
        }
    }
}
