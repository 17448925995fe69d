package io.github.exitleft.lincheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.mutants.Mutant;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiles the mutants without exploring them, so that an edit of the core that a mutant must follow shows in seconds. */
class MutantsTests {

    private static final Path CORE = Path.of(System.getProperty("exitleft.lincheck.core"));

    static Iterable<Mutant> mutants() {
        return Mutants.ALL;
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void everyMutant_appliesAndCompiles(Mutant mutant, @TempDir Path directory) throws Exception {
        assertThat(mutant.compile(CORE, directory)).isNotEmptyDirectory();
    }
}
