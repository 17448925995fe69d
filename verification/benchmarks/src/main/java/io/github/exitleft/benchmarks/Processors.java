package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lets processes run on one processor only, and on all again, by {@code taskset}; the JVM itself can't. */
final class Processors {

    /** What a command begins with that is to run on the first processor only. */
    static final List<String> CONFINED = List.of("taskset", "-c", "0");

    private static final int EVERY = Runtime.getRuntime().availableProcessors();

    private Processors() {}

    /** Confines processes, with all their threads, to the first processor; false if there is no {@code taskset}. */
    static boolean confine(long... pids) {
        return set("0", pids);
    }

    /** Gives processes all processors back. */
    static boolean free(long... pids) {
        return set("0-" + (EVERY - 1), pids);
    }

    private static boolean set(String processors, long... pids) {
        for (long pid : pids) {
            try {
                Process process = new ProcessBuilder("taskset", "-a", "-c", "-p", processors, String.valueOf(pid))
                        .redirectErrorStream(true)
                        .start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(5, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    System.err.println("taskset failed: " + said);
                    return false;
                }
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
