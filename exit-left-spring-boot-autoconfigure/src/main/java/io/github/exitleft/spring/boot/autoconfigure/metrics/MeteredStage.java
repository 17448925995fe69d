package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.bare.BareSnapshot.State;
import io.github.exitleft.bare.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** One stage with its meters; listens to the stage for what can't be read from it. */
final class MeteredStage implements StageListener<Object, Object> {

    /** A meter and where it is. */
    private record Bound(MeterRegistry registry, Meter meter) {}

    private final String name;
    private final Stage<?, ?> stage;
    private final Consumer<MeteredStage> whenClosed;
    private final Tags tags;
    private final List<Bound> bound = new ArrayList<>(); // guarded by the binder's lock
    private final List<Timer> waits = new CopyOnWriteArrayList<>();

    MeteredStage(String name, Stage<?, ?> stage, Consumer<MeteredStage> whenClosed) {
        this.name = name;
        this.stage = stage;
        this.whenClosed = whenClosed;
        this.tags = Tags.of(StageMeter.Key.STAGE.asString(), name);
    }

    String name() {
        return this.name;
    }

    void watch() {
        this.stage.addListener(this);
        if (this.stage.snapshot(0).role().state() == State.CLOSED) { // before it could be heard of
            closed();
        }
    }

    @Override
    public void exited(Outcome outcome, Duration waited) {
        for (Timer wait : this.waits) {
            wait.record(waited);
        }
    }

    @Override
    public void closed() {
        this.whenClosed.accept(this);
    }

    void bindTo(MeterRegistry registry) {
        gauge(registry, StageMeter.WAITERS, stage -> stage.snapshot(0).role().waiters());
        gauge(
                registry,
                StageMeter.HEAD_CHANGES,
                stage -> stage.snapshot(0).role().headChanges());
        counter(
                registry,
                StageMeter.PROMOTIONS,
                this.tags,
                stage -> stage.snapshot(0).role().promotions());
        for (Outcome exit : Outcome.values()) {
            counter(
                    registry,
                    StageMeter.EXITS,
                    tagged(StageMeter.Key.EXIT, exit),
                    stage -> stage.snapshot(0).exits().getOrDefault(exit, 0L));
        }
        for (MessageOutcome outcome : MessageOutcome.values()) {
            counter(
                    registry,
                    StageMeter.MESSAGES,
                    tagged(StageMeter.Key.OUTCOME, outcome),
                    stage -> stage.snapshot(0).messages().getOrDefault(outcome, 0L));
        }
        Timer wait = Timer.builder(StageMeter.WAIT.getName())
                .description(StageMeter.WAIT.description())
                .tags(this.tags)
                .register(registry);
        this.waits.add(wait);
        this.bound.add(new Bound(registry, wait));
    }

    void unbind() {
        this.stage.removeListener(this);
        this.waits.clear();
        this.bound.forEach(one -> one.registry().remove(one.meter()));
        this.bound.clear();
    }

    private void gauge(MeterRegistry registry, StageMeter meter, ToDoubleFunction<Stage<?, ?>> value) {
        this.bound.add(new Bound(
                registry,
                Gauge.builder(meter.getName(), this.stage, value)
                        .description(meter.description())
                        .tags(this.tags)
                        .register(registry)));
    }

    private void counter(MeterRegistry registry, StageMeter meter, Tags tags, ToDoubleFunction<Stage<?, ?>> count) {
        this.bound.add(new Bound(
                registry,
                FunctionCounter.builder(meter.getName(), this.stage, count)
                        .description(meter.description())
                        .tags(tags)
                        .register(registry)));
    }

    private Tags tagged(StageMeter.Key key, Enum<?> value) {
        return this.tags.and(
                key.asString(), value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
