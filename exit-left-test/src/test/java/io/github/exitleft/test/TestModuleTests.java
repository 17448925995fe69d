package io.github.exitleft.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What this module shows, and what it needs. */
class TestModuleTests {

    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.exitleft.test");

    @Test
    void publicTypes_areTheseAndNoOthers() {
        assertThat(MODULE.stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName)
                        .filter(name -> !name.equals("package-info")))
                .containsExactlyInAnyOrder(
                        "PeerScript",
                        "QueueSource",
                        "ScriptedPeer",
                        "SourceContractTests",
                        "StageAssert",
                        "SteerableClock");
    }

    @Test
    void module_needsTheCoreAndTheApiOfJUnitAndForAssertionsAssertJ() {
        String assertions = StageAssert.class.getName();
        classes()
                .that()
                .haveFullyQualifiedName(assertions)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.assertj..")
                .check(MODULE);
        classes()
                .that()
                .doNotHaveFullyQualifiedName(assertions)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.exitleft",
                        "io.github.exitleft.internal",
                        "io.github.exitleft.test",
                        "java..",
                        "org.jspecify..",
                        "org.junit.jupiter.api..")
                .check(MODULE);
    }
}
