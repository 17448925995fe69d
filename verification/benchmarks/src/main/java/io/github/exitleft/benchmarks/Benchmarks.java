package io.github.exitleft.benchmarks;

import io.github.exitleft.benchmarks.Load.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Compares all contenders under all loads, in one run and in short rounds that take turns, and writes down what came out. */
final class Benchmarks {

    private final Settings settings;
    private final PeerProcess peer;
    private final Consumer<String> progress;
    private final long begun = System.nanoTime();
    private int done;
    private int all;

    Benchmarks(Settings settings, PeerProcess peer, Consumer<String> progress) {
        this.settings = settings;
        this.peer = peer;
        this.progress = progress;
    }

    public static void main(String[] arguments) throws Exception {
        // output must look the same everywhere
        Locale.setDefault(Locale.ROOT);
        Settings settings = Settings.parse(arguments);
        String report;
        try (PeerProcess peer = PeerProcess.start(settings.underWay())) {
            var benchmarks = new Benchmarks(settings, peer, System.err::println);
            List<Comparison> comparisons = benchmarks.compare();
            // after each part, since half an hour's work is not to be lost if a later one fails
            write(
                    settings,
                    new Measured(comparisons, Map.of(), Map.of(), List.of(), null, Memory.ofTokenAndMessage(), 0));
            Map<String, Map<String, Calls>> calls = settings.counts() ? benchmarks.countCalls() : Map.of();
            Map<String, Map<String, Map<String, Double>>> systemCalls =
                    settings.traced() ? benchmarks.countSystemCalls() : Map.of();
            var growth = settings.growth() ? benchmarks.countGrowth() : List.<Growth>of();
            write(settings, new Measured(comparisons, calls, systemCalls, growth, null, Memory.ofTokenAndMessage(), 0));
            var measured = new Measured(
                    comparisons,
                    calls,
                    systemCalls,
                    growth,
                    settings.primitive() ? Primitive.measure(settings.quick(), System.err::println) : null,
                    Memory.ofTokenAndMessage(),
                    settings.primitive() ? Memory.ofWaitingTicket() : 0);
            report = write(settings, measured);
        }
        System.out.println(report);
        System.err.println("written to " + settings.output());
    }

    private static String write(Settings settings, Measured measured) throws IOException {
        List<Plots.Plot> plots = Plots.of(measured);
        String report = Report.of(measured, settings.command(), plots);
        Report.write(report, settings.output(), plots);
        return report;
    }

    List<Comparison> compare() throws Exception {
        for (Load load : settings.loads()) {
            all += entries(load).size() * (settings.warmUps() + settings.rounds()) * load.slowness();
        }
        List<Comparison> comparisons = new ArrayList<>();
        compare(Part.PORT, peer, comparisons);
        compare(Part.KEEPER, peer, comparisons);
        compare(Part.OBSERVED, peer, comparisons);
        if (!settings.loads(Part.TCP).isEmpty()) {
            try (PeerProcess tcp = PeerProcess.startTcp(settings.underWay())) {
                compare(Part.TCP, tcp, comparisons);
            }
        }
        if (!settings.loads(Part.KAFKA).isEmpty()) {
            try (PeerProcess broker = PeerProcess.startKafka()) {
                // not earlier, since the broker takes processor time even when idle
                compare(Part.KAFKA, broker, comparisons);
            }
        }
        return comparisons;
    }

    private void compare(Part part, PeerProcess peer, List<Comparison> comparisons) throws Exception {
        for (Load load : settings.loads(part)) {
            try {
                if (load.pinned() && !Processors.confine(ProcessHandle.current().pid(), peer.pid())) {
                    progress.accept(load + ": left out, there is no taskset");
                    continue;
                }
                comparisons.add(compare(load.rate() == Load.HALF ? load.open(half(load, comparisons)) : load, peer));
            } finally {
                if (load.pinned()) {
                    Processors.free(ProcessHandle.current().pid(), peer.pid());
                }
            }
        }
    }

