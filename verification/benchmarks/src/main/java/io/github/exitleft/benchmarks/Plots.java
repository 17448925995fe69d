package io.github.exitleft.benchmarks;

import io.github.exitleft.benchmarks.Load.Part;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.w3c.dom.Document;

/** Draws what a run has measured: dots for medians, whiskers for quartiles. */
final class Plots {

    /**
     * A drawing.
     *
     * @param path its file, relative to the text that shows it
     * @param title what it shows
     * @param chart the drawing
     */
    record Plot(String path, String title, JFreeChart chart) {

        void write(Path directory) throws IOException {
            Path file = directory.resolve(path);
            Files.createDirectories(file.toAbsolutePath().getParent());
            var graphics = new SVGGraphics2D(document());
            chart.draw(graphics, new Rectangle(WIDTH, HEIGHT));
            graphics.setSVGCanvasSize(new java.awt.Dimension(WIDTH, HEIGHT));
            try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                graphics.stream(writer, true);
            }
        }
    }

    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 520;

    /** Colours that people with colour blindness can tell apart (Okabe and Ito). */
    private static final Color[] COLOURS = {
        new Color(0x000000), new Color(0xe69f00), new Color(0x56b4e9), new Color(0x009e73),
        new Color(0xcc79a7), new Color(0x0072b2), new Color(0xd55e00), new Color(0x8c8c8c)
    };

    private static final List<String> MAIN = List.of(
            Roster.OURS,
            "reader-timed",
            "reader-untimed",
            "socket-per-thread",
            "socket-per-request",
            "netty",
            "spring-integration",
            "best-reader");

    private static final List<String> TCP = List.of(
            "tcp-stage",
            "tcp-reader-timed",
            "tcp-reader",
            "tcp-own",
            "tcp-netty-consolidating",
            "tcp-netty",
            "tcp-integration",
            "tcp-bare");

    private static final List<String> KAFKA = List.of("kafka-stage", "kafka-template", "kafka-template-assigned");

    private Plots() {}

    static List<Plot> of(Measured measured) {
        List<Plot> plots = new ArrayList<>();
        List<Comparison> closed = measured.of(Part.PORT).stream()
                .filter(c -> !c.load().isOpen() && c.has(Part.PORT.reference))
                .toList();
        if (!closed.isEmpty()) {
            List<String> loads = closed.stream().map(c -> c.load().id()).toList();
            plots.add(plot(
                    "throughput",
                    "Exchanges a second, against a dedicated reader with timed waits",
                    "threads (p: both sides on one processor, v: virtual)",
                    "times the dedicated reader",
                    loads,
                    by(MAIN, closed, c -> entry -> c.ratio(entry, c.entry(Part.PORT.reference), Result::rate)),
                    false));
            plots.add(plot(
                    "processor-time",
                    "Processor time of an exchange (callers' side)",
                    "threads (p: both sides on one processor, v: virtual)",
                    "microseconds",
                    loads,
                    by(MAIN, closed, c -> entry -> c.of(entry, Result::cpu)),
                    true));
        }
        List<Comparison> varied = closed.stream()
                .filter(c -> c.entries().stream().anyMatch(Roster.Entry::isVariant))
                .toList();
        if (!varied.isEmpty()) {
            List<String> variants = Roster.all().stream()
                    .filter(Roster.Entry::isVariant)
                    .map(Roster.Entry::id)
                    .toList();
            plots.add(plot(
                    "policy",
                    "Who is promoted, and how much a leaving head may drain",
                    "threads (v: virtual)",
                    "times the dedicated reader",
                    varied.stream().map(c -> c.load().id()).toList(),
                    by(variants, varied, c -> entry -> c.ratio(entry, c.entry(Part.PORT.reference), Result::rate)),
                    false));
        }
        measured.of(Part.PORT).stream()
                .filter(c -> c.load().isOpen())
                .findFirst()
                .ifPresent(c ->
                        plots.add(latency("latency", "Latency from when a request was due; " + c.load(), MAIN, c)));
        List<Comparison> overTcp = measured.of(Part.TCP).stream()
                .filter(c -> c.has(Part.TCP.reference))
                .toList();
        if (!overTcp.isEmpty()) {
            plots.add(plot(
                    "throughput-tcp",
                    "Exchanges a second over TCP, against a dedicated reader with timed waits",
                    "threads (p: both sides on one processor, v: virtual)",
                    "times the dedicated reader",
                    overTcp.stream().map(c -> c.load().id()).toList(),
                    by(TCP, overTcp, c -> entry -> c.ratio(entry, c.entry(Part.TCP.reference), Result::rate)),
                    false));
        }
        measured.of(Part.KAFKA).stream()
                .filter(c -> c.load().callers() > 1)
                .findFirst()
                .ifPresent(c -> plots.add(latency("latency-kafka", "Latency; " + c.load(), KAFKA, c)));
        Primitive primitive = measured.primitive();
        if (primitive != null) {
            plots.add(growth(primitive));
        }
        return plots;
    }

    private static Map<String, Map<Integer, Spread>> by(
            List<String> contenders,
            List<Comparison> comparisons,
            Function<Comparison, Function<Roster.Entry, Spread>> figure) {
        Map<String, Map<Integer, Spread>> series = new LinkedHashMap<>();
        for (String id : contenders) {
            Map<Integer, Spread> points = new LinkedHashMap<>();
            for (int i = 0; i < comparisons.size(); i++) {
                Comparison comparison = comparisons.get(i);
                if (comparison.has(id) && !comparison.isDisqualified(comparison.entry(id))) {
                    points.put(i, figure.apply(comparison).apply(comparison.entry(id)));
                }
            }
            if (!points.isEmpty()) {
                series.put(Roster.named(id).name().replace("*", ""), points);
            }
        }
        return series;
    }

    private static Plot latency(String name, String title, List<String> contenders, Comparison comparison) {
        Map<String, Map<Integer, Spread>> series = new LinkedHashMap<>();
        for (String id : contenders) {
            if (comparison.has(id) && !comparison.isDisqualified(comparison.entry(id))) {
                Roster.Entry entry = comparison.entry(id);
                series.put(
                        entry.name().replace("*", ""),
                        Map.of(
                                0, comparison.of(entry, Result::p50),
                                1, comparison.of(entry, Result::p99),
                                2, comparison.of(entry, Result::p999)));
            }
        }
        return plot(name, title, "share of requests", "microseconds", List.of("50 %", "99 %", "99.9 %"), series, true);
    }

    private static Plot growth(Primitive primitive) {
        List<Integer> others = primitive.figures().stream()
                .map(Primitive.Figure::others)
                .distinct()
                .sorted()
                .toList();
        Map<String, Map<Integer, Spread>> series = new LinkedHashMap<>();
        for (Primitive.Figure figure : primitive.figures()) {
            series.computeIfAbsent(figure.operation(), operation -> new LinkedHashMap<>())
                    .put(others.indexOf(figure.others()), figure.nanos());
        }
        return plot(
                "growth",
                "The primitive alone, while others hold tickets or wait",
                "others",
                "nanoseconds",
                others.stream().map("%,d"::formatted).toList(),
                series,
                true);
    }

    private static Plot plot(
            String name,
            String title,
            String across,
            String up,
            List<String> places,
            Map<String, Map<Integer, Spread>> series,
            boolean logarithmic) {
        var points = new XYIntervalSeriesCollection();
        var renderer = new XYErrorRenderer();
        renderer.setDrawXError(false);
        int number = 0;
        for (Map.Entry<String, Map<Integer, Spread>> each : series.entrySet()) {
            var one = new XYIntervalSeries(each.getKey());
            // the series side by side
            double offset = 0.7 * (number - (series.size() - 1) / 2.0) / series.size();
            each.getValue().forEach((place, spread) -> {
                double x = place + offset;
                one.add(x, x, x, spread.median(), spread.low(), spread.high());
            });
            points.addSeries(one);
            renderer.setSeriesPaint(number, COLOURS[number % COLOURS.length]);
            renderer.setSeriesStroke(number, new BasicStroke(1.5f));
            number++;
        }
        var horizontal = new SymbolAxis(across, places.toArray(String[]::new));
        horizontal.setGridBandsVisible(false);
        horizontal.setRange(-0.5, places.size() - 0.5);
        ValueAxis vertical = logarithmic ? logAxis(up) : numberAxis(up);
        var plot = new XYPlot(points, horizontal, vertical, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setDomainGridlinesVisible(false);
        plot.setAxisOffset(new RectangleInsets(4, 4, 4, 4));
        if (vertical instanceof LogAxis axis) {
            // the axis knows its range by now
            double decades = Math.log10(axis.getUpperBound() / axis.getLowerBound());
            axis.setTickUnit(new NumberTickUnit(decades > 1.5 ? 1 : Math.log10(2)));
        }
        for (int i = 1; i < places.size(); i++) {
            plot.addDomainMarker(new ValueMarker(i - 0.5, Color.LIGHT_GRAY, new BasicStroke(0.5f)));
        }
        var chart = new JFreeChart(title, new Font("SansSerif", Font.BOLD, 16), plot, true);
        chart.setBackgroundPaint(Color.WHITE);
        return new Plot("performance/" + name + ".svg", title + " (medians, with quartiles)", chart);
    }

    private static ValueAxis numberAxis(String label) {
        var axis = new NumberAxis(label);
        axis.setAutoRangeIncludesZero(true);
        return axis;
    }

    private static ValueAxis logAxis(String label) {
        var axis = new LogAxis(label + ", logarithmic");
        axis.setNumberFormatOverride(java.text.NumberFormat.getIntegerInstance(java.util.Locale.ROOT));
        return axis;
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
