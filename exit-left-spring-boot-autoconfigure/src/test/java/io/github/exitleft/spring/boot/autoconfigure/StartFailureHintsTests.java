package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exitleft.Keeper;
import io.github.exitleft.Stage;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;

/** Reports say what was probably meant, once, and values are taken as people write them: B1. */
class StartFailureHintsTests extends StartFailureSupport {

    private static final String PREFIX = "exit-left.stages.stun.";

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            exit-left.stages.stun.drian            | exit-left.stages.stun.drain
            exit-left.stages.stun.token_typ        | exit-left.stages.stun.token-type
            exit-left.stages.stun.timeout-default  | none
            exit-left.stages.stun.port             | exit-left.stages.stun.source.udp.port
            exit-left.stages.stun.source.prot      | exit-left.stages.stun.source.udp.port
            exit-left.stages.stun.source.udp.keeper| exit-left.stages.stun.keeper
            exit-left.stages.stun.udp.port         | exit-left.stages.stun.source.udp.port
            exit-left.stages.source.udp.port       | exit-left.stages.<name>.source.udp.port
            exit-left.stagse.stun.drain            | exit-left.stages.stun.drain
            exit-left.stage.stun.source.type       | exit-left.stages.stun.source.type
            exit-left.stun.source.type             | exit-left.stages.stun.source.type
            exit-left.stun                         | none
            """)
    void keyThatResemblesAnother_isReportedWithThatOne(String key, String meant, CapturedOutput output)
            throws IOException {
        this.arguments = new String[] {"--" + key + "=1"};
        start(STUN + TOKEN);

        String canonical = key.replace("token_typ", "tokentyp");
        assertReport(output, canonical, key, "there is no such key", "remove it");
        if (meant == null) {
            assertThat(output).doesNotContain("did you mean");
        } else {
            assertThat(output).contains("Reason: there is no such key; did you mean " + meant + "?");
        }
    }

    @Test
    void keyThatResemblesAnother_isReportedWithTheKeysBesideThatAlone(CapturedOutput output) throws IOException {
        start(STUN + TOKEN + "            lenght: 12\n");

        assertThat(output)
                .contains("did you mean " + PREFIX + "source.udp.token.length?")
                .containsPattern("Beside it there are: .*source\\.udp\\.token\\.offset.*\\.")
                .doesNotContain("default-timeout", "source.kafka.");
    }

    @Test
    void keyOfSeveralSources_isReportedWithSome(CapturedOutput output) throws IOException {
        start(STUN + TOKEN + "      reader: other\n");

        assertThat(output)
                .contains("did you mean " + PREFIX + "source.udp.token.reader or " + PREFIX
                        + "source.tcp.frame.reader or ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit-left:\n  stages:\n    - name: stun\n      token-type: java.lang.String\n",
                "exit-left:\n  stages:\n    stun:\n      - token-type: java.lang.String\n"
            })
    void listInsteadOfNames_isReported(String yaml, CapturedOutput output) throws IOException {
        start(yaml);

        assertThat(output)
                .contains("[0]", "Reason: there is a list, where keys have names")
                .contains("Write 'name:' and indent its keys below it, without '-'");
    }

    @Test
    void keyAtTheLevelOfTheNames_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                "exit-left:\n  stages:\n    stun:\n    token-type: java.lang.String\n",
                output,
                "exit-left.stages.token-type",
                "4:17",
                "that is a key of a stage, where the names of stages are expected",
                "Indent it below the name of its stage: exit-left.stages.<name>.token-type");
    }

    @ParameterizedTest
    @CsvSource({"source, source, 5:15", "udp, source.udp, 6:14"})
    void valueOfAKeyThatHasKeys_isReported(String last, String key, String origin, CapturedOutput output)
            throws IOException {
        assertStartFails(
                "exit-left:\n  stages:\n    stun:\n      token-type: java.lang.String\n"
                        + (last.equals("source") ? "      source: udp\n" : "      source:\n        udp: 3478\n"),
                output,
                PREFIX + key,
                origin,
                "it has keys of its own, but is set to a value",
                "Indent what belongs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "yes", "true"})
    void keeperThatIsASwitchToYaml_isReported(String value, CapturedOutput output) throws IOException {
        assertStartFails(
                STUN + TOKEN + "      keeper: " + value + "\n",
                output,
                PREFIX + "keeper",
                "12:15",
                "there is no such value; YAML takes on, yes and true for one another",
                "Set it to one of: off, idle, always");
    }

    @ParameterizedTest
    @CsvSource({
        "default-timeout, 3, 12:24",
        "default-timeout, '\"3\"', 12:24",
        "default-timeout, '${missing:3}', 12:24",
        "keeper-idle, 100, 12:20"
    })
    void durationWithoutUnit_isReported(String key, String value, String origin, CapturedOutput output)
            throws IOException {
        assertStartFails(
                STUN + TOKEN + "      " + key + ": " + value + "\n",
                output,
                PREFIX + key,
                origin,
                "has no unit, such as s or ms",
                "such as 3s or 500ms");
    }

    @Test
    void durationOfASourceWithoutUnit_isReported(CapturedOutput output) throws IOException {
        this.arguments = new String[] {"--exit-left.stages.jobs.source.postgres.keepalive=30"};
        assertStartFails(
                "", output, "exit-left.stages.jobs.source.postgres.keepalive", "commandLineArgs", "has no unit", "3s");
    }

    @Test
    void sourceTypeAndEnums_areTakenInAnyCase() throws IOException {
        try (ConfigurableApplicationContext context = run((STUN + TOKEN).replace("type: udp", "type: UDP")
                + "      keeper: IDLE\n      promotion: Oldest\n      on-failure: FAIL_ALL\n")) {
            assertThat(context.getBean("stun", Stage.class).keeper()).isEqualTo(Keeper.IDLE);
        }
    }

    @Test
    void origins_ofWhatTheCommandLineSetsAreThoseOfTheKeysBelow(CapturedOutput output) throws IOException {
        this.arguments = new String[] {"--exit-left.stages.queue.source.udp.maxDatagramSize=9B"};
        assertStartFails(
                BEAN,
                output,
                "exit-left.stages.queue.source.udp",
                "\"exit-left.stages.queue.source.udp.maxDatagramSize\" from property source \"commandLineArgs\"",
                "does not apply",
                "Remove what is below");
        assertThat(output).doesNotContain("Origin: not set");
    }

    @Test
    void originsOfWhatAnEnvironmentVariableSets_areThoseOfTheKeysBelow(CapturedOutput output) throws IOException {
        this.variables = Map.of("EXITLEFT_STAGES_QUEUE_SOURCE_UDP_PORT", "9");
        assertStartFails(
                BEAN,
                output,
                "exit-left.stages.queue.source.udp",
                "\"EXITLEFT_STAGES_QUEUE_SOURCE_UDP_PORT\" from property source \"systemEnvironment\"",
                "does not apply",
                "Remove what is below");
    }

    @ParameterizedTest
    @CsvSource({"order-events, ORDER_EVENTS", "orderEvents, ORDEREVENTS", "stun, STUN"})
    void environmentVariables_reachStagesOfAnyName(String name, String spelled) throws IOException {
        String prefix = "EXIT_LEFT_STAGES_" + spelled + "_";
        this.variables = Map.of(prefix + "DEFAULT_TIMEOUT", "9s", prefix + "SOURCE_UDP_MAX_DATAGRAM_SIZE", "99B");
        try (ConfigurableApplicationContext context = run((STUN + TOKEN).replace("stun:", name + ":"))) {
            Stage<?, ?> stage = context.getBean(name, Stage.class);

            assertThat(stage.defaultTimeout()).hasSeconds(9);
            assertThat(stage.source()).containsEntry("maxDatagramSize", 99);
            assertThat(context.getBeanNamesForType(Stage.class)).containsExactly(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drain: -1", "drian: 1", "drain: some"})
    void report_isPrintedOnceAndTheExceptionIsOneLine(String mistake, CapturedOutput output) {
        assertThatThrownBy(() -> run(STUN + TOKEN + "      " + mistake + "\n"))
                .isInstanceOf(StageConfigurationException.class)
                .message()
                .hasLineCount(1)
                .contains("exit-left.stages.stun.dr", "12:14");

        assertThat(output.getAll().split("Property: exit-left.stages.stun.dr", -1))
                .hasSize(2);
    }

    @Test
    void customizersReport_namesItsBean(CapturedOutput output) throws IOException {
        this.configuration = FailingCustomizer.class;
        assertStartFails(
                STUN + TOKEN,
                output,
                "exit-left.stages.stun",
                "4:19",
                "customizer 'customizer' failed: 'maxTickets'",
                "Correct");
    }

    @Test
    void oneLine_saysWhatAStageListensOn(CapturedOutput output) throws IOException {
        try (ConfigurableApplicationContext context = run(STUN + TOKEN)) {
            Stage<?, ?> stun = context.getBean("stun", Stage.class);

            assertThat(output.getOut().lines().filter(line -> line.contains("stage 'stun'")))
                    .singleElement()
                    .asString()
                    .contains("INFO")
                    .contains("type=udp, localAddress=" + stun.source().get("localAddress"))
                    .contains("tokens are of type java.lang.String, keeper off");
        }
    }
}
