package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a stage's callbacks, its listeners above all, and logs what has happened to it: waiting inside a callback is refused, and what
 * one throws is counted and goes no further (S12, M9).
 */
final class Callbacks {

    private static final Consumer<BareListener> HEAD_CHANGED = listener -> listener.headChanged(Thread.currentThread());

    private final System.Logger logger;
    private final Object stage;
    private final List<BareListener> listeners = new CopyOnWriteArrayList<>();

    /** Not a LongAdder, which may find no memory to add. */
    private final AtomicLong failures = new AtomicLong();

    private final AtomicBoolean logged = new AtomicBoolean();

    /** What is told too, if it records. */
    final Recorder recorder;

    /**
     * Creates the callbacks of a stage.
     *
     * @param stage what messages call it
     * @param name what recordings call it
     */
    Callbacks(System.Logger logger, Object stage, String name) {
        this.logger = logger;
        this.stage = stage;
        this.recorder = new Recorder(name, this::failed);
    }

    void add(BareListener listener) {
        listeners.add(listener);
    }

    void remove(BareListener listener) {
        listeners.remove(listener);
    }

    /** Tells every listener that the current thread heads now, promoted or not; throws nothing. */
    void headChanged(boolean promoted) {
        recorder.headChanged(promoted);
        tell(HEAD_CHANGED);
    }

    /**
     * Tells every listener that a wait has ended which began at {@code start}; throws nothing.
     *
     * @param recorded what {@link Recorder#beginWait} has returned for it; null if it is a part of a longer one
     */
    void exited(Outcome outcome, long start, Parker parker, @Nullable Object recorded, boolean headed) {
        recorder.endWait(recorded, outcome, headed, false);
        if (listeners.isEmpty()) {
            return;
        }
        try {
            Duration waited = Duration.ofNanos(parker.nanoTime() - start);
            tell(listener -> listener.exited(outcome, waited));
        } catch (Throwable e) { // an Error, which is no reason to keep from the caller how the wait ended
            failed(e);
        }
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
        ReentrancyGuard.Mark mark = null;
        try {
            mark = new ReentrancyGuard.Mark(stage);
            ReentrancyGuard.ANYTHING.enter(mark);
            callback.run();
        } catch (Throwable e) {
            failed(e);
        } finally {
            if (mark != null) {
                ReentrancyGuard.ANYTHING.leave(mark);
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
            logger.log(level, () -> before + stage + after + cause + end, thrown);
        } catch (Throwable e) {
            // whatever a logger throws, the stage goes on
        }
    }

    long failures() {
        return failures.get();
    }
}
