package io.github.exitleft.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.exitleft.HandOverBenchmark;
import io.github.exitleft.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every contender for a moment, so that neither harness nor contenders rot. */
@Tag("slow")
class BenchmarksTests {

    /** Users of the JDK's channels, whose calls can be counted. */
    private static final Set<String> COUNTED =
            Set.of("floor-select", "floor-connected", "reader-untimed", "best-reader", "netty", "stage");

    private static List<Load> loads;
    private static List<Comparison> comparisons;

    @BeforeAll
    static void compareAllForAMoment() throws Exception {
        loads = new ArrayList<>(
                List.of(Load.platform(4), Load.platform(1), Load.platform(4).open(400)));
        loads.addAll(
                Stream.of("keeper-1", "keeper-1r", "keeper-4", "observed-4", "tcp-1", "tcp-4", "kafka-1", "kafka-4")
                        .map(Load::parse)
                        .toList());
        if (Threads.VIRTUAL) {
            loads.add(Load.virtual(300));
            loads.add(Load.virtual(300).in(Load.Part.TCP));
        }
        try (PeerProcess peer = PeerProcess.start()) {
            comparisons = new ArrayList<>(compare(peer, loads.subList(0, 1), Set.of()));
            comparisons.addAll(compare(peer, loads.subList(1, loads.size()), withoutVariants()));
        }
    }

    private static Set<String> withoutVariants() {
        return Roster.all().stream()
                .filter(entry -> !entry.isVariant())
                .map(Roster.Entry::id)
                .collect(Collectors.toSet());
    }

    private static List<Comparison> compare(PeerProcess peer, List<Load> under, Set<String> contenders)
            throws Exception {
        var settings = new Settings(
                1,
                0,
                Duration.ofMillis(50),
                under,
                contenders,
                Peer.UNDER_WAY,
                false,
                false,
                false,
                false,
                false,
                Path.of("unused"),
                "mvn verify");
        return new Benchmarks(settings, peer, progress -> {}).compare();
    }

    @Test
    void everyContender_givesEveryCallerItsOwnAnswer() {
        assertThat(comparisons).hasSameSizeAs(loads);
        for (Comparison comparison : comparisons) {
            int least = switch (comparison.load().part()) {
                case PORT -> 7;
                case KEEPER, OBSERVED -> 3;
                case TCP -> 6;
                case KAFKA -> 3;
            };
            assertThat(comparison.entries()).hasSizeGreaterThanOrEqualTo(least);
            for (Roster.Entry entry : comparison.entries()) {
                String who = entry.id() + ", " + comparison.load();
                assertThat(comparison.lost(entry)).as("lost by %s", who).isZero();
                assertThat(comparison.wrong(entry)).as("mixed up by %s", who).isZero();
                // not the rate: on a busy machine nothing may happen in the moment that is measured
                assertThat(comparison.of(entry, Result::total).median())
                        .as("answers to %s", who)
                        .isGreaterThanOrEqualTo(comparison.load().callers());
            }
        }
    }

    @Test
    void contenderWithAWrongAnswer_isOut() throws Exception {
        try (PeerProcess confused = PeerProcess.start(0, 0.2)) {
            var contenders = Set.of("stage", "outlets-1", "reader-timed", "best-reader", "netty", "socket-per-thread");
            Comparison comparison =
                    compare(confused, List.of(Load.platform(4)), contenders).get(0);

            assertThat(comparison.entries()).hasSizeGreaterThanOrEqualTo(5).allSatisfy(entry -> {
                assertThat(comparison.wrong(entry)).isPositive();
                assertThat(comparison.isDisqualified(entry)).isTrue();
            });
            assertThat(Tables.of(comparison)).contains("out: 0 lost");
        }
    }

