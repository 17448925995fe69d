package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes a run down: as Markdown, into the part of a file that is set aside for it, with plots beside it. */
final class Report {

    private static final String BEGIN = "<!-- benchmark: what follows is written by the benchmark -->";
    private static final String END = "<!-- benchmark: end -->";

    private final StringBuilder text = new StringBuilder();

    private Report() {}

    /** Returns the whole report. */
    static String of(Measured measured, String command, List<Plots.Plot> plots) {
        var report = new Report();
        report.text.append("\n## Where and when\n\n").append(Environment.describe(command));
        report.goals(Goals.of(measured));
        for (Load.Part part : Load.Part.values()) {
            report.tables(part, measured);
        }
        report.calls(measured);
        report.growth(measured.growth());
        report.primitive(measured);
        for (Plots.Plot plot : plots) {
            report.text.append("\n![%s](%s)\n".formatted(plot.title(), plot.path()));
        }
        return report.text.toString();
    }

    /**
     * Writes a report into a file, between the marks if it has them, and the plots to the paths that the report names.
     */
    static void write(String report, Path file, List<Plots.Plot> plots) throws IOException {
        String old = Files.exists(file) ? Files.readString(file) : BEGIN + "\n" + END + "\n";
        int begin = old.indexOf(BEGIN) + BEGIN.length();
        int end = old.indexOf(END);
        if (begin < BEGIN.length() || end < begin) {
            throw new IOException(file + " has no '" + BEGIN + "' and '" + END + "' to write between; put them back");
        }
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Files.createDirectories(directory);
        Files.writeString(file, old.substring(0, begin) + "\n" + report + "\n" + old.substring(end));
        for (Plots.Plot plot : plots) {
            plot.write(directory);
        }
    }

    private void goals(List<Goals.Goal> goals) {
        if (goals.isEmpty()) {
            return;
        }
        text.append("\n## Goals\n\nRatios are medians of ratios within rounds, with quartiles.\n\n");
        text.append(Tables.row("work", "goal", "reached", "")).append(Tables.row("---", "---", "---", "---"));
        for (Goals.Goal goal : goals) {
            Boolean met = goal.met();
            text.append(Tables.row(
                    goal.work(), goal.goal(), goal.reached(), met == null ? "" : met ? "met" : "**missed**"));
        }
    }

    private void tables(Load.Part part, Measured measured) {
        List<Comparison> comparisons = measured.of(part);
        if (!comparisons.isEmpty()) {
            text.append("\n## ").append(part.title).append('\n');
            comparisons.forEach(comparison -> text.append(Tables.of(comparison)));
        }
    }

    private void calls(Measured measured) {
        if (measured.calls().isEmpty()) {
            return;
        }
        text.append("\n## Calls an exchange\n\nOf the JDK's channels and selectors, and of the system");
        text.append(" (by strace, those made at least once in twenty exchanges).\n");
        measured.calls().forEach((load, byContender) -> {
            text.append("\n### ").append(Load.parse(load)).append(", calls\n\n");
            text.append(Tables.row("contender", "send", "empty read", "read", "select", "wake-up", "all", "system"));
            text.append(Tables.row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---"));
            byContender.forEach((id, calls) -> text.append(Tables.row(
                    Roster.named(id).name(),
                    count(calls.sends()),
                    count(calls.emptyReads()),
                    count(calls.reads()),
                    count(calls.selects()),
                    count(calls.wakeups()),
                    count(calls.all()),
                    traced(measured, load, id))));
        });
        text.append(
                "\nA socket per request and Spring Integration use no channel of their own: see their system calls.\n");
    }

    private void growth(List<Growth> growth) {
        if (growth.isEmpty()) {
            return;
        }
        text.append(
                "\n## Growth, by counts\n\nOf an exchange. Waits are those that the JVM's flight recorder has seen; a switch is a");
        text.append(
                " thread that slept and was woken. Calls of the system are those that strace has seen in another run, which it slows,");
        text.append(" so that more threads meet at a futex than would.\n\n");
        text.append(Tables.row(
                "contender",
                "threads",
                "calls of channels",
                "waits for an answer",
                "waits for a lock",
                "which",
                "switches",
                "head changes",
                "system"));
        text.append(Tables.row("---", "---:", "---:", "---:", "---:", "---", "---:", "---:", "---"));
        growth.stream()
                .sorted(Comparator.comparing(Growth::contender, Comparator.comparing(Report::place)))
                .forEach(each -> text.append(Tables.row(
                        Roster.named(each.contender()).name(),
                        String.valueOf(each.load().callers()),
                        count(each.calls().all()),
                        count(each.waitsForAnswers()),
                        count(each.waitsForLocks()),
                        locks(each.waits()),
                        count(each.switches()),
                        count(each.headChanges()),
                        each.system() == null ? "not traced" : text(each.system()))));
    }

    private static int place(String contender) {
        return Roster.all().stream().map(Roster.Entry::id).toList().indexOf(contender);
    }

    /** Returns the locks that one in a hundred exchanges at least waits for. */
    private static String locks(Map<String, Double> waits) {
        return waits.entrySet().stream()
                .filter(wait -> !wait.getKey().equals(Waits.ANSWER) && wait.getValue() >= 0.01)
                .map(wait -> "%s %.2f".formatted(wait.getKey(), wait.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String count(double calls) {
        return calls <= 0 ? "–" : String.format(Locale.ROOT, "%.2f", calls);
    }

    private static String traced(Measured measured, String load, String contender) {
        Map<String, Double> calls =
                measured.systemCalls().getOrDefault(load, Map.of()).get(contender);
        if (calls == null) {
            return "not traced: no strace, or a quick run";
        }
        return text(calls);
    }

    private static String text(Map<String, Double> calls) {
        return new TreeMap<>(calls)
                .entrySet().stream()
                        .map(call -> String.format(Locale.ROOT, "%s %.2f", call.getKey(), call.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private void primitive(Measured measured) {
        text.append("\n## Memory\n\nToken and message of an exchange take %.0f bytes."
                .formatted(measured.bytesOfTokenAndMessage()));
        if (measured.bytesOfWaitingTicket() > 0) {
            text.append(" A waiting ticket holds %.0f bytes beside its token and its thread (JOL)."
                    .formatted(measured.bytesOfWaitingTicket()));
        }
        text.append('\n');
        Primitive primitive = measured.primitive();
        if (primitive == null) {
            return;
        }
        text.append(
                "\n## The primitive alone\n\nNanoseconds by JMH (medians with quartiles), and bytes allocated; others wait"
                        + " in enterAndLeave and signalAndWake, and hold tickets in the rest.\n\n");
        text.append(Tables.row("operation", "others", "ns", "(quartiles)", "bytes"));
        text.append(Tables.row("---", "---:", "---:", "---", "---:"));
        for (Primitive.Figure figure : primitive.figures()) {
            text.append(Tables.row(
                    figure.operation(),
                    "%,d".formatted(figure.others()),
                    "%,.0f".formatted(figure.nanos().median()),
                    "%,.0f to %,.0f"
                            .formatted(figure.nanos().low(), figure.nanos().high()),
                    "%.0f".formatted(figure.bytes())));
        }
    }
}
