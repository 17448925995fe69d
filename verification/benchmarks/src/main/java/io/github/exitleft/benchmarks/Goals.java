package io.github.exitleft.benchmarks;

import io.github.exitleft.benchmarks.Load.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The goals with their figures, without those that were not measured. */
final class Goals {

    /**
     * A goal.
     *
     * @param work the load
     * @param goal what was to be reached
     * @param reached what was reached, with its spread if there is one
     * @param met whether that is enough; null if there is nothing to reach
     */
    record Goal(
            String work,
            String goal,
            String reached,
            @Nullable Boolean met) {}

    private static final List<String> SHARING =
            List.of("reader-timed", "reader-untimed", "best-reader", "netty", "netty-epoll", "spring-integration");

    private static final String OUT = " is out: lost or wrong answers";

    private final List<Goal> goals = new ArrayList<>();
    private final Measured measured;

    private Goals(Measured measured) {
        this.measured = measured;
    }

    static List<Goal> of(Measured measured) {
        var goals = new Goals(measured);
        goals.oneCaller();
        goals.manyCallers();
        goals.levers();
        goals.allocation();
        goals.frameworks();
        goals.primitive();
        goals.keeper();
        goals.observed();
        goals.tcp();
        goals.kafka();
        return goals.goals;
    }

    private void oneCaller() {
        comparison("1p").ifPresent(c -> {
            String work = "one caller, one processor";
            atLeast(work, c, "floor-select", 0.95);
            ratio(work + " (no goal)", c, c.entry("floor-blocking"), Double.NaN);
            ratio(work, c, c.better("reader-timed", "reader-untimed"), 1.3);
            double handOvers = c.of(ours(c), Result::handOvers).median();
            add(work, "no hand-over", "%.3f an exchange".formatted(handOvers), handOvers == 0);
        });
        Calls calls = measured.calls().getOrDefault("1p", Map.of()).get(Roster.OURS);
        if (calls != null) {
            add("one caller, one processor", "3 calls at the seam", "%.2f".formatted(calls.all()), calls.all() < 3.05);
        }
    }

    private void manyCallers() {
        comparison("8").ifPresent(c -> atLeast("8 platform threads", c, "reader-untimed", 1.3));
        comparison("64").ifPresent(c -> {
            String work = "64 platform threads";
            atLeast(work, c, "reader-untimed", 1.15);
            atMost(work, c, "p99", Result::p99, "reader-untimed", 0.8);
            atLeast(work, c, "best-reader", 0.95);
            netty(c).ifPresent(netty -> ratio(work, c, netty, 1.2));
            atLeast(work, c, "socket-per-thread", Double.NaN);
            atLeast(work, c, "socket-per-request", Double.NaN);
            double headChanges = c.of(ours(c), Result::headChanges).median();
            add(work, "at most 0.1 head changes", "%.3f an exchange".formatted(headChanges), headChanges <= 0.1);
        });
        comparison("256").ifPresent(c -> {
            String work = "256 platform threads";
            atLeast(work, c, "reader-untimed", 1.05);
            atLeast(work, c, "best-reader", 0.9);
            netty(c).ifPresent(netty -> ratio(work, c, netty, 1.1));
        });
        for (String load : List.of("v1000", "v10000")) {
            comparison(load).ifPresent(c -> {
                String work = c.load().toString();
                atMost(work, c, "processor time", Result::cpu, "reader-untimed", 1.0);
                atLeast(work, c, "reader-untimed", 0.95);
                atLeast(work, c, "reader-timed", 1.3);
            });
        }
        measured.of(Part.PORT).stream().filter(c -> c.load().isOpen()).forEach(c -> {
            atMost(c.load().toString(), c, "p50", Result::p50, "reader-untimed", 1.0);
            atMost(c.load().toString(), c, "p99", Result::p99, "reader-untimed", 1.0);
        });
    }

    /** Adds what each change for speed that can be switched off, or has a former version at hand, has brought. */
    private void levers() {
        for (Comparison c : closed()) {
            for (String without : List.of("outlets-1", "before")) {
                if (c.has(without)) {
                    Pair pair = new Pair(c.load().toString(), c, Roster.OURS, without);
                    String name = c.entry(without).name();
                    lever(pair, "times '%s' (no goal)".formatted(name), Result::rate);
                    lever(pair, "processor time of '%s' (no goal)".formatted(name), Result::cpu);
                    lever(pair, "p99 of '%s' (no goal)".formatted(name), Result::p99);
                    lever(pair, "bytes of '%s' (no goal)".formatted(name), Result::bytes);
                }
            }
        }
    }

    private void lever(Pair pair, String what, ToDoubleFunction<Result> figure) {
        goals.add(new Goal(pair.work(), what, text(pair.ratio(figure)), null));
    }

    /** Returns the faster one of Netty's transports. */
    private static Optional<Roster.Entry> netty(Comparison c) {
        if (!c.has("netty")) {
            return Optional.empty();
        }
        return Optional.of(c.has("netty-epoll") ? c.better("netty", "netty-epoll") : c.entry("netty"));
    }

