package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Confines processes to one processor and releases them, by {@code taskset}, since the JVM itself can't. */
final class Processors {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private static final String ALL = allowed();
    private static final String FIRST = ALL.split("[,-]")[0];

    /** The beginning of a command that is to run on the first processor only. */
    static final List<String> CONFINED = List.of("taskset", "-c", FIRST);

    private Processors() {}

    /** Returns the processors that this process was allowed to use when it started. */
    private static String allowed() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(ALLOWED)) {
                    return line.substring(ALLOWED.length()).trim();
                }
            }
        } catch (IOException e) {
            // no Linux, and so no taskset
        }
        return "0";
    }

    /** Returns whether the system is Linux. */
    static boolean areLinux() {
        return Files.isReadable(STATUS);
    }

    /** Confines processes, with all their threads, to the first processor; returns false if that can't be done here. */
    static boolean confine(long... pids) {
        return set(FIRST, pids);
    }

    /** Allows processes all processors again. */
    static boolean free(long... pids) {
        return set(ALL, pids);
    }

    private static boolean set(String processors, long... pids) {
        boolean all = true;
        for (long pid : pids) {
            boolean done = false;
            for (int attempt = 0; attempt < 3 && !done; attempt++) {
                // taskset fails if one of the threads ends meanwhile
                done = set(processors, pid);
            }
            all &= done;
        }
        return all;
    }

    private static boolean set(String processors, long pid) {
        try {
            Process process = new ProcessBuilder("taskset", "-a", "-c", "-p", processors, String.valueOf(pid))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return true;
            }
            System.err.println(said.trim());
        } catch (IOException e) {
            // there is no taskset
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
