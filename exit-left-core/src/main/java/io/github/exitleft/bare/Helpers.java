package io.github.exitleft.bare;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Runs what others have added to a stage, its listeners above all: waiting inside is refused, and what is thrown is counted and
 * goes no further (S12, M9).
 */
final class Helpers {

    private final BareStage<?, ?, ?> stage;
    private final List<BareListener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder failures = new LongAdder();

    Helpers(BareStage<?, ?, ?> stage) {
        this.stage = stage;
    }

    void add(BareListener listener) {
        listeners.add(listener);
    }

    void remove(BareListener listener) {
        listeners.remove(listener);
    }

    boolean isAnybodyListening() {
        return !listeners.isEmpty();
    }

    void tell(Consumer<BareListener> event) {
        if (listeners.isEmpty()) {
            return;
        }
        for (BareListener listener : listeners) {
            run(() -> event.accept(listener));
        }
    }

    void run(Runnable helper) {
        boolean marked = Inside.ANYTHING.enter(stage);
        try {
            helper.run();
        } catch (Throwable e) {
            failed();
        } finally {
            if (marked) {
                Inside.ANYTHING.leave();
            }
        }
    }

    void failed() {
        failures.increment();
    }

    long failures() {
        return failures.sum();
    }
}
