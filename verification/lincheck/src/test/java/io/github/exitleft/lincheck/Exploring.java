package io.github.exitleft.lincheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An {@link Explorer} at work in a process of its own, which is ended when it takes too long. */
final class Exploring {

    /**
     * What came of a scenario.
     *
     * @param mutant the directory of the mutant's classes, or {@code -}
     * @param verdict ok, refused, not explored (too few outcomes came out), or broken (it shows nothing)
     * @param runs how many interleavings were explored; where refused, the last was replayed once
     * @param seen the outcomes
     * @param why what was refused or broken
     */
    record Result(String mutant, String scenario, String verdict, int runs, long millis, String seen, String why) {

        static Result parse(String line) {
            String[] fields = line.substring(Explorer.RESULT.length()).split("\t", 7);
            return new Result(
                    fields[0],
                    fields[1],
                    fields[2],
                    Integer.parseInt(fields[3]),
                    Long.parseLong(fields[4]),
                    fields[5],
                    fields[6]);
        }
    }

    private final Path console;
    private final Process process;

    private final long limitSeconds;
    private final long start = System.nanoTime();

    private Exploring(Path console, Process process, long limitSeconds) {
        this.console = console;
        this.process = process;
        this.limitSeconds = limitSeconds;
    }

    /**
     * Starts one.
     *
     * @param directory for its reports and what it prints
     * @param before what comes before everything else on its class path, or an empty string
     * @param arguments as the explorer takes them, without the first
     * @param limitSeconds when to end it, from now
     */
    static Exploring start(Path directory, String before, List<String> arguments, long limitSeconds)
            throws IOException {
        Files.createDirectories(directory);
        Path console = directory.resolve("console.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+EnableDynamicAgentLoading",
                // what is run changes too often for the better compiler to pay
                "-XX:TieredStopAtLevel=1",
                // two of these run at once, so have threads that wait for their turn sleep instead of spin
                "-XX:ActiveProcessorCount=1",
                "-Dlincheck.logFile=" + directory.resolve("lincheck.log"),
                "-cp",
                before + System.getProperty("java.class.path"),
                Explorer.class.getName(),
                directory.toString()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        return new Exploring(console, process, limitSeconds);
    }

    /** Waits for it to end, and kills it if it does not; null if it ended well, else what was wrong. */
    String problem() throws InterruptedException {
        if (!process.waitFor(
                start + TimeUnit.SECONDS.toNanos(limitSeconds) - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            kill();
            return "did not end within " + limitSeconds + " s; look into " + console;
        }
        return process.exitValue() == 0 ? null : "ended with status " + process.exitValue() + "; look into " + console;
    }

    void kill() {
        process.destroyForcibly();
    }

    List<Result> results() throws IOException {
        try (Stream<String> lines = Files.lines(console)) {
            return lines.filter(line -> line.startsWith(Explorer.RESULT))
                    .map(Result::parse)
                    .toList();
        }
    }
}
