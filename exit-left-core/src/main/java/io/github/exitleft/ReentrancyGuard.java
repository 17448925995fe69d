package io.github.exitleft;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads that are inside a head, a {@code buffer(use)} or a callback of any stage, where waiting would deadlock (S12).
 *
 * <p>It is a map of the few threads that are inside now, and not a thread-local: threads that only wait pay nothing for it, which
 * matters when they are virtual and many. Of a stage it knows no more than what its {@code toString()} says.
 */
final class ReentrancyGuard {

    /** The threads inside a head, a buffer or a callback. */
    static final ReentrancyGuard ANYTHING = new ReentrancyGuard();

    /** The threads inside a buffer. */
    static final ReentrancyGuard BUFFER = new ReentrancyGuard();

    private final ConcurrentHashMap<Thread, Object> stages = new ConcurrentHashMap<>();

    private ReentrancyGuard() {}

    /** Refuses a thread that is inside anything, where waiting on the stage could deadlock. */
    static void requireOutside(Object stage) {
        Object other = ANYTHING.where();
        if (other != null) {
            throw new IllegalStateException("waiting on " + stage + " from inside a head or callback of " + other
                    + " could deadlock; leave the head first, or wait on another thread");
        }
    }

    /** Marks the current thread; true if it was outside before, and so has to {@link #leave()}. */
    boolean enter(Object stage) {
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
    Object where() {
        return stages.get(Thread.currentThread());
    }
}
