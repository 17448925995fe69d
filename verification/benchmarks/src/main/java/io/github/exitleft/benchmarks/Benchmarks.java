package io.github.exitleft.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Compares all contenders under all loads, in one run and in short rounds that take turns, and prints what came out. */
final class Benchmarks {

    private final Settings settings;
    private final PeerProcess peer;
    private final long begun = System.nanoTime();
    private int done;
    private int all;

    private Benchmarks(Settings settings, PeerProcess peer) {
        this.settings = settings;
        this.peer = peer;
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings = Settings.parse(arguments);
        try (PeerProcess peer = PeerProcess.start()) {
            List<Comparison> comparisons = new Benchmarks(settings, peer).run();
            comparisons.forEach(comparison -> System.out.print(Tables.of(comparison)));
        }
    }

    private List<Comparison> run() throws Exception {
        for (Load load : settings.loads()) {
            all += entries(load).size() * (settings.warmUps() + settings.rounds());
        }
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : settings.loads()) {
            if (load.pinned() && !Processors.confine(ProcessHandle.current().pid(), peer.pid())) {
                say(load + ": left out, there is no taskset");
                continue;
            }
            try {
                comparisons.add(compare(load));
            } finally {
                if (load.pinned()) {
                    Processors.free(ProcessHandle.current().pid(), peer.pid());
                }
            }
        }
        return comparisons;
    }

    private List<Roster.Entry> entries(Load load) {
        return Roster.all().stream()
                .filter(entry -> entry.fits().test(load) && settings.wants(entry))
                .toList();
    }

    private Comparison compare(Load load) throws Exception {
        List<Roster.Entry> entries = entries(load);
        var comparison = new Comparison(load, entries);
        for (int round = -settings.warmUps(); round < settings.rounds(); round++) {
            for (Roster.Entry entry : inTurn(entries, round)) {
                Result result = Round.run(entry.factory(), load, peer, settings.measured());
                done++;
                if (round >= 0) {
                    comparison.add(entry, result);
                }
                say("%s, round %d of %d: %s %,.0f/s; %s left"
                        .formatted(load, round + 1, settings.rounds(), entry.id(), result.rate(), left()));
            }
        }
        return comparison;
    }

    /** Another one begins in every round, and every other round goes backwards, so that nobody always follows the same one. */
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

    private static void say(String progress) {
        System.err.println(progress);
    }
}
