package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;

/** What is left of a source's keys when a property source that comes before theirs sets another type: B13. */
class SourceTypeOverrideTests extends StartFailureSupport {

    private static final String TYPE = "exit-left.stages.stun.source.type";
    private static final String UDP = STUN + TOKEN;
    private static final String KAFKA_KEYS = "        kafka:\n          topics: replies\n";
    private static final String AS_BEAN = """
            exit-left:
              stages:
                stun:
                  source:
                    type: bean
                    bean:
                      name: source
                      token:
                        reader: reader
            """;

    private void assertReadsTheBean(String yaml) throws IOException {
        try (ConfigurableApplicationContext context = run(yaml)) {
            Stage<?, ?> stage = context.getBean("stun", Stage.class);
            assertThat(stage.source()).containsEntry("type", "queue");
        }
    }

    private void profile(String yaml) throws IOException {
        Files.writeString(this.directory.resolve("application-other.yml"), yaml);
        this.arguments = new String[] {"--spring.profiles.active=other"};
    }

    @Test
    void b13_profileThatSetsAnotherType_leavesTheKeysOfTheFirstAlone() throws IOException {
        profile(AS_BEAN);
        assertReadsTheBean(UDP);
    }

    @Test
    void b13_laterDocumentThatSetsAnotherType_leavesTheKeysOfTheFirstAlone() throws IOException {
        assertReadsTheBean(UDP + "---\n" + AS_BEAN);
    }

    @Test
    void b13_commandLineThatSetsAnotherType_leavesTheKeysOfTheFirstAlone() throws IOException {
        this.arguments = new String[] {
            "--" + TYPE + "=bean",
            "--exit-left.stages.stun.source.bean.name=source",
            "--exit-left.stages.stun.source.bean.token.reader=reader"
        };
        assertReadsTheBean(UDP);
    }

    @Test
    void b13_environmentVariableThatSetsAnotherType_leavesTheKeysOfTheFirstAlone() throws IOException {
        this.variables = Map.of(
                "EXITLEFT_STAGES_STUN_SOURCE_TYPE", "bean",
                "EXITLEFT_STAGES_STUN_SOURCE_BEAN_NAME", "source",
                "EXIT_LEFT_STAGES_STUN_SOURCE_BEAN_TOKEN_READER", "reader");
        assertReadsTheBean(UDP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prot: 1", "port: http", "receive-buffer-size: 0B"})
    void b13_mistakesInTheKeysOfAnOverriddenType_areLeftAloneToo(String mistake) throws IOException {
        profile(AS_BEAN);
        assertReadsTheBean(STUN + "          " + mistake + "\n");
    }

    @Test
    void b13_keysOfTheType_areTakenFromEveryPropertySource() throws IOException {
        profile(AS_BEAN.replace("          name: source\n", ""));
        assertReadsTheBean(UDP + "        bean:\n          name: source\n");
    }

    @Test
    void b13_typeThatIsSetAgain_keepsItsKeys() throws IOException {
        profile("exit-left:\n  stages:\n    stun:\n      source:\n        type: udp\n");
        try (ConfigurableApplicationContext context = run(UDP)) {
            Stage<?, ?> stage = context.getBean("stun", Stage.class);
            assertThat(stage.source()).containsEntry("type", "udp");
        }
    }

    @Test
    void b1_keysOfAnotherTypeInTheSameDocument_areRefused(CapturedOutput output) throws IOException {
        start(UDP.replace("        udp:\n", KAFKA_KEYS + "        udp:\n"));

        assertRefused(output, "8:19", "=udp (origin: ");
    }

    @Test
    void b1_keysOfAnotherTypeInTheDocumentThatOverridesTheType_areRefused(CapturedOutput output) throws IOException {
        profile(AS_BEAN + KAFKA_KEYS);
        start(UDP);

        assertRefused(output, "application-other.yml] - 11:19", "=bean (origin: ");
    }

    @Test
    void b1_keysOfAnotherTypeThatComeBeforeTheType_areRefused(CapturedOutput output) throws IOException {
        profile("exit-left:\n  stages:\n    stun:\n      source:\n" + KAFKA_KEYS);
        start(UDP);

        assertRefused(output, "application-other.yml] - 6:19", "=udp (origin: ");
    }

    @Test
    void b1_keysOfAnotherTypeOnTheCommandLine_areRefused(CapturedOutput output) throws IOException {
        profile(AS_BEAN);
        this.arguments = new String[] {this.arguments[0], "--exit-left.stages.stun.source.kafka.topics=replies"};
        start(UDP);

        assertRefused(output, "commandLineArgs", "=bean (origin: ");
    }

    private static void assertRefused(CapturedOutput output, String origin, String type) {
        assertReport(
                output,
                "exit-left.stages.stun.source.kafka",
                origin,
                "does not apply to " + TYPE + type,
                "Remove what is below exit-left.stages.stun.source.kafka, or change the source's type");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void b1_keyBelowATypeOfNoAdapter_isUnknownAlsoWhereTheTypeIsOverridden(boolean overridden, CapturedOutput output)
            throws IOException {
        if (overridden) {
            profile(AS_BEAN);
        }
        assertStartFails(
                UDP + "        kafak:\n          topics: replies\n",
                output,
                "exit-left.stages.stun.source.kafak.topics",
                "13:19",
                "there is no such key; did you mean exit-left.stages.stun.source.kafka.topics?",
                "source.kafka.topics");
    }
}