    @Test
    void contenderThatLosesAnAnswer_isOut() throws Exception {
        try (PeerProcess forgetful = PeerProcess.start(0.2, 0)) {
            Comparison comparison = compare(forgetful, List.of(Load.platform(4)), Set.of("stage"))
                    .get(0);

            Roster.Entry stage = comparison.entry("stage");
            assertThat(comparison.lost(stage)).isPositive();
            assertThat(comparison.isDisqualified(stage)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-stage", "tcp-reader", "tcp-reader-source", "tcp-own", "tcp-netty", "tcp-integration"})
    void contenderOverTcpWithWrongAnswers_isOut(String contender) throws Exception {
        try (PeerProcess confused = PeerProcess.startTcp(0, 0.2)) {
            Result result =
                    Round.run(Roster.named(contender).factory(), Load.parse("tcp-4"), confused, Duration.ofMillis(50));

            assertThat(result.wrong()).isPositive();
        }
    }

    @Test
    void contenderOverTcpThatLosesAnAnswer_isOut() throws Exception {
        try (PeerProcess forgetful = PeerProcess.startTcp(0.2, 0)) {
            Result result = Round.run(
                    Roster.named("tcp-stage").factory(), Load.parse("tcp-4"), forgetful, Duration.ofMillis(50));

            assertThat(result.lost()).isPositive();
        }
    }

    @Test
    void calls_areCountedForEveryUserOfASocketChannel() throws Exception {
        try (PeerProcess peer = PeerProcess.startTcp()) {
            for (String contender : List.of("tcp-bare", "tcp-stage", "tcp-reader", "tcp-netty")) {
                Calls calls = Counts.ofChannels(peer, Load.parse("tcp-1"), Roster.named(contender));

                assertThat(calls.sends()).as("writes of %s", contender).isCloseTo(1, within(0.05));
                assertThat(calls.reads()).as("reads of %s", contender).isCloseTo(1, within(0.05));
            }
        }
    }

    @Test
    void calls_areCountedForEveryUserOfAChannel() throws Exception {
        try (PeerProcess peer = PeerProcess.start()) {
            for (Roster.Entry contender : Roster.all()) {
                if (contender.fits().test(Load.platform(1)) && COUNTED.contains(contender.id())) {
                    Calls calls = Counts.ofChannels(peer, Load.platform(1), contender);

                    assertThat(calls.sends()).as("sends of %s", contender).isCloseTo(1, within(0.05));
                    assertThat(calls.reads()).as("reads of %s", contender).isCloseTo(1, within(0.05));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader-untimed", "stage"})
    void growth_isCountedInCallsAndInWaits(String contender) throws Exception {
        try (PeerProcess peer = PeerProcess.start()) {
            Growth growth = Counts.ofGrowth(peer, Load.platform(4), Roster.named(contender), false);

            assertThat(growth.calls().sends()).isCloseTo(1, within(0.05));
            assertThat(growth.waitsForAnswers()).isPositive();
            assertThat(growth.system()).isNull();
            var measured =
                    new Measured(List.of(), Map.of(), Map.of(), List.of(growth), null, Memory.ofTokenAndMessage(), 0);
            assertThat(Report.of(measured, "mvn verify", List.of()))
                    .contains(
                            "## Growth, by counts",
                            "| " + Roster.named(contender).name() + " | 4 | ");
        }
    }

    @Test
    void waitsForALock_areTakenForWhatTheyAre() {
        var waits = Map.of(Waits.ANSWER, 1.0, "DatagramChannelImpl.send", 0.25, "StageLock.lock", 0.05);
        var growth =
                new Growth(Load.platform(4), "stage", new Calls(1, 0, 1, 0, 0), waits, 1.3, 0, Map.of("futex", 2.5));

        assertThat(growth.waitsForAnswers()).isEqualTo(1);
        assertThat(growth.waitsForLocks()).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void stageOfAnotherVersion_takesPartWithClassesOfItsOwn() throws Exception {
        Path core = Path.of(
                Stage.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Contender.Factory factory = FormerStage.of(core);
        try (PeerProcess peer = PeerProcess.start()) {
            try (Contender contender = factory.open(peer.address())) {
                assertThat(contender).isNotInstanceOf(StageContender.class);
            }
            Result result = Round.run(factory, Load.platform(4), peer, Duration.ofMillis(50));

            assertThat(result.total()).isGreaterThanOrEqualTo(4);
            assertThat(result.lost() + result.wrong()).isZero();
        }
    }

    @Test
    void versionThatIsNotThere_isRefusedWithItsOption() {
        assertThatThrownBy(() -> FormerStage.of(Path.of("no-such-classes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("benchmark.before")
                .hasMessageContaining("no-such-classes");
    }

    @Test
    void processorTime_isThatOfBothSides() throws Exception {
        try (PeerProcess peer = PeerProcess.start()) {
            // what it has used to start is enough to be seen
            assertThat(peer.cpuNanos()).isPositive();
        }
        assertThat(result(100_000, 6, 4, 0).busy()).isCloseTo(1, within(1e-9));
        assertThat(result(100_000, 6, -1, 0).busy()).isEqualTo(-1);
    }

    @Test
    void goalAgainstAContenderThatIsOut_isNeitherMetNorMissed() {
        List<Roster.Entry> entries = Stream.of("stage", "reader-timed", "reader-untimed", "best-reader")
                .map(Roster::named)
                .toList();
        var comparison = new Comparison(Load.platform(64), entries);
        entries.forEach(entry ->
                comparison.add(entry, result(1_000, 6, 4, entry.id().equals("best-reader") ? 1 : 0)));
        var measured = new Measured(List.of(comparison), Map.of(), Map.of(), List.of(), null, 96, 0);

        assertThat(Goals.of(measured))
                .filteredOn(goal -> goal.goal().contains("best-reader"))
                .singleElement()
                .satisfies(goal -> {
                    assertThat(goal.met()).isNull();
                    assertThat(goal.reached()).startsWith("best-reader is out");
                });
    }

    private static Result result(double rate, double cpu, double peerCpu, long lost) {
        return new Result(rate, 1, 2, 3, cpu, peerCpu, 1, 100, 0, 0, 0, 1_000, lost, 0);
    }

    @Test
    void report_hasTablesGoalsAndPlots(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("performance.md");
        var measured = new Measured(comparisons, Map.of(), Map.of(), List.of(), null, Memory.ofTokenAndMessage(), 0);
        List<Plots.Plot> plots = Plots.of(measured);
        String report = Report.of(measured, "mvn verify", plots);

        Report.write(report, file, plots);
        Report.write(report, file, plots); // in place of the former

        assertThat(Files.readString(file))
                .containsOnlyOnce("## Goals")
                .contains(
                        "| every load | ahead of netty |",
                        "| 4 platform threads | times 'stage, outlets 1' (no goal) |",
                        "| peer's CPU µs | busy |",
                        "### 4 platform threads",
                        "## Kafka",
                        "`mvn verify`");
        assertThat(plots)
                .hasSize(6)
                .allSatisfy(plot -> assertThat(Files.readString(directory.resolve(plot.path())))
                        .contains("<svg", ">stage", "</svg"));
    }

    @Test
    void operationOfThePrimitive_isFoundByItsPattern() throws Exception {
        String benchmarks;
        try (var list = BenchmarksTests.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            benchmarks = new String(list.readAllBytes(), StandardCharsets.UTF_8);
        }
        Set<String> names = Pattern.compile("JMH S \\d+ (\\S+) S \\d+ \\S+ S \\d+ (\\S+) ")
                .matcher(benchmarks)
                .results()
                .map(found -> found.group(1) + "." + found.group(2))
                .collect(Collectors.toSet());
        assertThat(Primitive.OPERATIONS)
                .allSatisfy(operation -> assertThat(names)
                        .filteredOn(name -> Pattern.compile(Primitive.pattern(operation))
                                .matcher(name)
                                .find())
                        .hasSize(1));
    }

    @Test
    void benchmarksOfThePrimitive_run() throws Exception {
        var options = new OptionsBuilder()
                .include(HandOverBenchmark.class.getPackageName() + "\\..*")
                .param("others", "10")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();

        assertThat(new Runner(options).run())
                .extracting(RunResult::getParams)
                .extracting(parameters -> parameters.getBenchmark().replaceFirst(".*\\.(.*\\.)", "$1"))
                .containsExactlyInAnyOrderElementsOf(Primitive.OPERATIONS);
    }
}
