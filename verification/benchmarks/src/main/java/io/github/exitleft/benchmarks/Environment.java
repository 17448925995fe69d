package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.stream.Stream;

/** Where and when a run was made, so that it can be made again. */
final class Environment {

    private Environment() {}

    static String describe(String command) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return """
                | | |
                | --- | --- |
                | machine | %d processors (%s), %d GiB |
                | system | %s %s |
                | JDK | %s %s |
                | date | %s |
                | commit | %s |
                | command | `%s` |
                """.formatted(
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        Math.round(system.getTotalMemorySize() / (double) (1 << 30)),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("java.vendor"),
                        Runtime.version(),
                        LocalDate.now(),
                        commit(),
                        command);
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    private static String commit() {
        String commit = output("git", "rev-parse", "--short=10", "HEAD");
        return commit.isEmpty()
                ? "unknown"
                : commit
                        + (output("git", "status", "--porcelain", "--untracked-files=no")
                                        .isEmpty()
                                ? ""
                                : ", changed");
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            return "";
        }
    }
}
