package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.demo.PrometheusQueries.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Prometheus' own tool checks and tries the alert rules, and reads what the dashboard asks. */
class PromtoolIT {

    @TempDir
    Path directory;

    /** The tool's exit status and what it says. */
    private record Said(int status, String text) {}

    private static Said promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Programs.require("prometheus", "promtool").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private static Said checkRules(Path rules) throws IOException, InterruptedException {
        return promtool("check", "rules", "--lint-fatal", rules.toString());
    }

    @Test
    void alertRules_areInOrder() throws IOException, InterruptedException {
        Said said = checkRules(PrometheusQueries.ALERTS);

        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text()).contains(PrometheusQueries.alerts().size() + " rules found");
    }

    @Test
    void alerts_areRaisedForWhatTheyAreForAndNotInGoodOrder() throws IOException, InterruptedException {
        Said said = promtool("test", "rules", PrometheusQueries.ALERTS_TEST.toString());

        assertThat(said.status()).as(said.text()).isZero();
        String tried = Files.readString(PrometheusQueries.ALERTS_TEST);
        assertThat(PrometheusQueries.alerts())
                .allSatisfy(alert ->
                        assertThat(tried).as("test of %s", alert.name()).contains(alert.name()));
    }

    @Test
    void alertRuleThatIsChanged_isNoticedByItsTest() throws IOException, InterruptedException {
        String rules = Files.readString(PrometheusQueries.ALERTS);
        assertThat(rules).contains("exitleft_stage_up == 0");
        Files.writeString(
                directory.resolve("alerts.yml"), rules.replace("exitleft_stage_up == 0", "exitleft_stage_up == 2"));
        Path test = Files.copy(PrometheusQueries.ALERTS_TEST, directory.resolve("alerts-test.yml"));

        Said said = promtool("test", "rules", test.toString());

        assertThat(said.status()).as(said.text()).isPositive();
        assertThat(said.text()).contains("ExitLeftStageFailed");
    }

    @Test
    void queriesOfTheDashboard_areReadByPrometheus() throws IOException, InterruptedException {
        List<Query> queries = PrometheusQueries.ofDashboard();

        Said said = checkRules(asRules(queries));

        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text()).contains(queries.size() + " rules found");
        assertThat(checkRules(asRules(List.of(new Query("broken", "sum by stage (up)", ""))))
                        .status())
                .as("a query that is none")
                .isPositive();
    }

    private Path asRules(List<Query> queries) throws IOException {
        List<Map<String, String>> rules = new ArrayList<>();
        for (Query query : queries) {
            rules.add(Map.of("record", "query:" + rules.size(), "expr", query.expression()));
        }
        Path file = directory.resolve("queries.yml");
        Files.writeString(
                file, new Yaml().dump(Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules)))));
        return file;
    }
}
