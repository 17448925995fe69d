package io.github.exitleft.bare;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Runs what others have added to a stage, its listeners above all: waiting inside is refused, and what is thrown is counted and
 * goes no further (S12, M9).
 */
final class Helpers {

    private static final System.Logger LOGGER = System.getLogger(BareStage.class.getName());

    private final BareStage<?, ?, ?> stage;
    private final List<BareListener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder failures = new LongAdder();
    private final AtomicBoolean logged = new AtomicBoolean();

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
            failed(e);
        } finally {
            if (marked) {
                Inside.ANYTHING.leave();
            }
        }
    }

    void failed(Throwable thrown) {
        failures.increment();
        if (logged.compareAndSet(false, true)) {
            try {
                LOGGER.log(
                        Level.WARNING,
                        () -> "a check, listener or the like of " + stage + " threw " + Texts.of(thrown)
                                + "; mend it, and look at the stage's count of helper failures for more of them",
                        thrown);
            } catch (Throwable e) {
                // whatever a logger throws, it goes no further either
            }
        }
    }

    long failures() {
        return failures.sum();
    }
}
