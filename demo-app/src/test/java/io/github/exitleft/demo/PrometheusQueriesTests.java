package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.demo.PrometheusQueries.Alert;
import io.github.exitleft.demo.PrometheusQueries.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Alert rules and dashboard name what Prometheus really gets, and nothing else (B3, B11). */
class PrometheusQueriesTests {

    private static final String HISTOGRAM =
            "management.metrics.distribution.percentiles-histogram.exitleft.stage.wait=true";

    /** Has a window, and issues tokens. */
    private static final String[] ANOTHER_STAGE = {
        "exit-left.stages.short.token-type=java.lang.Integer",
        "exit-left.stages.short.window=10",
        "exit-left.stages.short.tokens.issue=random",
        "exit-left.stages.short.source.type=udp",
        "exit-left.stages.short.source.udp.address=127.0.0.1",
        "exit-left.stages.short.source.udp.token.offset=0",
        "exit-left.stages.short.source.udp.token.length=2"
    };

    private static RunningDemo demo;
    private static Scrape scrape;

    @BeforeAll
    static void scrapeADemoWithEveryMeter() {
        String[] properties = new String[ANOTHER_STAGE.length + 1];
        System.arraycopy(ANOTHER_STAGE, 0, properties, 0, ANOTHER_STAGE.length);
        properties[ANOTHER_STAGE.length] = HISTOGRAM;
        demo = RunningDemo.start(properties);
        demo.get("/api/nat"); // or there are no buckets yet
        scrape = new Scrape(demo.get("/actuator/prometheus").body());
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @Test
    void b3_queries_nameWhatIsScraped() throws IOException {
        List<String> missing = PrometheusQueries.all()
                .flatMap(query -> scrape.missing(query.expression(), query.legend()).stream()
                        .map(what -> query.where() + ": " + what))
                .toList();

        assertThat(missing).isEmpty();
    }

    @Test
    void misspeltNames_areNoticed() {
        assertThat(scrape.missing("rate(exitleft_stage_exits_total{exit=\"timed-out\"}[5m]) > 0.5", "{{stage}}"))
                .isEmpty();
        assertThat(scrape.missing("exitleft_stage_wiaters > 0", "")).containsExactly("metric exitleft_stage_wiaters");
        assertThat(scrape.missing("exitlft_stage_waiters > 0", "")).containsExactly("metric exitlft_stage_waiters");
        assertThat(scrape.missing("exitleft_stage_exits_total{exti=\"failed\"}", ""))
                .containsExactly("label exti");
        assertThat(scrape.missing("exitleft_stage_exits_total{exit=~\"failed|timedout\"}", ""))
                .containsExactly("value timedout of label exit");
        assertThat(scrape.missing("sum by (stgae) (exitleft_stage_up)", "{{sage}}"))
                .containsExactlyInAnyOrder("label stgae", "label sage");
    }

    @Test
    void b11_dashboard_showsEveryMeter() throws IOException {
        Set<String> shown = new HashSet<>();
        PrometheusQueries.ofDashboard().forEach(query -> shown.addAll(Scrape.namesIn(query.expression())));

        Set<String> meters = scrape.names("exitleft_stage_");
        meters.removeAll(scrape.names("exitleft_stage_call_")); // of observations
        assertThat(shown).containsAll(meters);
    }

    @Test
    void b3_queries_needOnlyWhatIsThereByDefaultUnlessTheirPanelSaysSo() throws IOException {
        Set<String> panelsThatSaySo = new HashSet<>();
        for (JsonNode panel : PrometheusQueries.dashboard().path("panels")) {
            if (panel.path("description").asString("").contains(HISTOGRAM)) {
                panelsThatSaySo.add("panel '" + panel.path("title").asString() + "'");
            }
        }
        try (RunningDemo asDelivered = RunningDemo.start(ANOTHER_STAGE)) {
            asDelivered.get("/api/nat");
            Scrape byDefault =
                    new Scrape(asDelivered.get("/actuator/prometheus").body());

            Set<String> needMore = PrometheusQueries.all()
                    .filter(query -> !byDefault
                            .missing(query.expression(), query.legend())
                            .isEmpty())
                    .map(Query::where)
                    .collect(Collectors.toSet());

            assertThat(needMore).isEqualTo(panelsThatSaySo).hasSize(1);
        }
    }

    @Test
    void dashboard_isWellFormedAndItsPanelsDoNotOverlap() throws IOException {
        JsonNode dashboard = PrometheusQueries.dashboard();
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asString();
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of '%s' is unique", title)
                    .isTrue();
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt())
                    .as("right edge of '%s'", title)
                    .isLessThanOrEqualTo(24);
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    String cell =
                            (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
                    assertThat(cells.add(cell)).as("'%s' at %s", title, cell).isTrue();
                }
            }
            if (!panel.path("type").asString().equals("row")) {
                assertThat(panel.path("description").asString(""))
                        .as("description of '%s'", title)
                        .isNotEmpty();
                assertThat(panel.path("targets").size())
                        .as("queries of '%s'", title)
                        .isPositive();
            }
        }
        assertThat(dashboard.path("uid").asString()).isEqualTo("exit-left-stages");
        assertThat(dashboard.path("templating").path("list").findValuesAsString("name"))
                .containsExactly("datasource", "job", "instance", "stage");
    }

    @Test
    void document_listsTheAlerts() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "operations.md"));
        var block = Pattern.compile("<!-- block: alerts -->\n(.*?)<!-- end -->", Pattern.DOTALL)
                .matcher(document);
        assertThat(block.find()).isTrue();

        assertThat(block.group(1))
                .isEqualTo(PrometheusQueries.alerts().stream()
                        .map(PrometheusQueriesTests::row)
                        .collect(Collectors.joining("\n", "| alert | severity | says |\n|---|---|---|\n", "\n")));
    }

    private static String row(Alert alert) {
        String says = alert.summary().replace("{{ $labels.stage }}", "NAME").replace("{{ $labels.reason }}", "REASON");
        return "| `" + alert.name() + "` | " + alert.severity() + " | " + says + " |";
    }
}
