package io.github.exitleft.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What the primitive alone costs, measured by JMH. */
final class Primitive {

    /**
     * One figure.
     *
     * @param operation what was done
     * @param others how many others held tickets, or waited, meanwhile
     * @param nanos the median of its measurements, with quartiles
     * @param bytes allocated
     */
    record Figure(String operation, int others, Spread nanos, double bytes) {}

    private final List<Figure> figures = new ArrayList<>();

    private Primitive() {}

    /** Runs the benchmarks in processes of their own. */
    static Primitive measure(boolean quick) throws RunnerException {
        var primitive = new Primitive();
        var options = new OptionsBuilder()
                .include("io\\.github\\.exitleft\\.bare\\..*Benchmark\\.")
                .forks(1)
                .warmupIterations(quick ? 2 : 4)
                .warmupTime(TimeValue.milliseconds(quick ? 100 : 400))
                .measurementIterations(quick ? 3 : 9)
                .measurementTime(TimeValue.milliseconds(quick ? 100 : 400))
                .addProfiler("gc")
                .jvmArgs("-Xms2g", "-Xmx2g")
                .shouldFailOnError(true)
                .build();
        for (RunResult result : new Runner(options).run()) {
            String name = result.getParams().getBenchmark();
            double[] samples = result.getAggregatedResult().getIterationResults().stream()
                    .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                    .toArray();
            var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            primitive.figures.add(new Figure(
                    name.substring(name.lastIndexOf('.') + 1),
                    Integer.parseInt(result.getParams().getParam("others")),
                    Spread.of(samples),
                    allocated == null ? -1 : allocated.getScore()));
        }
        return primitive;
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
