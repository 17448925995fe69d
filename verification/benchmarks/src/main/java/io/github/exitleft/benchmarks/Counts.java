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

    /** Beside these, threads are put to sleep and woken, by futexes or by writing to a selector. */
    private static final String TRACED_FOR_GROWTH = TRACED + ",futex,write";

    private static final Duration COUNTED = Duration.ofMillis(300);
    private static final Duration GROWTH_COUNTED = Duration.ofSeconds(1);

    /** Stands for no names of locks. */
    private static final String NONE = "-";

    /** Long enough for the JVM's own start to count for little. */
    private static final Duration TRACED_FOR = Duration.ofSeconds(2);

    private Counts() {}

    /**
     * Runs the process that is counted: one contender under one load. Arguments: the peer's port, load, contender,
     * milliseconds, and whether to record waits.
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, Long> waits = Map.of();
        Result result;
        if (Boolean.parseBoolean(arguments[4])) {
            try (var recorded = new Waits()) {
                result = run(arguments);
                waits = recorded.stop();
            }
        } else {
            result = run(arguments);
        }
        Calls calls = Calls.now();
        System.out.printf(
                "%d %s %s %s %s %s %s %s %s%n",
                result.total(),
                calls.sends(),
                calls.emptyReads(),
                calls.reads(),
                calls.selects(),
                calls.wakeups(),
                result.switches(),
                result.headChanges(),
                waits.isEmpty()
                        ? NONE
                        : waits.entrySet().stream()
                                .map(wait -> wait.getKey() + "=" + wait.getValue())
                                .collect(Collectors.joining(",")));
    }

    private static Result run(String[] arguments) throws Exception {
        PeerProcess peer = PeerProcess.at(Integer.parseInt(arguments[0]));
        Roster.Entry entry = Roster.named(arguments[2]);
        return Round.run(
                entry.factory(), Load.parse(arguments[1]), peer, Duration.ofMillis(Long.parseLong(arguments[3])));
    }

    /** Returns calls per exchange; none if the contender uses none of the JDK's channels. */
    static Calls ofChannels(PeerProcess peer, Load load, Roster.Entry entry) throws IOException {
        return calls(run(List.of(), Arrays.asList(CountingProvider.JVM_ARGUMENTS), peer, load, entry, COUNTED, false));
    }

    private static Calls calls(String[] said) {
        double[] each = new double[5];
        for (int i = 0; i < each.length; i++) {
            each[i] = Double.parseDouble(said[i + 1]) / Double.parseDouble(said[0]);
        }
        return new Calls(each[0], each[1], each[2], each[3], each[4]);
    }

    /** Returns what an exchange takes with some number of threads; system calls only if they are to be traced and can be. */
    static Growth ofGrowth(PeerProcess peer, Load load, Roster.Entry entry, boolean traced) throws IOException {
        List<String> arguments = new ArrayList<>(Arrays.asList(CountingProvider.JVM_ARGUMENTS));
        arguments.add(Waits.JVM_ARGUMENT);
        String[] said = run(List.of(), arguments, peer, load, entry, GROWTH_COUNTED, true);
        Map<String, Double> waits = new LinkedHashMap<>();
        for (String wait : said[8].equals(NONE) ? new String[0] : said[8].split(",")) {
            int equals = wait.indexOf('=');
            waits.put(
                    wait.substring(0, equals),
                    Double.parseDouble(wait.substring(equals + 1)) / Double.parseDouble(said[0]));
        }
        return new Growth(
                load,
                entry.id(),
                calls(said),
                waits,
                Double.parseDouble(said[6]),
                Double.parseDouble(said[7]),
                traced ? ofSystem(peer, load, entry, TRACED_FOR_GROWTH, TRACED_FOR) : null);
    }

    /** Returns system calls per exchange, those with at least one in twenty exchanges; null without {@code strace}. */
    static @Nullable Map<String, Double> ofSystem(PeerProcess peer, Load load, Roster.Entry entry) throws IOException {
        return ofSystem(peer, load, entry, TRACED, TRACED_FOR);
    }

    private static @Nullable Map<String, Double> ofSystem(
            PeerProcess peer, Load load, Roster.Entry entry, String traced, Duration duration) throws IOException {
        Path counts = Files.createTempFile("strace", ".txt");
        try {
            String[] said;
            try {
                said = run(
                        List.of("strace", "-f", "-c", "-o", counts.toString(), "-e", "trace=" + traced),
                        List.of(),
                        peer,
                        load,
                        entry,
                        duration,
                        false);
            } catch (IOException e) {
                return null;
            }
            Map<String, Double> perExchange = new LinkedHashMap<>();
            for (String line : Files.readAllLines(counts)) {
                String[] columns = line.trim().split("\\s+");
                String name = columns[columns.length - 1];
                if (columns.length >= 5 && columns[0].matches("[0-9.]+") && !name.equals("total")) {
                    double each = Long.parseLong(columns[3]) / Double.parseDouble(said[0]);
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

    private static String[] run(
            List<String> tracer,
            List<String> jvmArguments,
            PeerProcess peer,
            Load load,
            Roster.Entry entry,
            Duration duration,
            boolean waits)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (load.pinned()) {
            command.addAll(Processors.CONFINED);
        }
        command.addAll(tracer);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.add("-D" + FormerStage.PROPERTY + "=" + System.getProperty(FormerStage.PROPERTY, ""));
        command.addAll(
                List.of("-Xmx512m", "-classpath", System.getProperty("java.class.path"), Counts.class.getName()));
        command.addAll(List.of(
                String.valueOf(peer.address().getPort()),
                load.id(),
                entry.id(),
                String.valueOf(duration.toMillis()),
                String.valueOf(waits)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String said = output.lines().collect(Collectors.joining()).trim();
            if (process.waitFor() != 0 || said.isEmpty()) {
                throw new IOException("no counts from " + command);
            }
            return said.split(" ");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while counting", e);
        }
    }
}
