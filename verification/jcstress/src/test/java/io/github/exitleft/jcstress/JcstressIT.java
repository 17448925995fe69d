package io.github.exitleft.jcstress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.exitleft.mutants.Mutant;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs the two-thread tests of this package against the core, and against mutants of it that they must refuse.
 *
 * <p>{@code -Djcstress.time} is the length of one of a test's four iterations, in milliseconds.
 */
class JcstressIT {

    private static final Path DIRECTORY = Path.of(System.getProperty("jcstress.directory"), "jcstress");
    private static final Path CORE = Path.of(System.getProperty("jcstress.core"));
    private static final int TIME = Integer.getInteger("jcstress.time", 400);
    private static final long LIMIT_SECONDS = 420 + 4L * 2 * 12 * TIME / 1000;
    private static final long MUTANT_LIMIT_SECONDS = 120;
    private static final String ROW = "%-56s %12s  %s%n";

    // before each, since a class of which no test has begun counts as no test at all, and fails the build
    @BeforeEach
    void twoThreadsNeedTwoProcessors() {
        int processors = Runtime.getRuntime().availableProcessors();
        if (processors < 2) {
            String why = "jcstress cannot run: it needs two processors, and there is " + processors;
            if (Boolean.getBoolean("exitleft.verify.required")) {
                fail(why);
            }
            System.out.println("skipped: " + why);
            abort(why);
        }
    }

    @Test
    void realCore_showsNothingForbidden() throws Exception {
        Run run = run(DIRECTORY.resolve("real"), "", ".*", 4, TIME, 10_000, LIMIT_SECONDS);
        print("test", run);
        assertThat(run.problems()).isEmpty();
        assertThat(run.tests().keySet())
                .as("tests that were run")
                .containsExactlyInAnyOrderElementsOf(TestList.tests().stream()
                        .map(test ->
                                test.substring(JcstressIT.class.getPackageName().length() + 1))
                        .toList());
        assertThat(run.tests())
                .allSatisfy((test, found) -> assertThat(found.passed())
                        .as("%s: %s", test, found.verdict())
                        .isTrue());
    }

    @Test
    void everyMutant_isRefused() throws Exception {
        List<String> survivors = new ArrayList<>();
        System.out.printf(ROW, "mutant", "samples", "refused by");
        for (Mutant mutant : Mutants.ALL) {
            Run run = run(mutant);
            long samples =
                    run.tests().values().stream().mapToLong(Run.Found::samples).sum();
            StringBuilder refusedBy = new StringBuilder();
            for (Map.Entry<String, Run.Found> test : run.tests().entrySet()) {
                if (test.getValue().refused()) {
                    refusedBy
                            .append(test.getKey())
                            .append(' ')
                            .append(test.getValue().verdict())
                            .append(' ');
                }
            }
            if (refusedBy.isEmpty()) {
                survivors.add(mutant.name());
                refusedBy.append("NOBODY ").append(run.problems());
            }
            System.out.printf(ROW, mutant.name(), samples, refusedBy);
        }
        assertThat(survivors).as("mutants that no test refused").isEmpty();
    }

    private static Run run(Mutant mutant) throws Exception {
        Path directory = DIRECTORY.resolve(mutant.name().replace(' ', '-'));
        String before = mutant.compile(CORE, directory) + File.pathSeparator;
        return run(directory.resolve("run"), before, mutant.tests(), 2, 400, 300, MUTANT_LIMIT_SECONDS);
    }

    private static Run run(
            Path directory, String before, String tests, int iterations, int time, int patience, long limit)
            throws Exception {
        // short strides, since a mutant lets each wait of one run out; one compilation for both threads and no binding
        // to processors, which would multiply the processes; the compiler reorders what it may
        return Run.of(
                directory,
                before,
                limit,
                List.of(
                        "-t", JcstressIT.class.getPackageName() + "." + tests,
                        "-m", "quick",
                        "-f", "1",
                        "-iters", "" + iterations,
                        "-time", "" + time,
                        "-strideSize", "32",
                        "-strideCount", "4",
                        "-sc", "false",
                        "-af", "NONE",
                        "-r", "report",
                        "-jvmArgs",
                                "-Xmx256m -XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM"
                                        + " -Djcstress.patience=" + patience));
    }

    private static void print(String what, Run run) {
        System.out.printf(ROW, what, "samples", "verdict");
        run.tests().forEach((test, found) -> System.out.printf(ROW, test, found.samples(), found.verdict()));
    }
}
