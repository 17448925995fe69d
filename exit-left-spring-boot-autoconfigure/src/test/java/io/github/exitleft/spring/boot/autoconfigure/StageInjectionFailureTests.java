package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A stage that can't be injected is reported with the stages that there are, their types and origins: B1. */
class StageInjectionFailureTests extends StartFailureSupport {

    private static final String TWO = STUN
            + TOKEN
            + (STUN + TOKEN).substring("exit-left:\n  stages:\n".length()).replace("stun:", "dns:");

    @Test
    void wrongTypeArgument_isReportedWithTheStages(CapturedOutput output) throws IOException {
        this.configuration = WrongTypeArgument.class;
        start(STUN + TOKEN);

        assertThat(output)
                .contains("Parameter 0 of constructor in " + WrongTypeArgument.class.getName())
                .contains("required a bean of type 'io.github.exitleft.Stage<java.lang.Long,"
                        + " io.github.exitleft.udp.Datagram>', which none of the stages is")
                .containsPattern("Stage: stun\\R    Type: io.github.exitleft.Stage<java.lang.String,"
                        + " io.github.exitleft.udp.Datagram>\\R    Origin: exit-left.stages.stun, .* - 4:19")
                .containsPattern("Stage: own\\R    Type: io.github.exitleft.Stage<java.lang.String,"
                        + " java.lang.String>\\R    Origin: .*WrongTypeArgument")
                .contains("Correct the type arguments");
    }

    @Test
    void twoStagesOfOneType_areReportedWithWhatTellsThemApart(CapturedOutput output) throws IOException {
        this.configuration = Ambiguous.class;
        start(TWO);

        assertThat(output)
                .contains(
                        "'io.github.exitleft.Stage<java.lang.String, io.github.exitleft.udp.Datagram>', which several")
                .containsPattern("Stage: stun\\R.*\\R    Origin: exit-left.stages.stun, .* - 4:19")
                .containsPattern("Stage: dns\\R.*\\R    Origin: exit-left.stages.dns, .* - 13:19")
                .contains("Call the parameter like one of the stages, or name one with @Qualifier");
    }

    @Test
    void stagesWhoseMessagesAreNotKnown_areReportedWithTheirTokens(CapturedOutput output) throws IOException {
        this.configuration = Ambiguous.class;
        String bean = BEAN.replace("name: source", "name: prototypeSource");
        start(bean + bean.substring("exit-left:\n  stages:\n".length()).replace("queue:", "other:"));

        assertThat(output)
                .containsPattern("Stage: other\\R    Type: io.github.exitleft.Stage<java.lang.String, any> .*\\R"
                        + "    Origin: exit-left.stages.other, ");
    }

    @Test
    void stageThatIsMissedWhereThereAreNone_isReported(CapturedOutput output) throws IOException {
        this.configuration = Ambiguous.class;
        start("");

        assertThat(output).contains("which there is none.", "Define a stage: set exit-left.stages.<name>.token-type");
    }

    @Test
    void otherBeans_areLeftToBootsReport(CapturedOutput output) throws IOException {
        this.configuration = Other.class;
        start(STUN + TOKEN);

        assertThat(output).contains("Consider defining a bean of type 'java.lang.Runnable'");
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    static class WrongTypeArgument {

        WrongTypeArgument(Stage<Long, Datagram> stun) {
            assertThat(stun).isNotNull();
        }

        @Bean
        static Stage<String, String> own() {
            return Stage.builder("own", String.class, new QueueSource<String>(), message -> message)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    record Ambiguous(Stage<String, Datagram> one) {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    record Other(Runnable one) {}
}
