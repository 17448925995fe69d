package io.github.exitleft;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A window: a limited number of questions are out at once, and others wait for a place, in order (M13).
 *
 * <p>A place is taken before the ticket, and released when the question is over, however it ends. The line's lock
 * guards everything.
 */
final class Window implements LineSupply<Window.Place> {

    /** A place, held by a question while it is out. */
    final class Place {

        /** Guarded by the lock. */
        private boolean released;

        /** Gives the place to the first waiter, or back to the window; later calls do nothing. */
        void release() {
            line.lock();
            try {
                vacate(this);
            } finally {
                line.unlock();
            }
        }
    }

    final int size;
    private final Supplier<? extends @Nullable RuntimeException> refusal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Line<Place> line;

    /** How many places are taken; guarded by the lock. */
    private int used;

    /**
     * Opens a window.
     *
     * @param size how many places it has; at least 1
     */
    Window(int size, Parking parking, Timer timer) {
        this(size, parking, timer, () -> null);
    }

    /**
     * Opens a window.
     *
     * @param refusal returns why no caller may wait now; null if callers may
     */
    Window(int size, Parking parking, Timer timer, Supplier<? extends @Nullable RuntimeException> refusal) {
        if (size < 1) {
            throw new IllegalArgumentException("'window' must be at least 1, but is " + size);
        }
        this.size = size;
        this.refusal = refusal;
        this.line = new Line<>(lock, this, parking, timer);
    }

    /** Takes a place if one is free and no caller waits for it; returns null otherwise. */
    @Nullable
    Place tryAcquire() {
        return line.tryAcquire();
    }

    /** Takes a place, as {@link Line#acquire} does. */
    @Nullable
    Place acquire(long deadline) throws InterruptedException {
        return line.acquire(deadline);
    }

    /** Takes a place for a taker, as {@link Line#join} does. */
    @Nullable
    Queued<Place> join(Taker<Place> taker, Executor executor, int most) {
        return line.join(taker, executor, most);
    }

    /** Ends all present waits; callers that come later wait again. */
    void end(Supplier<? extends RuntimeException> why) {
        line.end(why);
    }

    /** Ends all waits, present and later ones. */
    void close(Supplier<? extends RuntimeException> why) {
        line.close(why);
    }

    int used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        return line.waiting();
    }

    @Override
    public @Nullable Place poll(long now) {
        if (used == size) {
            return null;
        }
        // first, since it is what may run out of memory
        var place = new Place();
        used++;
        return place;
    }

    @Override
    public void giveBack(Place place, long now) {
        vacate(place);
    }

    @Override
    public @Nullable RuntimeException refusal() {
        return refusal.get();
    }

    private void vacate(Place place) {
        if (!place.released) {
            place.released = true;
            used--;
        }
    }
}
