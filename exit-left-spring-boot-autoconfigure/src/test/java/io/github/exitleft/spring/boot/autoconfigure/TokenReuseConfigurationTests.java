package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TokenInUseException;
import io.github.exitleft.test.QueueSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** The keys that say when a token can be used again. */
class TokenReuseConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ExitLeftAutoConfiguration.class))
            .withUserConfiguration(QueueBeans.class, Injection.class)
            .withPropertyValues(
                    "exit-left.stages.queue.token-type=java.lang.String",
                    "exit-left.stages.queue.default-timeout=1ms",
                    "exit-left.stages.queue.source.type=bean",
                    "exit-left.stages.queue.source.bean.name=source",
                    "exit-left.stages.queue.source.bean.token.reader=reader");

    @ParameterizedTest
    @ValueSource(strings = {"tokens.reuse=refuse", "tokens.rest=1h", "default-timeout=1ms"})
    void m11_tokenWithoutItsAnswer_restsUnlessTheKeysSayOtherwise(String property) {
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue." + property)
                .run(context -> {
                    Stage<String, String> queue = context.getBean(Injection.class).queue;
                    askInVain(queue);
                    assertThatExceptionOfType(TokenInUseException.class).isThrownBy(() -> queue.call("17", () -> {}));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens.reuse=allow", "tokens.rest=0s"})
    void m11_tokenWithoutItsAnswer_canBeUsedAgainWhereTheKeysSaySo(String property) {
        this.contextRunner
                .withPropertyValues("exit-left.stages.queue." + property)
                .run(context -> {
                    Stage<String, String> queue = context.getBean(Injection.class).queue;
                    askInVain(queue);
                    askInVain(queue);
                });
    }

    @Test
    void m11_answerThatCameLate_endsTheRest() {
        this.contextRunner.run(context -> {
            Stage<String, String> queue = context.getBean(Injection.class).queue;
            askInVain(queue);
            context.getBean(Injection.class).source.add("17");
            try (var other = queue.ticket("other")) {
                assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(other::await);
            }
            askInVain(queue);
        });
    }

    private static void askInVain(Stage<String, String> queue) {
        assertThatExceptionOfType(StageTimeoutException.class).isThrownBy(() -> queue.call("17", () -> {}));
    }

    @Test
    void b7_defaults_areThoseOfTheContract() {
        this.contextRunner.run(context -> {
            StageProperties.Tokens tokens = context.getBean(ExitLeftProperties.class)
                    .stages()
                    .get("queue")
                    .tokens();
            assertThat(tokens.rest().time()).hasSeconds(60);
            assertThat(tokens.restMost()).isEqualTo(1_024);
            assertThat(tokens.reuse()).isNull();
        });
    }

    @Configuration(proxyBeanMethods = false)
    record Injection(Stage<String, String> queue, QueueSource<String> source) {}
}
