package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Binds each stage's meters to each registry until the stage is closed; stages and registries may come in any order.
 */
final class StageMeterBinder implements MeterBinder {

    /** A name that no stage has. */
    private static final String PROBE = "?";

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final Map<MeterRegistry, SharedMeters> registries = new IdentityHashMap<>();

    /** Guarded by the lock. */
    private final Map<String, MeteredStage> stages = new HashMap<>();

    StageMeterBinder(StageBeans stages) {
        stages.announceTo(this::add);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.lock.lock();
        try {
            for (MeterRegistry member : members(registry)) {
                if (!this.registries.containsKey(member)) {
                    var meters = new SharedMeters(member);
                    this.registries.put(member, meters);
                    this.stages.values().forEach(stage -> stage.bindTo(meters));
                }
            }
        } finally {
            this.lock.unlock();
        }
    }

    /**
     * Returns the registries to bind to: the members of a composite if their filters take the stages' names away, since
     * only there it shows which stages share a meter.
     */
    private static Collection<MeterRegistry> members(MeterRegistry registry) {
        return registry instanceof CompositeMeterRegistry composite && !keepsStagesApart(composite)
                ? composite.getRegistries()
                : List.of(registry);
    }

    private static boolean keepsStagesApart(CompositeMeterRegistry composite) {
        String name = StageMeter.WAITERS.getName();
        String tag = StageMeter.Key.STAGE.asString();
        Gauge probe = Gauge.builder(name, () -> 0).tag(tag, PROBE).register(composite);
        try {
            return composite.getRegistries().stream()
                    .allMatch(member -> member.find(name).tag(tag, PROBE).gauge() != null);
        } finally {
            composite.remove(probe);
        }
    }

    private void add(String name, Stage<?, ?> stage) {
        MeteredStage metered = new MeteredStage(name, stage, this::remove);
        this.lock.lock();
        try {
            MeteredStage former = this.stages.put(name, metered);
            if (former != null) {
                // it has the same meters
                former.unbind();
            }
            this.registries.values().forEach(metered::bindTo);
        } finally {
            this.lock.unlock();
        }
        metered.watch();
    }

    private void remove(MeteredStage metered) {
        this.lock.lock();
        try {
            this.stages.remove(metered.name(), metered);
            metered.unbind();
        } finally {
            this.lock.unlock();
        }
    }
}
