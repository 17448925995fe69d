package io.github.exitleft.spring.boot.autoconfigure.metrics;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Gives each stage its meters in each registry, in whichever order they come, until the stage is closed. */
final class StageMeterBinder implements MeterBinder {

    private final ReentrantLock lock = new ReentrantLock();
    private final List<MeterRegistry> registries = new ArrayList<>(); // guarded by lock
    private final Map<String, MeteredStage> stages = new HashMap<>(); // guarded by lock

    StageMeterBinder(StageBeans stages) {
        stages.announceTo(this::add);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.lock.lock();
        try {
            if (!this.registries.contains(registry)) {
                this.registries.add(registry);
                this.stages.values().forEach(stage -> stage.bindTo(registry));
            }
        } finally {
            this.lock.unlock();
        }
    }

    private void add(String name, Stage<?, ?> stage) {
        MeteredStage metered = new MeteredStage(name, stage, this::remove);
        this.lock.lock();
        try {
            MeteredStage former = this.stages.put(name, metered);
            if (former != null) { // would have the same meters
                former.unbind();
            }
            this.registries.forEach(metered::bindTo);
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
