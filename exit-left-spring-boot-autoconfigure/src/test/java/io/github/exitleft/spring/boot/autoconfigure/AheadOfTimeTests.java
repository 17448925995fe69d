package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.PeerToken;
import io.github.exitleft.spring.boot.source.RequiredClass;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

/** What is generated ahead of time: B8. */
class AheadOfTimeTests {

    private static final String[] ORDERS = {
        "exit-left.stages.orders.token-type=java.util.UUID",
        "exit-left.stages.orders.source.type=udp",
        "exit-left.stages.orders.source.udp.token.offset=0",
        "exit-left.stages.orders.source.udp.token.length=16"
    };

    private final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
    private final DefaultGenerationContext generation = new DefaultGenerationContext(
            new ClassNameGenerator(ClassName.get("com.example", "Application")), this.files);

    @Test
    void registrar_runsAgainAtRunTimeAndTokenTypesAndPropertiesHaveHints() { // B8
        generate(
                "exit-left.stages.orders.token-type=java.util.UUID",
                "exit-left.stages.orders.source.type=udp",
                "exit-left.stages.orders.source.udp.token.offset=0",
                "exit-left.stages.orders.source.udp.token.length=16");

        assertThat(this.files.getGeneratedFiles(Kind.SOURCE).values())
                .anySatisfy(file -> assertThat(file.getInputStream())
                        .asString(StandardCharsets.UTF_8)
                        .contains("StageBeanRegistrar"));
        assertThat(RuntimeHintsPredicates.reflection().onType(UUID.class)).accepts(this.generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection()
                        .onType(TypeReference.of("io.github.exitleft.spring.boot.udp.UdpProperties$Token")))
                .accepts(this.generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection().onType(StageProperties.Tokens.class))
                .accepts(this.generation.getRuntimeHints());
    }

    @Test
    void b8_allStagesSwitchedOffAtBuildTime_leaveNothing() {
        generate(with("exit-left.enabled=false"));

        assertThat(this.files.getGeneratedFiles(Kind.SOURCE).values())
                .allSatisfy(file -> assertThat(file.getInputStream())
                        .asString(StandardCharsets.UTF_8)
                        .doesNotContain("StageBeanRegistrar"));
        assertThat(RuntimeHintsPredicates.reflection().onType(UUID.class)).rejects(this.generation.getRuntimeHints());
    }

    @Test
    void b8_stageSwitchedOffAtBuildTime_needsNoHints() {
        generate(with("exit-left.stages.orders.enabled=false"));

        assertThat(this.files.getGeneratedFiles(Kind.SOURCE).values())
                .anySatisfy(file -> assertThat(file.getInputStream())
                        .asString(StandardCharsets.UTF_8)
                        .contains("StageBeanRegistrar"));
        assertThat(RuntimeHintsPredicates.reflection().onType(UUID.class)).rejects(this.generation.getRuntimeHints());
    }

    /** The generated code runs the registrar again, whatever the conditions were. */
    @ParameterizedTest
    @ValueSource(strings = {"exit-left.enabled", "exit-left.stages.orders.enabled"})
    void b8_stagesSwitchedOffAtRunTime_areNotRegistered(String key) {
        for (boolean enabled : new boolean[] {true, false}) {
            try (var context = new GenericApplicationContext()) {
                TestPropertyValues.of(ORDERS).and(key + "=" + enabled).applyTo(context);
                context.register(new StageBeanRegistrar());
                assertThat(context.containsBeanDefinition("orders")).isEqualTo(enabled);
            }
        }
    }

    @Test
    void b8_idTypeOfAPeersTokens_hasAHint() {
        generate(
                "exit-left.stages.radius.token-type=io.github.exitleft.PeerToken",
                "exit-left.stages.radius.source.type=udp",
                "exit-left.stages.radius.source.udp.token.sender=true",
                "exit-left.stages.radius.source.udp.token.offset=1",
                "exit-left.stages.radius.source.udp.token.length=16",
                "exit-left.stages.radius.source.udp.token.id-type=java.util.UUID");

        assertThat(RuntimeHintsPredicates.reflection().onType(PeerToken.class))
                .accepts(this.generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection().onType(UUID.class)).accepts(this.generation.getRuntimeHints());
    }

    @Test
    void b8_groupsOfKeysInGroupsOfKeys_haveHints() {
        generate(
                "exit-left.stages.host.token-type=java.lang.Integer",
                "exit-left.stages.host.source.type=tcp",
                "exit-left.stages.host.source.tcp.remote=127.0.0.1:1",
                "exit-left.stages.host.source.tcp.frame.length-field.length=2",
                "exit-left.stages.host.source.tcp.token.offset=2",
                "exit-left.stages.host.source.tcp.token.length=4");

        assertThat(List.of("", "$Frame", "$Frame$LengthField", "$Frame$Between", "$Token"))
                .allSatisfy(group -> assertThat(RuntimeHintsPredicates.reflection()
                                .onType(TypeReference.of("io.github.exitleft.spring.boot.tcp.TcpProperties" + group)))
                        .accepts(this.generation.getRuntimeHints()));
    }

    @Test
    void b13_everyAdapter_canBeFoundAndMadeInANativeImage() { // B8
        generate();

        assertThat(SourceAdapters.find().all())
                .isNotEmpty()
                .allSatisfy(adapter -> assertThat(RuntimeHintsPredicates.reflection()
                                .onType(adapter.getClass())
                                .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                        .accepts(this.generation.getRuntimeHints()))
                .allSatisfy(adapter -> assertThat(
                                RuntimeHintsPredicates.reflection().onType(adapter.propertiesType()))
                        .accepts(this.generation.getRuntimeHints()));
        assertThat(SourceAdapters.find().all().stream()
                        .flatMap(adapter -> adapter.requirements().stream())
                        .map(RequiredClass::name))
                .isNotEmpty()
                .allSatisfy(
                        name -> assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(name)))
                                .accepts(this.generation.getRuntimeHints()));
        assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/spring.factories"))
                .accepts(this.generation.getRuntimeHints());
    }

    @Test
    void mistakeInTheProperties_failsTheBuildToo() { // B1, B8
        assertThatExceptionOfType(StageConfigurationException.class)
                .isThrownBy(() -> generate("exit-left.stages.orders.source.type=udp"));
    }

    private static String[] with(String property) {
        return Stream.concat(Stream.of(ORDERS), Stream.of(property)).toArray(String[]::new);
    }

    private void generate(String... properties) {
        try (var context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(properties).applyTo(context);
            context.register(ExitLeftAutoConfiguration.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, this.generation);
            this.generation.writeGeneratedContent();
        }
    }
}
