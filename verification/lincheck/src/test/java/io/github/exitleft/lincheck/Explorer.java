package io.github.exitleft.lincheck;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.instrument.ClassDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.lincheck.jvm.agent.LincheckClassFileTransformer;
import org.jetbrains.lincheck.jvm.agent.LincheckInstrumentation;

/**
 * Explores scenarios with Lincheck, in a process of its own, and prints a line for each.
 *
 * <p>Arguments: a directory for reports, and then any number of directories of mutants' classes, each followed by the names
 * of the scenarios to explore with it; {@code -} for the core as it is. Names are separated by commas.
 */
final class Explorer {

    /** Begins the lines that are for {@link Exploring}; fields are separated by tabs. */
    static final String RESULT = "result\t";

    private static final Map<String, String> REFUSALS = Map.of(
            "ManagedDeadlockFailure", "deadlock",
            "ManagedLivelockFailure", "livelock",
            "IncorrectResultsFailure", "wrong");

    private Explorer() {}

    static List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>(WaitScenarios.ALL);
        all.addAll(EndScenarios.ALL);
        all.addAll(KeeperScenarios.ALL);
        all.addAll(StageScenarios.ALL);
        all.addAll(AsyncScenarios.ALL);
        all.addAll(AdmissionScenarios.ALL);
        all.addAll(RestScenarios.ALL);
        all.addAll(OrderScenarios.ALL);
        return all;
    }

    public static void main(String[] arguments) throws Exception {
        ModelChecker.install();
        Path reports = Path.of(arguments[0]);
        for (int i = 1; i < arguments.length; i += 2) {
            boolean mutant = !arguments[i].equals("-");
            if (mutant) {
                redefine(Path.of(arguments[i]), true);
            }
            List<String> names = List.of(arguments[i + 1].split(","));
            for (Scenario scenario : scenarios()) {
                if (names.contains(scenario.name())) {
                    explore(scenario, arguments[i], reports);
                }
            }
            if (mutant) {
                redefine(Path.of(arguments[i]), false);
            }
        }
    }

    /** Replaces the core's classes by those of a mutant, or the other way round. */
    private static void redefine(Path mutant, boolean there) throws Exception {
        List<ClassDefinition> definitions = new ArrayList<>();
        try (Stream<Path> files = Files.walk(mutant)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String path = mutant.relativize(file).toString().replace('\\', '/');
                String name =
                        path.substring(0, path.length() - ".class".length()).replace('/', '.');
                byte[] bytes = there ? Files.readAllBytes(file) : original(path);
                LincheckClassFileTransformer.INSTANCE
                        .getTransformedClassesCache()
                        .remove(name);
                definitions.add(new ClassDefinition(Class.forName(name), bytes));
            }
        }
        LincheckInstrumentation.INSTANCE
                .getInstrumentation()
                .redefineClasses(definitions.toArray(ClassDefinition[]::new));
    }

    private static byte[] original(String path) throws IOException {
        try (var in = Explorer.class.getClassLoader().getResourceAsStream(path)) {
            return in.readAllBytes();
        }
    }

    private static void explore(Scenario scenario, String mutant, Path reports) throws IOException {
        long start = System.nanoTime();
        String verdict = "ok";
        String why = "";
        try {
            // the first time for the classes to be instrumented, which happens only where Lincheck looks
            Exploration.reset(scenario, true);
            LincheckFailure failure = ModelChecker.explore(1, scenario.body());
            Exploration.reset(scenario, false);
            if (failure == null) {
                failure = ModelChecker.explore(scenario.runs(), scenario.body());
            }
            Set<String> missing = new TreeSet<>(scenario.outcomes());
            missing.removeAll(Exploration.seen());
            if (failure != null) {
                String kind = failure.getClass().getSimpleName();
                // anything else, such as real time being over, shows no interleaving, and nothing about the core
                verdict = REFUSALS.containsKey(kind) ? "refused" : "broken";
                String text = text(failure);
                why = REFUSALS.getOrDefault(kind, kind) + thrown(text);
                Files.writeString(reports.resolve(report(mutant, scenario)), text);
            } else if (!missing.isEmpty()) {
                verdict = "not explored";
                why = "never came out: " + missing;
            }
        } catch (Throwable e) {
            verdict = "broken";
            var trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            why = trace.toString().replaceAll("\\s+", " ");
        }
        System.out.println(RESULT
                + String.join(
                        "\t",
                        mutant,
                        scenario.name(),
                        verdict,
                        "" + Exploration.runs(),
                        "" + (System.nanoTime() - start) / 1_000_000,
                        Exploration.seen().toString(),
                        why));
    }

    /** Lincheck's report of a failure; its reporter sometimes fails over a trace, which changes nothing about the failure. */
    private static String text(LincheckFailure failure) {
        try {
            return failure.toString();
        } catch (RuntimeException e) {
            return "Lincheck found " + failure.getClass().getSimpleName() + ", and could not report it: " + e;
        }
    }

    /** The exception that a report begins with, if it does. */
    private static String thrown(String report) {
        return report.lines()
                .limit(4)
                .filter(line -> line.startsWith("java.lang."))
                .map(line -> ": " + line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .orElse("");
    }

    private static String report(String mutant, Scenario scenario) {
        return (mutant.equals("-") ? "" : Path.of(mutant).getParent().getFileName() + ", ") + scenario.name() + ".txt";
    }
}
