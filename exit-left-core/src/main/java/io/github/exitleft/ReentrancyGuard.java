package io.github.exitleft;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads that are inside a head, a {@code buffer(use)} or a callback of any stage, where waiting would deadlock.
 *
 * <p>A map of the few threads that are inside now, and not a thread-local: those who only wait pay nothing for it, which
 * matters when they are virtual and many.
 */
final class ReentrancyGuard {

    /** Those inside a head, a buffer or a callback. */
    static final ReentrancyGuard ANYTHING = new ReentrancyGuard();

    /** Those inside a buffer. */
    static final ReentrancyGuard BUFFER = new ReentrancyGuard();

    private final ConcurrentHashMap<Thread, BareStage<?, ?, ?>> stages = new ConcurrentHashMap<>();

    private ReentrancyGuard() {}

    /** Marks the current thread; true if it was outside before and so is the one to {@link #leave()}. */
    boolean enter(BareStage<?, ?, ?> stage) {
        try {
            return stages.putIfAbsent(Thread.currentThread(), stage) == null;
        } catch (Throwable e) { // the map counts after it has added, which may find no memory
            leave();
            throw e;
        }
    }

    /** Takes the mark off again, in any case: a thread that kept it could never wait any more. */
    void leave() {
        try {
            stages.remove(Thread.currentThread());
        } catch (Throwable e) { // in counting, as above
            if (stages.containsKey(Thread.currentThread())) {
                throw e;
            }
        }
    }

    /** The stage that the current thread is inside of; null if it is outside. */
    @Nullable
    BareStage<?, ?, ?> where() {
        return stages.get(Thread.currentThread());
    }
}