    private void atMost(
            String work, Comparison c, String what, ToDoubleFunction<Result> figure, String other, double most) {
        if (c.has(other)) {
            atMost(new Pair(work, c, Roster.OURS, other), what, figure, most);
        }
    }

    private void allocation() {
        double worst = 0;
        boolean below = true;
        for (Comparison c : closed()) {
            double bytes = c.of(ours(c), Result::bytes).median();
            worst = Math.max(worst, bytes - measured.bytesOfTokenAndMessage());
            for (String other : SHARING) {
                below &= !c.has(other)
                        || bytes < c.of(c.entry(other), Result::bytes).median();
            }
        }
        if (!closed().isEmpty()) {
            add(
                    "every load",
                    "at most 160 bytes beside token and message",
                    "%.0f at most".formatted(worst),
                    worst <= 160);
            add(
                    "every load",
                    "fewer bytes than the others that share a port",
                    below ? "fewer" : "not everywhere",
                    below);
        }
    }

    private void frameworks() {
        for (String other : List.of("netty", "spring-integration")) {
            double least = Double.MAX_VALUE;
            String where = "";
            for (Comparison c : closed()) {
                if (c.has(other)) {
                    double ratio =
                            c.ratio(ours(c), c.entry(other), Result::rate).median();
                    where = ratio < least ? c.load().id() : where;
                    least = Math.min(least, ratio);
                }
            }
            if (!where.isEmpty()) {
                add("every load", "ahead of " + other, "%.2f at least (%s)".formatted(least, where), least > 1);
            }
        }
    }

    private void primitive() {
        Primitive primitive = measured.primitive();
        if (primitive != null) {
            double enter = primitive.nanos("enterAndLeave", 100_000) / primitive.nanos("enterAndLeave", 10);
            atMost("100,000 waiting", "enter and leave at most 1.3 of the cost with 10", 1.3, enter);
            double signal = primitive.nanos("signal", 100_000) / primitive.nanos("lookUp", 100_000);
            atMost("100,000 tickets", "signal at most 2 times a look-up in a map", 2, signal);
        }
        if (measured.bytesOfWaitingTicket() > 0) {
            double bytes = measured.bytesOfWaitingTicket();
            add("memory", "at most 160 bytes for a waiting ticket", "%.0f".formatted(bytes), bytes <= 160);
        }
    }

    private void keeper() {
        for (Comparison c : measured.of(Part.KEEPER)) {
            String work = c.load().toString().replace(Part.KEEPER.title, "Idle keeper");
            if (!c.has("keeper-idle") || !c.has("keeper-always") || !c.has(Roster.OURS)) {
                continue;
            }
            Pair asOff = new Pair(work, c, "keeper-idle", Roster.OURS);
            Pair asAlways = new Pair(work, c, "keeper-idle", "keeper-always");
            if (c.load().isOpen()) {
                atMost(asAlways, "p50", Result::p50, 1.1);
                atMost(asAlways, "context switches (no goal)", Result::switches, Double.NaN);
            } else {
                atLeast(asOff, Result::rate, 0.95);
                atMost(asOff, "context switches", Result::switches, 1.05);
            }
        }
    }

    private void observed() {
        for (Comparison c : measured.of(Part.OBSERVED)) {
            if (!c.has(Roster.OURS) || !c.has("observed-off") || !c.has("observed-traced")) {
                continue;
            }
            String work = c.load().toString();
            Pair off = new Pair(work, c, "observed-off", Roster.OURS);
            Spread ratio = off.ratio(Result::rate);
            // no difference that the spread does not hide
            add(off, "no handler: as fast as " + Roster.OURS, text(ratio), ratio.high() >= 1);
            Spread micros = c.difference(c.entry("observed-traced"), c.entry("observed-off"), Result::cpu);
            add(
                    new Pair(work, c, "observed-traced", "observed-off"),
                    "traced: at most 3 µs of processor time more than observed-off",
                    text(micros),
                    micros.median() <= 3);
            if (c.has("observed-by-hand")) {
                Spread byHand = c.difference(c.entry("observed-by-hand"), c.entry("observed-off"), Result::cpu);
                goals.add(new Goal(work, "traced by hand (no goal): µs more than observed-off", text(byHand), null));
            }
        }
    }

    private void tcp() {
        for (Comparison c : measured.of(Part.TCP)) {
            String work = c.load().toString();
            if (c.load().callers() == 1) {
                tcp(c, "tcp-bare", 0.95);
                Calls calls =
                        measured.calls().getOrDefault(c.load().id(), Map.of()).get("tcp-stage");
                if (calls != null) {
                    add(work, "at most 4 calls at the seam", "%.2f".formatted(calls.all()), calls.all() < 4.05);
                }
            } else {
                tcp(c, "tcp-reader", 1.0);
                tcp(c, "tcp-reader-source", Double.NaN);
                tcp(c, "tcp-netty", 1.2);
                tcp(c, "tcp-netty-consolidating", Double.NaN);
                tcp(c, "tcp-own", Double.NaN);
            }
            tcp(c, "tcp-integration", 2.0);
        }
    }

