package io.github.exitleft.benchmarks;

import java.util.Locale;

/** Writes results as Markdown tables, which are readable on a terminal too. */
final class Tables {

    private Tables() {}

    static String of(Comparison comparison) {
        var text = new StringBuilder();
        String wanted = comparison.load().part().reference;
        Roster.Entry reference = comparison.has(wanted)
                ? comparison.entry(wanted)
                : comparison.entries().get(0);
        text.append("\n### ").append(comparison.load()).append("\n\n");
        text.append(row(
                "contender",
                "times " + reference.id(),
                "(quartiles)",
                "exchanges/s",
                "p50 µs",
                "p99 µs",
                "p99.9 µs",
                "CPU µs",
                "peer's CPU µs",
                "busy",
                "switches",
                "bytes",
                "head changes",
                "threads"));
        text.append(row(
                "---", "---:", "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:",
                "---:"));
        for (Roster.Entry entry : comparison.entries()) {
            Spread ratio = comparison.ratio(entry, reference, Result::rate);
            text.append(row(
                    pad(entry.name()),
                    comparison.isDisqualified(entry)
                            ? "out: %,d lost, %,d wrong".formatted(comparison.lost(entry), comparison.wrong(entry))
                            : number("%.2f", ratio.median()),
                    number("%.2f", ratio.low()) + " to " + number("%.2f", ratio.high()),
                    number("%,7.0f", comparison.of(entry, Result::rate).median()),
                    number("%,.0f", comparison.of(entry, Result::p50).median()),
                    number("%,.0f", comparison.of(entry, Result::p99).median()),
                    number("%,.0f", comparison.of(entry, Result::p999).median()),
                    number("%.1f", comparison.of(entry, Result::cpu).median()),
                    number("%.1f", comparison.of(entry, Result::peerCpu).median()),
                    number("%.2f", comparison.of(entry, Result::busy).median()),
                    number("%.2f", comparison.of(entry, Result::switches).median()),
                    number("%.0f", comparison.of(entry, Result::bytes).median()),
                    number("%.3f", comparison.of(entry, Result::headChanges).median()),
                    number("%.0f", comparison.of(entry, Result::threads).median())));
        }
        return text.toString();
    }

    private static String pad(String name) {
        return "%-31s".formatted(name);
    }

    /** Returns a figure, or a dash if there is none. */
    private static String number(String format, double figure) {
        return figure < 0 || Double.isNaN(figure) ? "–" : String.format(Locale.ROOT, format, figure);
    }

    static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
