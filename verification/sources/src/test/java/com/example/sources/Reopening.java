package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;

/** What {@code on-failure: reopen} promises while a broker goes away and comes back, with each kind of keeper. */
final class Reopening {

    /** Stops or starts the broker. */
    @FunctionalInterface
    interface Switch {
        void turn() throws Exception;
    }

    /** Sends an answer to a stage. */
    @FunctionalInterface
    interface Answer {
        void send(Stage<String, ?> stage, String token) throws Exception;
    }

    private final ApplicationContext context;
    private final Map<String, Stage<String, ?>> stages = new HashMap<>();
    private final Answer answer;
    private int number;

    @SuppressWarnings("unchecked") // as the properties have it
    Reopening(ApplicationContext context, Answer answer) {
        this.context = context;
        this.answer = answer;
        context.getBeansOfType(Stage.class).forEach(this.stages::put);
        assertThat(this.stages).hasSize(Keeper.values().length);
    }

    /** A stage for each kind of keeper. */
    static String[] stages(String... source) {
        List<String> properties = new ArrayList<>();
        for (Keeper keeper : Keeper.values()) {
            String prefix = "exit-left.stages." + keeper.name().toLowerCase() + ".";
            properties.add(prefix + "token-type=java.lang.String");
            properties.add(prefix + "default-timeout=60s");
            properties.add(prefix + "keeper=" + keeper);
            properties.add(prefix + "on-failure=reopen");
            for (String property : source) {
                properties.add(prefix + "source." + property);
            }
        }
        return properties.toArray(String[]::new);
    }

    void assertThatAllComeBackByThemselves(Switch stop, Switch start) throws Exception {
        Map<String, List<FutureTask<?>>> waiting = new HashMap<>();
        for (Stage<String, ?> stage : this.stages.values()) {
            ask(stage);
            assertThat(health(stage)).isEqualTo(Status.UP);
            waiting.put(stage.name(), Threads.startCallers(stage, i -> "in vain " + i));
        }

        stop.turn();

        for (Stage<String, ?> stage : this.stages.values()) {
            Threads.failedByOneCause(waiting.get(stage.name()));
            assertThat(health(stage)).isEqualTo(Status.DOWN);
        }

        start.turn();

        for (Stage<String, ?> stage : this.stages.values()) { // without any call
            await(stage.name()).until(() -> health(stage).equals(Status.UP));
            for (int i = 0; i < 50; i++) {
                ask(stage);
            }
        }
    }

    private void ask(Stage<String, ?> stage) throws Exception {
        String token = stage.name() + this.number++;
        stage.call(token, () -> this.answer.send(stage, token));
    }

    private Status health(Stage<String, ?> stage) {
        var stages = this.context.getBean("stagesHealthContributor", CompositeHealthContributor.class);
        return ((HealthIndicator) stages.getContributor(stage.name())).health().getStatus();
    }
}