    private void tcp(Comparison c, String other, double least) {
        if (c.has("tcp-stage") && c.has(other)) {
            Pair pair = new Pair(c.load().toString(), c, "tcp-stage", other);
            if (Double.isNaN(least)) {
                goals.add(new Goal(
                        pair.work(), "times %s (no goal)".formatted(other), text(pair.ratio(Result::rate)), null));
            } else {
                atLeast(pair, Result::rate, least);
            }
        }
    }

    private void kafka() {
        for (Comparison c : measured.of(Part.KAFKA)) {
            if (c.has("kafka-stage") && c.has("kafka-template") && c.has("kafka-template-assigned")) {
                Roster.Entry template = c.better("kafka-template", "kafka-template-assigned");
                Pair pair = new Pair(c.load().toString(), c, "kafka-stage", template.id());
                atLeast(pair, Result::rate, 1.0);
                atMost(pair, "p99", Result::p99, 1.0);
                fewer(pair, "threads", Result::threads);
                fewer(pair, "bytes allocated", Result::bytes);
            }
        }
    }

    /** Two contenders under one load. */
    private record Pair(String work, Comparison comparison, String one, String other) {

        Spread ratio(ToDoubleFunction<Result> figure) {
            return comparison.ratio(comparison.entry(one), comparison.entry(other), figure);
        }

        double median(String contender, ToDoubleFunction<Result> figure) {
            return comparison.of(comparison.entry(contender), figure).median();
        }

        boolean isOut() {
            return comparison.isDisqualified(comparison.entry(one));
        }

        /** Returns whether there is nothing to compare with. */
        boolean otherIsOut() {
            return comparison.isDisqualified(comparison.entry(other));
        }
    }

    private void atLeast(Pair pair, ToDoubleFunction<Result> figure, double least) {
        Spread ratio = pair.ratio(figure);
        add(pair, "at least %.2f times %s".formatted(least, pair.other()), text(ratio), ratio.median() >= least);
    }

    /** Adds a goal; none if there is no number for {@code most}. */
    private void atMost(Pair pair, String what, ToDoubleFunction<Result> figure, double most) {
        Spread ratio = pair.ratio(figure);
        if (Double.isNaN(most) || Double.isNaN(ratio.median())) {
            goals.add(new Goal(pair.work(), what + " of " + pair.other(), text(ratio), null));
        } else {
            add(pair, "%s at most %.2f of %s".formatted(what, most, pair.other()), text(ratio), ratio.median() <= most);
        }
    }

    private void fewer(Pair pair, String what, ToDoubleFunction<Result> figure) {
        double mine = pair.median(pair.one(), figure);
        double theirs = pair.median(pair.other(), figure);
        add(
                pair,
                "fewer %s than %s".formatted(what, pair.other()),
                "%,.0f, not %,.0f".formatted(mine, theirs),
                mine < theirs);
    }

    private void add(Pair pair, String goal, String reached, boolean met) {
        if (pair.otherIsOut()) {
            goals.add(new Goal(pair.work(), goal, pair.other() + OUT, null));
        } else {
            add(pair.work(), goal, pair.isOut() ? Roster.OURS + OUT : reached, met && !pair.isOut());
        }
    }

    private void atLeast(String work, Comparison c, String other, double least) {
        if (c.has(other)) {
            ratio(work, c, c.entry(other), least);
        }
    }

    private void ratio(String work, Comparison c, Roster.Entry other, double least) {
        Spread ratio = c.ratio(ours(c), other, Result::rate);
        boolean out = c.isDisqualified(ours(c));
        boolean otherIsOut = c.isDisqualified(other);
        String goal = (Double.isNaN(least) ? "" : "at least %.2f ".formatted(least)) + "times " + other.id();
        goals.add(new Goal(
                work,
                goal,
                out ? Roster.OURS + OUT : otherIsOut ? other.id() + OUT : text(ratio),
                Double.isNaN(least) || otherIsOut ? null : Boolean.valueOf(!out && ratio.median() >= least)));
    }

    private void add(String work, String goal, String reached, boolean met) {
        goals.add(new Goal(work, goal, reached, met));
    }

    private void atMost(String work, String goal, double most, double reached) {
        if (!Double.isNaN(reached)) {
            add(work, goal, "%.2f".formatted(reached), reached <= most);
        }
    }

    private List<Comparison> closed() {
        return measured.of(Part.PORT).stream()
                .filter(c -> !c.load().isOpen() && c.has(Roster.OURS))
                .toList();
    }

    /** Returns the comparison of a load if it has all contenders of the goals. */
    private Optional<Comparison> comparison(String load) {
        return measured.comparisons().stream()
                .filter(c -> c.load().id().equals(load))
                .filter(c -> c.has(Roster.OURS) && c.has("reader-timed") && c.has("reader-untimed"))
                .filter(c -> c.load().callers() > 1 || c.has("floor-select") && c.has("floor-blocking"))
                .findFirst();
    }

    private static Roster.Entry ours(Comparison comparison) {
        return comparison.entry(Roster.OURS);
    }

    private static String text(Spread spread) {
        return Double.isNaN(spread.median())
                ? "not known"
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", spread.median(), spread.low(), spread.high());
    }
}
