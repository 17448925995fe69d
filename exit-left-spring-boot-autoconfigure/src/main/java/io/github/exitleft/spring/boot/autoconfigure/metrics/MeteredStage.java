package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.BareSnapshot;
import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Outcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageListener;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageSnapshot.IssuedState;
import io.github.exitleft.StageSnapshot.Load;
import io.github.exitleft.StageSnapshot.Refusal;
import io.github.exitleft.StageSnapshot.WindowState;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** One stage with its meters; listens to the stage for what a snapshot does not contain. */
final class MeteredStage implements StageListener<Object, Object> {

    private final String name;
    private final Stage<?, ?> stage;
    private final Consumer<MeteredStage> whenClosed;
    private final Tags tags;

    /** Guarded by the binder's lock. */
    private final List<SharedMeters> bound = new ArrayList<>();

    private final Map<Outcome, List<Timer>> waits = new EnumMap<>(Outcome.class);
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong reopens = new AtomicLong();
    private final List<Timer> windowWaits = new CopyOnWriteArrayList<>();

    MeteredStage(String name, Stage<?, ?> stage, Consumer<MeteredStage> whenClosed) {
        this.name = name;
        this.stage = stage;
        this.whenClosed = whenClosed;
        this.tags = Tags.of(StageMeter.Key.STAGE.asString(), name);
        for (Outcome exit : Outcome.values()) {
            this.waits.put(exit, new CopyOnWriteArrayList<>());
        }
    }

    String name() {
        return this.name;
    }

    void watch() {
        this.stage.addListener(this);
        switch (this.stage.snapshot(0).role().state()) {
            // before the listener was added
            case FAILED -> this.failures.compareAndSet(0, 1);
            case CLOSED -> closed();
            default -> {}
        }
    }

    @Override
    public void exited(Outcome outcome, Duration waited) {
        record(waited, this.waits.getOrDefault(outcome, List.of()));
    }

    @Override
    public void failed(Throwable cause) {
        this.failures.incrementAndGet();
    }

    @Override
    public void reopened() {
        this.reopens.incrementAndGet();
    }

    @Override
    public void windowLeft(Duration waited) {
        record(waited, this.windowWaits);
    }

    private static void record(Duration waited, List<Timer> timers) {
        for (Timer timer : timers) {
            timer.record(waited);
        }
    }

    @Override
    public void closed() {
        this.whenClosed.accept(this);
    }

    void bindTo(SharedMeters meters) {
        this.bound.add(meters);
        meters.gauge(
                StageMeter.WAITERS,
                this.tags,
                this.stage,
                stage -> stage.snapshot(0).role().waiters());
        meters.gauge(
                StageMeter.HEAD_CHANGES,
                this.tags,
                this.stage,
                stage -> stage.snapshot(0).role().headChanges());
        meters.counter(
                StageMeter.PROMOTIONS,
                this.tags,
                this.stage,
                stage -> stage.snapshot(0).role().promotions());
        for (Outcome exit : Outcome.values()) {
            meters.counter(
                    StageMeter.EXITS,
                    tagged(StageMeter.Key.EXIT, exit),
                    this.stage,
                    stage -> stage.snapshot(0).exits().getOrDefault(exit, 0L));
        }
        for (MessageOutcome outcome : MessageOutcome.values()) {
            meters.counter(
                    StageMeter.MESSAGES,
                    tagged(StageMeter.Key.OUTCOME, outcome),
                    this.stage,
                    stage -> stage.snapshot(0).messages().getOrDefault(outcome, 0L));
        }
        this.waits.forEach((exit, timers) ->
                timers.add(meters.timer(StageMeter.WAIT, tagged(StageMeter.Key.EXIT, exit), this.stage)));
        bindLoad(meters);
        bindFailures(meters);
        StageSnapshot snapshot = this.stage.snapshot(0);
        if (snapshot.window() != null) {
            bindWindow(meters);
        }
        if (snapshot.issued() != null) {
            bindIssued(meters);
        }
    }

    private void bindLoad(SharedMeters meters) {
        gauge(meters, StageMeter.TICKETS, StageSnapshot::role, BareSnapshot::tickets);
        gauge(meters, StageMeter.TICKETS_MAX, StageSnapshot::load, Load::maxTickets);
        gauge(meters, StageMeter.PENDING, StageSnapshot::load, Load::pending);
        for (Refusal reason : Refusal.values()) {
            meters.counter(
                    StageMeter.REFUSED,
                    tagged(StageMeter.Key.REASON, reason),
                    this.stage,
                    stage -> stage.snapshot(0).load().refused().getOrDefault(reason, 0L));
        }
    }

    private void bindFailures(SharedMeters meters) {
        gauge(meters, StageMeter.UP, StageSnapshot::role, role -> role.state() == State.OPEN ? 1 : 0);
        meters.counter(StageMeter.SOURCE_FAILURES, this.tags, this.stage, stage -> this.failures.get());
        meters.counter(StageMeter.REOPENS, this.tags, this.stage, stage -> this.reopens.get());
        meters.counter(
                StageMeter.CALLBACK_FAILURES,
                this.tags,
                this.stage,
                stage -> stage.snapshot(0).role().callbackFailures());
    }

    private void bindWindow(SharedMeters meters) {
        gauge(meters, StageMeter.WINDOW, StageSnapshot::window, WindowState::used);
        gauge(meters, StageMeter.WINDOW_WAITING, StageSnapshot::window, WindowState::waiting);
        this.windowWaits.add(meters.timer(StageMeter.WINDOW_WAIT, this.tags, this.stage));
    }

    private void bindIssued(SharedMeters meters) {
        gauge(meters, StageMeter.TOKENS_RESTING, StageSnapshot::issued, IssuedState::resting);
        gauge(meters, StageMeter.TOKENS_WAITING, StageSnapshot::issued, IssuedState::waiting);
    }

    private <P> void gauge(
            SharedMeters meters, StageMeter meter, Function<StageSnapshot, @Nullable P> part, ToIntFunction<P> number) {
        meters.gauge(meter, this.tags, this.stage, stage -> {
            P found = part.apply(stage.snapshot(0));
            return found == null ? 0 : number.applyAsInt(found);
        });
    }

    void unbind() {
        this.stage.removeListener(this);
        this.waits.values().forEach(List::clear);
        this.windowWaits.clear();
        this.bound.forEach(meters -> meters.remove(this.stage));
        this.bound.clear();
    }

    private Tags tagged(StageMeter.Key key, Enum<?> value) {
        return this.tags.and(
                key.asString(), value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
