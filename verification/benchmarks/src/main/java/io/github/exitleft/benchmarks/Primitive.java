package io.github.exitleft.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The cost of the primitive alone, measured by JMH. */
final class Primitive {

    /**
     * A figure.
     *
     * @param operation what was done
     * @param others how many other tickets were held, or waited, meanwhile
     * @param nanos the median of the measurements, with quartiles
     * @param bytes allocated bytes
     */
    record Figure(String operation, int others, Spread nanos, double bytes) {}

    static final List<String> OPERATIONS = List.of(
            "TicketBenchmark.lookUp",
            "TicketBenchmark.ticketAndClose",
            "TicketBenchmark.enterAlone",
            "TicketBenchmark.signal",
            "WaitingBenchmark.enterAndLeave",
            "WaitingBenchmark.signalAndWake",
            "HandOverBenchmark.handOver");
    private static final String[] OTHERS = {"0", "10", "1000", "100000"};
    private static final String[] QUICK_OTHERS = {"10", "100000"};
    private static final String[] FEWER_OTHERS = {"0", "10", "1000"};

    private final List<Figure> figures = new ArrayList<>();

    private Primitive() {}

    /** Runs the benchmarks, each size in a process of its own. */
    static Primitive measure(boolean quick, Consumer<String> progress) throws RunnerException {
        var primitive = new Primitive();
        for (int i = 0; i < OPERATIONS.size(); i++) {
            String operation = OPERATIONS.get(i);
            progress.accept("the primitive alone: %s, %d of %d".formatted(operation, i + 1, OPERATIONS.size()));
            // so many platform threads can't be had
            boolean fewer = operation.startsWith("WaitingBenchmark") && !Threads.VIRTUAL;
            String[] others = fewer ? FEWER_OTHERS : quick ? QUICK_OTHERS : OTHERS;
            var options = new OptionsBuilder()
                    .include(pattern(operation))
                    .param("others", others)
                    .forks(1)
                    .warmupIterations(quick ? 2 : 4)
                    .warmupTime(TimeValue.milliseconds(quick ? 100 : 400))
                    .measurementIterations(9)
                    .measurementTime(TimeValue.milliseconds(quick ? 50 : 400))
                    .addProfiler("gc")
                    .jvmArgs("-Xms2g", "-Xmx2g")
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build();
            new Runner(options).run().forEach(primitive::add);
        }
        return primitive;
    }

    /** Returns the regular expression for the benchmark of an operation. */
    static String pattern(String operation) {
        return ("io.github.exitleft." + operation).replace(".", "\\.") + "$";
    }

    private void add(RunResult result) {
        String name = result.getParams().getBenchmark();
        double[] samples = result.getAggregatedResult().getIterationResults().stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        figures.add(new Figure(
                name.substring(name.lastIndexOf('.') + 1),
                Integer.parseInt(result.getParams().getParam("others")),
                Spread.of(samples),
                allocated == null ? -1 : allocated.getScore()));
    }

    List<Figure> figures() {
        return figures;
    }

    double nanos(String operation, int others) {
        return figures.stream()
                .filter(figure -> figure.operation().equals(operation) && figure.others() == others)
                .mapToDouble(figure -> figure.nanos().median())
                .findFirst()
                .orElse(Double.NaN);
    }
}