    /** Returns half of what the reference did under the same load as fast as answers came. */
    private static double half(Load load, List<Comparison> comparisons) {
        return comparisons.stream()
                .filter(c -> c.load().equals(load.open(0)) && c.has(load.part().reference))
                .mapToDouble(c ->
                        c.of(c.entry(load.part().reference), Result::rate).median() / 2)
                .findFirst()
                .orElse(20_000);
    }

    private List<Roster.Entry> entries(Load load) {
        return Roster.all().stream()
                .filter(entry -> entry.fits().test(load) && settings.wants(entry))
                .toList();
    }

    private Comparison compare(Load load, PeerProcess peer) throws Exception {
        List<Roster.Entry> entries = entries(load);
        var comparison = new Comparison(load, entries);
        for (int round = -settings.warmUps(); round < settings.rounds(); round++) {
            for (Roster.Entry entry : inTurn(entries, round)) {
                Result result = Round.run(
                        entry.factory(), load, peer, settings.measured().multipliedBy(load.slowness()));
                done += load.slowness();
                if (round >= 0) {
                    comparison.add(entry, result);
                }
                progress.accept("%s, %s: %s %,.0f/s; %s left"
                        .formatted(
                                load,
                                round < 0 ? "warm-up" : "round " + (round + 1) + " of " + settings.rounds(),
                                entry.id(),
                                result.rate(),
                                left()));
            }
        }
        return comparison;
    }

    /**
     * Returns the contenders in the order of a round: each round begins with another, and every other round goes
     * backwards, so that none always follows the same one.
     */
    private static List<Roster.Entry> inTurn(List<Roster.Entry> entries, int round) {
        List<Roster.Entry> turned = new ArrayList<>();
        int size = entries.size();
        for (int i = 0; i < size; i++) {
            turned.add(entries.get(Math.floorMod(round % 2 == 0 ? round + i : round - i, size)));
        }
        return turned;
    }

    private String left() {
        Duration left = Duration.ofNanos((System.nanoTime() - begun) / done * (all - done));
        return "%d:%02d".formatted(left.toMinutes(), left.toSecondsPart());
    }

    /** Counts one figure of each contender, by load and contender. */
    @FunctionalInterface
    private interface Count<V> {
        @Nullable
        V of(PeerProcess peer, Load load, Roster.Entry entry) throws IOException;
    }

    private Map<String, Map<String, Calls>> countCalls() throws IOException {
        return count("calls of channels, ", Counts::ofChannels);
    }

    private Map<String, Map<String, Map<String, Double>>> countSystemCalls() throws IOException {
        return count("calls of the system, ", Counts::ofSystem);
    }

    private List<Growth> countGrowth() throws IOException {
        List<Growth> growth = new ArrayList<>();
        for (Load load : Settings.growthLoads()) {
            progress.accept("growth, " + load);
            for (Roster.Entry entry : counted(load)) {
                growth.add(Counts.ofGrowth(peer, load, entry, settings.traced()));
            }
        }
        return growth;
    }

    private <V> Map<String, Map<String, V>> count(String what, Count<V> count) throws IOException {
        Map<String, Map<String, V>> counts = new LinkedHashMap<>();
        for (Load load : settings.countedLoads()) {
            progress.accept(what + load);
            if (load.part() == Part.TCP) {
                try (PeerProcess tcp = PeerProcess.startTcp(settings.underWay())) {
                    count(tcp, load, count, counts);
                }
            } else {
                count(peer, load, count, counts);
            }
        }
        return counts;
    }

    private <V> void count(PeerProcess peer, Load load, Count<V> count, Map<String, Map<String, V>> counts)
            throws IOException {
        try {
            if (load.pinned() && !Processors.confine(peer.pid())) {
                return;
            }
            Map<String, V> byContender = new LinkedHashMap<>();
            for (Roster.Entry entry : counted(load)) {
                V counted = count.of(peer, load, entry);
                if (counted != null) {
                    byContender.put(entry.id(), counted);
                }
            }
            counts.put(load.id(), byContender);
        } finally {
            if (load.pinned()) {
                Processors.free(peer.pid());
            }
        }
    }

    private List<Roster.Entry> counted(Load load) {
        return entries(load).stream().filter(entry -> !entry.isVariant()).toList();
    }
}
