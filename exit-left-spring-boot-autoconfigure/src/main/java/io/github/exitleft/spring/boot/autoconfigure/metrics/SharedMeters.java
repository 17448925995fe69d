package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.Stage;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The meters of stages in one registry.
 *
 * <p>A filter can make the meters of several stages the same, such as by dropping the tag {@code stage}. Such a meter
 * shows their sum, and is removed with the last of them. Guarded by the binder's lock, except the sums, which
 * registries read.
 */
final class SharedMeters {

    /** A meter with the sum over its stages. */
    private record Shared(Meter meter, Sum sum) {}

    private final MeterRegistry registry;
    private final Map<Meter.Id, Shared> meters = new HashMap<>();

    SharedMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void gauge(StageMeter meter, Tags tags, Stage<?, ?> stage, ToDoubleFunction<Stage<?, ?>> value) {
        var sum = new Sum(false);
        share(
                Gauge.builder(meter.getName(), sum, Sum::value)
                        .description(meter.description())
                        .tags(tags)
                        .register(this.registry),
                sum,
                stage,
                value);
    }

    void counter(StageMeter meter, Tags tags, Stage<?, ?> stage, ToDoubleFunction<Stage<?, ?>> count) {
        var sum = new Sum(true);
        share(
                FunctionCounter.builder(meter.getName(), sum, Sum::value)
                        .description(meter.description())
                        .tags(tags)
                        .register(this.registry),
                sum,
                stage,
                count);
    }

    Timer timer(StageMeter meter, Tags tags, Stage<?, ?> stage) {
        Timer timer = Timer.builder(meter.getName())
                .description(meter.description())
                .tags(tags)
                .register(this.registry);
        share(timer, new Sum(false), stage, any -> 0);
        return timer;
    }

    /**
     * Adds a stage to a meter. A registry that has a meter of that name and those tags returns it, with the sum that it
     * was made with.
     */
    private void share(Meter meter, Sum sum, Stage<?, ?> stage, ToDoubleFunction<Stage<?, ?>> value) {
        this.meters
                .computeIfAbsent(meter.getId(), id -> new Shared(meter, sum))
                .sum()
                .add(stage, value);
    }

    /** Removes a stage from all meters, and the meters that have no other stage. */
    void remove(Stage<?, ?> stage) {
        this.meters.values().removeIf(shared -> {
            boolean empty = shared.sum().remove(stage);
            if (empty) {
                this.registry.remove(shared.meter());
            }
            return empty;
        });
    }

    /** The value of a meter: the sum over its stages. */
    private static final class Sum {

        /** One stage's part. */
        private record Part(Stage<?, ?> stage, ToDoubleFunction<Stage<?, ?>> value) {

            double get() {
                try {
                    return this.value.applyAsDouble(this.stage);
                } catch (RuntimeException e) {
                    // thrown by a mock of a stage; it would spoil the whole registry
                    return 0;
                }
            }
        }

        private final boolean keepsLast;
        private volatile State state = new State(List.of(), 0);

        /**
         * The parts at one moment.
         *
         * @param parts the parts of the present stages
         * @param gone the total of the stages that are gone
         */
        private record State(List<Part> parts, double gone) {}

        /**
         * Creates an empty sum.
         *
         * @param keepsLast whether a stage that is gone still counts, as it must in a counter
         */
        Sum(boolean keepsLast) {
            this.keepsLast = keepsLast;
        }

        double value() {
            State now = this.state;
            return now.parts().stream().mapToDouble(Part::get).sum() + now.gone();
        }

        void add(Stage<?, ?> stage, ToDoubleFunction<Stage<?, ?>> value) {
            List<Part> parts = new ArrayList<>(this.state.parts());
            parts.add(new Part(stage, value));
            this.state = new State(parts, this.state.gone());
        }

        /** Removes a stage's part; returns true if it was the last one. */
        boolean remove(Stage<?, ?> stage) {
            List<Part> present = this.state.parts();
            List<Part> left =
                    present.stream().filter(part -> part.stage() != stage).toList();
            double gone = present.stream()
                    .filter(part -> this.keepsLast && part.stage() == stage)
                    .mapToDouble(Part::get)
                    .sum();
            this.state = new State(left, this.state.gone() + gone);
            return left.isEmpty() && !present.isEmpty();
        }
    }
}
