package io.github.exitleft.lincheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.exitleft.lincheck.Exploring.Result;
import io.github.exitleft.mutants.Mutant;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Explores the scenarios with the core as it is, and with mutants of it that they must refuse; both at once, in processes of
 * their own.
 *
 * <p>{@code -Dexitleft.lincheck.matrix=true} explores every scenario with every mutant, which takes a quarter of an hour.
 */
class LincheckIT {

    private static final Path DIRECTORY = Path.of(System.getProperty("exitleft.lincheck.directory"), "lincheck");
    private static final Path CORE = Path.of(System.getProperty("exitleft.lincheck.core"));
    private static final boolean MATRIX = Boolean.getBoolean("exitleft.lincheck.matrix");
    private static final long LIMIT_SECONDS = MATRIX ? 7200 : 600;
    private static final Map<String, Mutant> MUTANTS = new LinkedHashMap<>();

    private static final List<Exploring> STARTED = new ArrayList<>();

    private static @Nullable String cannotRun;
    private static Exploring real;
    private static Exploring mutants;

    @BeforeAll
    static void start() throws Exception {
        String problem = start(DIRECTORY.resolve("probe"), "", List.of()).problem();
        if (problem != null) {
            cannotRun = "Lincheck cannot run: it could not attach its agent to a JVM " + Runtime.version() + ", which "
                    + problem;
            return;
        }
        String all = Explorer.scenarios().stream().map(Scenario::name).collect(Collectors.joining(","));
        real = start(DIRECTORY.resolve("real"), "", List.of("-", all));
        // what mutants are loaded over must come from the same compiler: each has its own names for a class's lambdas
        Path unchanged = DIRECTORY.resolve("unchanged");
        for (String file : Mutants.ALL.stream().map(Mutant::file).distinct().toList()) {
            new Mutant("none", file, "", List.of()).compile(CORE, unchanged);
        }
        List<String> arguments = new ArrayList<>();
        for (Mutant mutant : Mutants.ALL) {
            Path classes = mutant.compile(
                    CORE, DIRECTORY.resolve("mutants").resolve(mutant.name().replace(' ', '-')));
            MUTANTS.put(classes.toString(), mutant);
            arguments.add(classes.toString());
            arguments.add(MATRIX ? all : mutant.tests());
        }
        mutants = start(DIRECTORY.resolve("mutants"), unchanged.resolve("classes") + File.pathSeparator, arguments);
    }

    private static Exploring start(Path directory, String before, List<String> arguments) throws IOException {
        Exploring exploring = Exploring.start(directory, before, arguments, LIMIT_SECONDS);
        STARTED.add(exploring);
        return exploring;
    }

    // before each, since a class of which no test has begun counts as no test at all, and fails the build
    @BeforeEach
    void skipWhereItCannotRun() {
        if (cannotRun != null) {
            if (Boolean.getBoolean("exitleft.verify.required")) {
                fail(cannotRun);
            }
            System.out.println("skipped: " + cannotRun);
            abort(cannotRun);
        }
    }

    @AfterAll
    static void end() {
        STARTED.forEach(Exploring::kill);
    }

    @Test
    void realCore_showsNothingThatIsNotAllowed() throws Exception {
        String problem = real.problem();
        List<Result> results = real.results();
        String row = "%-36s %-12s %5s %6s  %s%n";
        System.out.printf(row, "scenario", "rules", "runs", "s", "outcomes, or what is wrong");
        for (Scenario scenario : Explorer.scenarios()) {
            for (Result result : results) {
                if (result.scenario().equals(scenario.name())) {
                    System.out.printf(
                            row,
                            scenario.name(),
                            scenario.rules(),
                            result.runs(),
                            seconds(result),
                            result.verdict().equals("ok") ? result.seen() : result.verdict() + ": " + result.why());
                }
            }
        }
        assertThat(problem).isNull();
        assertThat(results)
                .extracting(Result::scenario)
                .containsExactlyElementsOf(
                        Explorer.scenarios().stream().map(Scenario::name).toList());
        assertThat(results).allSatisfy(result -> {
            assertThat(result.verdict()).as(result.scenario()).isEqualTo("ok");
            assertThat(result.runs()).as("runs of " + result.scenario()).isGreaterThan(1);
        });
    }

    @Test
    void everyMutant_isRefused() throws Exception {
        String problem = mutants.problem();
        List<Result> results = mutants.results();
        List<String> survivors = new ArrayList<>();
        String row = "%-42s %-36s %5s %6s  %s%n";
        System.out.printf(row, "mutant", "scenario", "runs", "s", "what was seen");
        MUTANTS.forEach((directory, mutant) -> {
            boolean refused = false;
            for (Result result : results) {
                if (result.mutant().equals(directory)
                        && !(MATRIX && result.verdict().equals("ok"))) {
                    refused |= result.verdict().equals("refused");
                    System.out.printf(
                            row,
                            mutant.name(),
                            result.scenario(),
                            result.runs(),
                            seconds(result),
                            result.verdict() + " " + result.why());
                }
            }
            if (!refused) {
                survivors.add(mutant.name());
            }
        });
        assertThat(problem).isNull();
        assertThat(survivors).as("mutants that no scenario refused").isEmpty();
    }

    private static String seconds(Result result) {
        return "%.1f".formatted(result.millis() / 1000.0);
    }
}
