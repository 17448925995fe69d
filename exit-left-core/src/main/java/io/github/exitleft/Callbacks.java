package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs what others have added to a stage, its listeners above all: waiting inside is refused, and what is thrown is counted and
 * goes no further (S12, M9).
 */
final class Callbacks {

    private static final System.Logger LOGGER = System.getLogger(BareStage.class.getName());

    private final BareStage<?, ?, ?> stage;
    private final List<BareListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong failures = new AtomicLong(); // a LongAdder may find no memory to add
    private final AtomicBoolean logged = new AtomicBoolean();

    Callbacks(BareStage<?, ?, ?> stage) {
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

    /** Tells every listener; throws nothing. */
    void tell(Consumer<BareListener> event) {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            for (BareListener listener : listeners) {
                run(() -> event.accept(listener));
            }
        } catch (Throwable e) { // an Error outside the listeners
            failed(e);
        }
    }

    /** Runs a callback; throws nothing. */
    void run(Runnable callback) {
        boolean marked = false;
        try {
            marked = ReentrancyGuard.ANYTHING.enter(stage);
            callback.run();
        } catch (Throwable e) {
            failed(e);
        } finally {
            if (marked) {
                ReentrancyGuard.ANYTHING.leave();
            }
        }
    }

    /** Counts a callback that threw; throws nothing. */
    void failed(Throwable thrown) {
        failures.incrementAndGet();
        if (logged.compareAndSet(false, true)) {
            log(
                    Level.WARNING,
                    "a check, listener or the like of ",
                    " threw",
                    " ",
                    "; mend it, and look at the stage's count of callback failures for more of them",
                    thrown);
        }
    }

    /** Logs what has happened to the stage, whose name comes between two parts of the message; throws nothing. */
    void log(Level level, String before, String after, @Nullable Throwable thrown) {
        log(level, before, after, ": ", "", thrown);
    }

    private void log(Level level, String before, String after, String sign, String end, @Nullable Throwable thrown) {
        try {
            String cause = thrown == null ? "" : sign + Texts.of(thrown);
            LOGGER.log(level, () -> before + stage + after + cause + end, thrown);
        } catch (Throwable e) {
            // whatever a logger throws, the stage goes on
        }
    }

    long failures() {
        return failures.get();
    }
}
