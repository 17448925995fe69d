package io.github.exitleft.spring.boot;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The hub and the sources know the adapters' interfaces and not each other: B13. */
class ArchitectureTests {

    private static final String ROOT = "io.github.exitleft.spring.boot";
    private static final String[] HUB = {ROOT + ".autoconfigure..", ROOT + ".actuate..", ROOT + ".source"};

    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** What editors read instead of the hub's and the sources' own properties. */
    private static final String COMPLETION = ROOT + ".completion";

    /** Each other package that is not the hub's is that of a source. */
    private static final List<String> SOURCES = MODULE.stream()
            .map(type -> type.getPackageName().substring(ROOT.length() + 1))
            .filter(name -> !name.startsWith("autoconfigure")
                    && !name.startsWith("actuate")
                    && !name.equals("source")
                    && !name.equals("completion"))
            .distinct()
            .sorted()
            .toList();

    private static String[] packagesOf(List<String> sources) {
        return sources.stream().map(source -> ROOT + "." + source + "..").toArray(String[]::new);
    }

    @Test
    void b13_everySource_hasItsAdapterAndKeysInItsPackage() {
        assertThat(SOURCES).contains("udp", "bean");
        for (String source : SOURCES) {
            assertThat(MODULE.stream()
                            .filter(type -> type.isAssignableTo(SourceAdapter.class))
                            .filter(type -> type.getPackageName().equals(ROOT + "." + source)))
                    .as(source)
                    .hasSize(1);
        }
    }

    @Test
    void b13_hub_knowsNoSource() {
        noClasses()
                .that()
                .resideInAnyPackage(HUB)
                .should()
                .dependOnClassesThat(resideInAnyPackage(packagesOf(SOURCES))
                        .or(resideInAnyPackage("io.github.exitleft.udp", "io.github.exitleft.tcp")))
                .check(MODULE);
    }

    @Test
    void b13_source_knowsTheAdaptersInterfacesAndNothingElseOfTheHubOrOfOtherSources() {
        for (String source : SOURCES) {
            String[] others = packagesOf(
                    SOURCES.stream().filter(other -> !other.equals(source)).toList());
            noClasses()
                    .that()
                    .resideInAnyPackage(ROOT + "." + source)
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others)
                            .or(resideInAnyPackage(ROOT + ".autoconfigure..", ROOT + ".actuate..")))
                    .check(MODULE);
        }
    }

    @Test
    void b13_adaptersInterfaces_knowNothingOfTheRestOfTheModule() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".source")
                .should()
                .dependOnClassesThat(resideInAnyPackage(packagesOf(SOURCES))
                        .or(resideInAnyPackage(ROOT + ".autoconfigure..", ROOT + ".actuate..")))
                .check(MODULE);
    }

    /** All sources' keys stand in it together, so it must be possible to write it anew and to leave it out. */
    @Test
    void b13_keysForEditors_knowNoSourceAndAreUsedByNoClass() {
        noClasses()
                .that()
                .resideInAPackage(COMPLETION)
                .should()
                .dependOnClassesThat(resideInAnyPackage(packagesOf(SOURCES)))
                .check(MODULE);
        noClasses()
                .that()
                .resideOutsideOfPackage(COMPLETION)
                .should()
                .dependOnClassesThat(resideInAPackage(COMPLETION))
                .check(MODULE);
    }

    /** Texts are no dependencies of a class, and would make a list that a new source must be added to. */
    @Test
    void b13_hub_writesNoSourcesName() throws IOException {
        Pattern names = Pattern.compile("(?i)\\b(" + String.join("|", SOURCES).replace("bean|", "") + ")\\b|\"bean\"");
        Path main = Path.of("src/main/java/io/github/exitleft/spring/boot");
        for (String folder : List.of("autoconfigure", "actuate")) {
            try (Stream<Path> files = Files.walk(main.resolve(folder)).filter(Files::isRegularFile)) {
                for (Path file : files.toList()) {
                    assertThat(Files.readString(file, StandardCharsets.UTF_8).lines())
                            .as(file.toString())
                            .noneMatch(line -> names.matcher(line).find());
                }
            }
        }
    }

    @Test
    void adaptersAndTheirProperties_areNotPublic() {
        assertThat(MODULE.stream()
                        .filter(type -> type.isAssignableTo(SourceAdapter.class)
                                || type.getName().endsWith("Properties"))
                        .filter(resideInAnyPackage(packagesOf(SOURCES)))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getName))
                .isEmpty();
    }
}
