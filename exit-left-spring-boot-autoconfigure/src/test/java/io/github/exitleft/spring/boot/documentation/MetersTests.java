package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.metrics.StageMetricsAutoConfiguration;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The meters that the documentation lists are those of a registry (B3). */
class MetersTests {

    private static final String DOCUMENT = "docs/operations.md";

    @Test
    void table_listsTheMetersOfTheRegistry() {
        withMeters(meters -> assertGenerated(meters.stream()
                .map(MetersTests::row)
                .distinct()
                .sorted()
                .collect(Collectors.joining("\n", "| meter | type | tags | meaning |\n|---|---|---|---|\n", "\n"))));
    }

    @Test
    void tables_explainEveryValueOfATag() {
        withMeters(meters -> {
            assertExplained(meters, "exit");
            assertExplained(meters, "outcome");
            assertExplained(meters, "reason");
        });
    }

    private static String row(Meter meter) {
        String tags = meter.getId().getTags().stream()
                .map(tag -> "`" + tag.getKey() + "`")
                .sorted()
                .collect(Collectors.joining(", "));
        return "| `" + meter.getId().getName() + "` | "
                + meter.getId().getType().name().toLowerCase(Locale.ROOT) + " | " + tags + " | "
                + meter.getId().getDescription() + " |";
    }

    private static void assertGenerated(String table) {
        try {
            Documentation.assertGenerated(DOCUMENT, "meters", table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertExplained(Collection<Meter> meters, String key) {
        List<String> values = meters.stream()
                .flatMap(meter -> meter.getId().getTags().stream())
                .filter(tag -> tag.getKey().equals(key))
                .map(Tag::getValue)
                .distinct()
                .toList();
        try {
            assertThat(Documentation.firstColumn(DOCUMENT, key)).containsExactlyInAnyOrderElementsOf(values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void withMeters(Consumer<Collection<Meter>> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ExitLeftAutoConfiguration.class,
                        StageMetricsAutoConfiguration.class,
                        MetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class)
                .withPropertyValues(
                        "exit-left.stages.stun.token-type=java.lang.Integer",
                        "exit-left.stages.stun.window=10",
                        "exit-left.stages.stun.tokens.issue=random",
                        "exit-left.stages.stun.source.type=udp",
                        "exit-left.stages.stun.source.udp.address=127.0.0.1",
                        "exit-left.stages.stun.source.udp.token.offset=0",
                        "exit-left.stages.stun.source.udp.token.length=4")
                .run(context -> test.accept(context.getBean(MeterRegistry.class).getMeters().stream()
                        .filter(meter -> meter.getId().getName().startsWith("exitleft."))
                        .toList()));
    }
}
