package io.github.exitleft.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls of an exchange in a process of its own: those of the JDK's channels by {@link CountingProvider} and,
 * to confirm that nothing else is called, those of the system by {@code strace} where it is installed.
 */
final class Counts {

    private static final String TRACED =
            "sendto,sendmsg,sendmmsg,recvfrom,recvmsg,recvmmsg,epoll_wait,epoll_pwait,epoll_ctl,"
                    + "poll,ppoll,fcntl,socket,bind,connect,close,setsockopt,getsockopt,getsockname";
    private static final Duration COUNTED = Duration.ofMillis(300);

    /** Long enough for the JVM's own start to count for little. */
    private static final Duration TRACED_FOR = Duration.ofSeconds(2);

    private Counts() {}

    /**
     * Runs the process that is counted: one contender under one load. Arguments: the peer's port, load, contender,
     * milliseconds.
     */
    public static void main(String[] arguments) throws Exception {
        PeerProcess peer = PeerProcess.at(Integer.parseInt(arguments[0]));
        Roster.Entry entry = Roster.named(arguments[2]);
        Result result = Round.run(
                entry.factory(), Load.parse(arguments[1]), peer, Duration.ofMillis(Long.parseLong(arguments[3])));
        Calls calls = Calls.now();
        System.out.printf(
                "%d %s %s %s %s%n", result.total(), calls.sends(), calls.emptyReads(), calls.reads(), calls.selects());
    }

    /** Returns calls per exchange; none if the contender uses none of the JDK's channels. */
    static Calls ofChannels(PeerProcess peer, Load load, Roster.Entry entry) throws IOException {
        List<String> command = new ArrayList<>(Arrays.asList(CountingProvider.JVM_ARGUMENTS));
        double[] said = run(List.of(), command, peer, load, entry, COUNTED);
        return new Calls(said[1] / said[0], said[2] / said[0], said[3] / said[0], said[4] / said[0]);
    }

    /** Returns system calls per exchange, those with at least one in twenty exchanges; null without {@code strace}. */
    static @Nullable Map<String, Double> ofSystem(PeerProcess peer, Load load, Roster.Entry entry) throws IOException {
        Path counts = Files.createTempFile("strace", ".txt");
        try {
            double[] said;
            try {
                said = run(
                        List.of("strace", "-f", "-c", "-o", counts.toString(), "-e", "trace=" + TRACED),
                        List.of(),
                        peer,
                        load,
                        entry,
                        TRACED_FOR);
            } catch (IOException e) {
                return null;
            }
            Map<String, Double> perExchange = new LinkedHashMap<>();
            for (String line : Files.readAllLines(counts)) {
                String[] columns = line.trim().split("\\s+");
                String name = columns[columns.length - 1];
                if (columns.length >= 5 && columns[0].matches("[0-9.]+") && !name.equals("total")) {
                    double each = Long.parseLong(columns[3]) / said[0];
                    if (each >= 0.05) {
                        perExchange.put(name, each);
                    }
                }
            }
            return perExchange;
        } finally {
            Files.delete(counts);
        }
    }

    private static double[] run(
            List<String> tracer,
            List<String> jvmArguments,
            PeerProcess peer,
            Load load,
            Roster.Entry entry,
            Duration duration)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (load.pinned()) {
            command.addAll(Processors.CONFINED);
        }
        command.addAll(tracer);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(
                List.of("-Xmx512m", "-classpath", System.getProperty("java.class.path"), Counts.class.getName()));
        command.addAll(List.of(
                String.valueOf(peer.address().getPort()), load.id(), entry.id(), String.valueOf(duration.toMillis())));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String said = output.lines().collect(Collectors.joining()).trim();
            if (process.waitFor() != 0 || said.isEmpty()) {
                // strace writes its counts when the process ends
                throw new IOException("no counts from " + command);
            }
            return Arrays.stream(said.split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while counting", e);
        }
    }
}
