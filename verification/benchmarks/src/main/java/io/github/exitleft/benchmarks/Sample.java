package io.github.exitleft.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process has used up at one moment. Two samples, taken while all threads live, give what was used between
 * them.
 *
 * @param nanoTime the time of the sample
 * @param cpuNanos processor time
 * @param switches how often a thread gave up its processor by waiting; -1 if the system does not say
 * @param bytes what all threads but the present one have allocated
 */
record Sample(long nanoTime, long cpuNanos, long switches, long bytes) {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String SWITCHES = "\nvoluntary_ctxt_switches:";

    static Sample take() {
        return new Sample(System.nanoTime(), SYSTEM.getProcessCpuTime(), switchesOfAll(), bytesOfAll());
    }

    private static long switchesOfAll() {
        if (!Files.isDirectory(TASKS)) {
            return -1;
        }
        long sum = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                try {
                    String status = Files.readString(task.resolve("status"));
                    int at = status.indexOf(SWITCHES) + SWITCHES.length();
                    sum += Long.parseLong(
                            status.substring(at, status.indexOf('\n', at)).trim());
                } catch (IOException e) {
                    // that thread, which is no caller, has just ended
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return sum;
    }

    private static long bytesOfAll() {
        long me = Thread.currentThread().getId();
        long sum = 0;
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        for (int i = 0; i < ids.length; i++) {
            sum += ids[i] == me || bytes[i] < 0 ? 0 : bytes[i];
        }
        return sum;
    }
}
