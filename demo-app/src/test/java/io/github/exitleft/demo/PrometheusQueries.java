package io.github.exitleft.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The alert rules and the dashboard of docs/operations, and what they ask Prometheus. */
final class PrometheusQueries {

    static final Path FOLDER = Path.of("..", "docs", "operations");
    static final Path ALERTS = FOLDER.resolve("alerts.yml");
    static final Path ALERTS_TEST = FOLDER.resolve("alerts-test.yml");
    static final Path DASHBOARD = FOLDER.resolve("grafana-dashboard.json");

    private PrometheusQueries() {}

    /**
     * A query.
     *
     * @param where the alert or the panel
     * @param expression in PromQL, with the dashboard's variables replaced
     * @param legend the text that Grafana puts labels into; empty for an alert
     */
    record Query(String where, String expression, String legend) {}

    /** An alert rule. */
    record Alert(String name, String expression, String severity, String summary) {}

    static List<Alert> alerts() throws IOException {
        List<Alert> alerts = new ArrayList<>();
        Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(Files.readString(ALERTS));
        file.get("groups")
                .forEach(group -> group.get("rules")
                        .forEach(rule -> alerts.add(new Alert(
                                (String) rule.get("alert"),
                                (String) rule.get("expr"),
                                text(rule, "labels", "severity"),
                                text(rule, "annotations", "summary")))));
        return alerts;
    }

    private static String text(Map<String, Object> rule, String part, String key) {
        return String.valueOf(((Map<?, ?>) rule.get(part)).get(key));
    }

    static JsonNode dashboard() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(DASHBOARD));
    }

    /** Returns what the panels and the variables of the dashboard ask. */
    static List<Query> ofDashboard() throws IOException {
        List<Query> queries = new ArrayList<>();
        JsonNode dashboard = dashboard();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(
                        "panel '" + panel.path("title").asString() + "'",
                        plain(target.path("expr").asString()),
                        target.path("legendFormat").asString()));
            }
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            String asked = variable.path("query").path("query").asString("");
            if (asked.startsWith("label_values(")) {
                String series = asked.substring("label_values(".length(), asked.lastIndexOf(','));
                String label = asked.substring(asked.lastIndexOf(',') + 1, asked.length() - 1);
                queries.add(new Query(
                        "variable '" + variable.path("name").asString() + "'",
                        "count by (" + label.strip() + ") (" + plain(series) + ")",
                        ""));
            }
        }
        return queries;
    }

    static Stream<Query> all() throws IOException {
        return Stream.concat(
                alerts().stream().map(alert -> new Query("alert '" + alert.name() + "'", alert.expression(), "")),
                ofDashboard().stream());
    }

    /** Puts in values for Grafana's variables. */
    private static String plain(String expression) {
        return expression.replace("$__rate_interval", "5m").replaceAll("\\$(job|instance|stage)\\b", ".*");
    }
}
