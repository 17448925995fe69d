package io.github.exitleft.bare;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The threads that are inside a head, a {@code buffer(use)} or a helper of any stage, where waiting would deadlock.
 *
 * <p>A map of the few threads that are inside now, and not a thread-local: those who only wait pay nothing for it, which
 * matters when they are virtual and many.
 */
final class Inside {

    private static final ConcurrentHashMap<Thread, String> STAGES = new ConcurrentHashMap<>();

    private Inside() {}

    /** Marks the current thread; true if it was outside before and so is the one to {@link #leave()}. */
    static boolean enter(String stage) {
        return STAGES.putIfAbsent(Thread.currentThread(), stage) == null;
    }

    static void leave() {
        STAGES.remove(Thread.currentThread());
    }

    static boolean isInside() {
        return STAGES.containsKey(Thread.currentThread());
    }

    static void refuseWaiting(String stage) {
        String other = STAGES.get(Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException("waiting on stage '" + stage + "' from inside a head or helper of stage '"
                    + other + "' could deadlock; leave the head first, or wait on another thread");
        }
    }
}
