package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.udp.Datagram;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

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
                .contains("Call the parameter like one of the stages, or name one with @Qualifier")
                .contains("known only to classes that are compiled with -parameters");
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
    void stageThatIsSwitchedOff_isReportedWithItsKey(CapturedOutput output) throws IOException {
        this.configuration = Ambiguous.class;
        start(STUN + TOKEN + "      enabled: false\n");

        assertThat(output)
                .contains("required a bean of type 'io.github.exitleft.Stage<java.lang.String,"
                        + " io.github.exitleft.udp.Datagram>', which there is none.")
                .contains("What is switched off can't be injected:")
                .containsPattern("Property: exit-left.stages.stun.enabled\\R    Value: \"false\"\\R"
                        + "    Origin: .*application.yml.* - \\d+:\\d+\\R    Reason: this stage is switched off")
                .contains("Set exit-left.stages.stun.enabled to true", "ObjectProvider<Stage<…>>");
    }

    @Test
    void stageThatIsSwitchedOffBesidesAnother_isReportedWithBoth(CapturedOutput output) throws IOException {
        this.configuration = WrongTypeArgument.class;
        start(TWO + "      enabled: false\n");

        assertThat(output)
                .contains("Stage: stun", "Property: exit-left.stages.dns.enabled", "Correct the type arguments")
                .doesNotContain("Stage: dns");
    }

    @Test
    void stagesThatAreAllSwitchedOff_areReportedWithTheKey(CapturedOutput output) throws IOException {
        this.configuration = Ambiguous.class;
        this.arguments = new String[] {"--exit-left.enabled=false"};
        start(STUN + TOKEN);

        assertThat(output)
                .containsPattern("Property: exit-left.enabled\\R    Value: \"false\"\\R    Origin: .*\\R"
                        + "    Reason: all stages are switched off")
                .contains("Set exit-left.enabled to true", "ObjectProvider<Stage<…>>");
    }

    @Test
    void mapOfStagesWhereAllAreSwitchedOff_isReportedWithTheKey(CapturedOutput output) throws IOException {
        this.configuration = All.class;
        this.arguments = new String[] {"--exit-left.enabled=false"};
        start(STUN + TOKEN);

        assertThat(output).contains("Property: exit-left.enabled", "Set exit-left.enabled to true");
    }

    @Test
    void stageThatIsSwitchedOffAndDependedOnByName_isReportedWithItsKey(CapturedOutput output) throws IOException {
        this.configuration = ByName.class;
        start(STUN + TOKEN + "      enabled: false\n");

        assertThat(output)
                .contains("required a bean named 'stun', which is a stage that is switched off")
                .contains("Property: exit-left.stages.stun.enabled");
    }

    @Test
    void otherNames_areLeftToBootsReport(CapturedOutput output) throws IOException {
        this.configuration = ByOtherName.class;
        start(STUN + TOKEN + "      enabled: false\n");

        assertThat(output).contains("named 'nowhere'").doesNotContain("switched off");
    }

    @ParameterizedTest
    @ValueSource(classes = {LazyParameter.class, LazyField.class})
    void lazilyInjectedStage_isReportedWithWhatToDo(Class<?> configuration, CapturedOutput output) throws IOException {
        this.configuration = configuration;
        start(STUN + TOKEN);

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "needs a proxy of a stage", "is a final class")
                .contains(configuration.getSimpleName())
                .contains("ObjectProvider<Stage<…>>", "put @Lazy on the class", "spring.main.lazy-initialization=true");
    }

    @Test
    void adviceToAStageThatIsMissed_works() throws IOException {
        this.configuration = LazyClass.class;
        try (var context = run(STUN + TOKEN)) {
            assertThat(context.getBean(LazyClass.class).one()).isSameAs(context.getBean("stun"));
        }
        this.configuration = Provider.class;
        try (var context = run(STUN + TOKEN)) {
            assertThat(context.getBean(Provider.class).one().getObject()).isSameAs(context.getBean("stun"));
        }
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

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    static class All {

        @Autowired
        Map<String, Stage<String, Datagram>> stages;
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    @DependsOn("stun")
    static class ByName {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    @DependsOn("nowhere")
    static class ByOtherName {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    record LazyParameter(@Lazy Stage<String, Datagram> one) {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    static class LazyField {

        @Lazy
        @Autowired
        Stage<String, Datagram> one;
    }

    @Lazy
    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    record LazyClass(Stage<String, Datagram> one) {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    record Provider(ObjectProvider<Stage<String, Datagram>> one) {}
}
