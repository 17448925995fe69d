package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.test.QueueSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The curl lines of the operations page change stages, and get the answers that the page lists (B4). */
class ChangesByCurlIT {

    private static final Pattern BLOCK =
            Pattern.compile("<!-- block: changes -->\n```sh\n(.*?)```\n<!-- end -->(.*?)\n## ", Pattern.DOTALL);

    private static String setKeeper;
    private static String reopen;
    private static List<Integer> answers;
    private static RunningDemo demo;

    /** The status and body of an answer. */
    private record Answer(int status, JsonNode body) {}

    @BeforeAll
    static void start() {
        demo = RunningDemo.start("management.endpoint.stages.access=unrestricted");
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @BeforeAll
    static void readThePage() throws IOException {
        Matcher found = BLOCK.matcher(Files.readString(Path.of("..", "docs", "operations.md")));
        assertThat(found.find()).as("block 'changes' in the operations page").isTrue();
        List<String> lines = found.group(1).lines().toList();
        assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("curl "));
        setKeeper = lines.get(0);
        reopen = lines.get(1);
        answers = Pattern.compile("^\\| (\\d{3}) \\|", Pattern.MULTILINE)
                .matcher(found.group(2))
                .results()
                .map(row -> Integer.valueOf(row.group(1)))
                .toList();
    }

    @AfterEach
    void resetKeeper() {
        demo.stage().keeper(Keeper.OFF);
    }

    @Test
    void b4_keeperLine_setsTheKeeper() throws Exception {
        Answer answer = run(setKeeper, "stun");

        assertAnswer(answer, 200);
        assertThat(answer.body().path("keeper").asString()).isEqualTo("idle");
        assertThat(demo.stage().keeper()).isEqualTo(Keeper.IDLE);
    }

    @Test
    void b4_reopenLine_triesTheSourceOfAFailedStage() throws Exception {
        QueueSource<String> source = new QueueSource<>();
        // no thread tries its source, and no caller comes
        try (Stage<String, String> stage = Stage.<String, String>builder("failed", String.class, source, text -> text)
                .onFailure(OnFailure.FAIL_ALL)
                .build()) {
            demo.context().getBeanFactory().registerSingleton("failed", stage);
            source.fail(new IOException("cable cut"));
            assertThatThrownBy(() -> stage.call("token", () -> {})).isInstanceOf(SourceFailedException.class);

            assertAnswer(run(reopen, "failed"), 202);

            await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);
        }
    }

    @Test
    void b4_changesThatCanNotBeMade_getTheirStatus() throws Exception {
        Answer bad = run(setKeeper.replace("\"idle\"", "\"sometimes\""), "stun");

        assertAnswer(bad, 400);
        assertThat(bad.body().path("error").asString()).contains("off, idle, always");
        assertAnswer(run(setKeeper, "unknown"), 404);
        assertAnswer(run(reopen, "stun"), 409);
        assertThat(demo.stage().keeper()).isEqualTo(Keeper.OFF);
    }

    @Test
    void b4_keeperLine_isRefusedAsDelivered() throws Exception {
        try (RunningDemo asDelivered = RunningDemo.start()) {
            assertAnswer(run(setKeeper, "stun", asDelivered), 405);

            assertThat(asDelivered.stage().keeper()).isEqualTo(Keeper.OFF);
        }
    }

    private static void assertAnswer(Answer answer, int status) {
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
        assertThat(answers).as("answers that the page lists").contains(status);
    }

    private static Answer run(String line, String stage) throws IOException, InterruptedException {
        return run(line, stage, demo);
    }

    /** Runs a line of the page in a shell, for a stage of a demo. */
    private static Answer run(String line, String stage, RunningDemo demo) throws IOException, InterruptedException {
        Programs.require("curl", "curl");
        String adapted =
                line.replace("localhost:8080", "127.0.0.1:" + demo.port()).replaceFirst("NAME$", stage);
        Process process = new ProcessBuilder(
                        "sh", "-c", adapted + " --silent --show-error --noproxy '*' --write-out '\\n%{http_code}'")
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        int end = text.lastIndexOf('\n');
        String body = text.substring(0, end);
        return new Answer(
                Integer.parseInt(text.substring(end + 1)), JsonMapper.shared().readTree(body.isEmpty() ? "{}" : body));
    }
}
