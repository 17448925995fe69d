package io.github.exitleft.jcstress;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;

/**
 * One run of jcstress in a process of its own, and what it found; its own exit status says too little.
 *
 * @param tests what each test found, by its name
 * @param problems why the run shows nothing, whatever the tests found; empty for a run to be believed
 */
record Run(Map<String, Found> tests, List<String> problems) {

    /** jcstress says so of tests with more actors than there are processors, and exits as if all were well. */
    private static final String NOT_RUN = "these tests would not run";

    /** Found by one test in all its processes. */
    static final class Found {
        private long samples;
        private final Map<String, Long> accepted = new TreeMap<>();
        private final Map<String, Long> forbidden = new TreeMap<>();
        private final List<String> errors = new ArrayList<>();

        private void add(TestResult result) {
            samples += result.getTotalCount();
            if (result.status() != Status.NORMAL) {
                errors.add(result.status().name());
            }
            for (GradingResult graded : result.grading().gradingResults.values()) {
                if (graded.count > 0) {
                    (graded.expect == Expect.FORBIDDEN ? forbidden : accepted)
                            .merge("(" + graded.id + ")", graded.count, Long::sum);
                }
            }
        }

        long samples() {
            return samples;
        }

        boolean refused() {
            return !forbidden.isEmpty();
        }

        boolean passed() {
            return samples > 0 && forbidden.isEmpty() && errors.isEmpty();
        }

        /** In a word or two. */
        String verdict() {
            if (!errors.isEmpty()) {
                return "ERROR " + errors + (refused() ? ", FORBIDDEN " + forbidden : "");
            }
            return refused() ? "FORBIDDEN " + forbidden : samples == 0 ? "NO SAMPLES" : "ok " + accepted.keySet();
        }
    }

    /**
     * Runs jcstress, and ends it when it takes too long.
     *
     * @param directory for what it writes; emptied first
     * @param before what comes before everything else on its class path, or an empty string
     * @param arguments for jcstress
     */
    static Run of(Path directory, String before, long limitSeconds, List<String> arguments)
            throws IOException, InterruptedException {
        empty(directory);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(before + System.getProperty("java.class.path"));
        command.add("org.openjdk.jcstress.Main");
        command.addAll(arguments);
        Path console = directory.resolve("console.txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        List<String> problems = new ArrayList<>();
        try {
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                problems.add("did not end within " + limitSeconds + " s; look into " + console);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        if (Files.readString(console).contains(NOT_RUN)) {
            problems.add("some tests were not run; look into " + console);
        }
        Map<String, Found> found = results(directory);
        if (found.isEmpty()) {
            problems.add("no test was run; look into " + console);
        }
        if (process.exitValue() != 0 && found.values().stream().allMatch(Found::passed)) {
            problems.add("jcstress ended with status " + process.exitValue() + "; look into " + console);
        }
        return new Run(found, problems);
    }

    private static Map<String, Found> results(Path directory) throws IOException {
        Map<String, Found> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".bin.gz")).toList()) {
                for (TestResult result : read(file)) {
                    String name = result.getName()
                            .substring(Run.class.getPackageName().length() + 1);
                    found.computeIfAbsent(name, n -> new Found()).add(result);
                }
            }
        }
        return found;
    }

    private static Iterable<TestResult> read(Path file) throws IOException {
        var collector = new InProcessCollector();
        var reader = new DiskReadCollector(file.toString(), collector);
        try {
            reader.dump();
        } catch (ClassNotFoundException e) {
            throw new IOException("'" + file + "' was not written by this version of jcstress", e);
        } finally {
            reader.close();
        }
        return collector.getTestResults();
    }

    private static void empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory, new FileVisitOption[0])) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
        Files.createDirectories(directory);
    }
}
