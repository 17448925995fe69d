package io.github.exitleft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A window: a limited number of questions are out at once, and others wait for a place, in order (M13).
 *
 * <p>A place is taken before the ticket, and released when the question is over, however it ends. The line's lock
 * guards everything but the kept places.
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

    /** Places that were taken for the next questions of these threads; most often there are none. */
    private final Map<Thread, Place> kept = new ConcurrentHashMap<>();

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

    /**
     * Takes the place that is {@linkplain #keep kept} for this thread, or one that is free and that no caller waits for;
     * returns null if there is neither.
     */
    @Nullable
    Place tryAcquire() {
        Place place = kept.isEmpty() ? null : kept.remove(Thread.currentThread());
        return place == null ? line.tryAcquire() : place;
    }

    /** Keeps a place while a task runs, for the first question that the task begins on this thread. */
    void keep(Place place, Runnable task) {
        Thread thread = Thread.currentThread();
        boolean put = false;
        try {
            kept.put(thread, place);
            put = true;
        } finally {
            if (!put) {
                // no memory
                place.release();
            }
        }
        try {
            task.run();
        } finally {
            Place unused = kept.remove(thread);
            if (unused != null) {
                unused.release();
            }
        }
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

    /** Takes a place for a taker ahead of all callers, as {@link Line#joinAhead} does. */
    Queued<Place> joinAhead(Taker<Place> taker, Executor executor) {
        return line.joinAhead(taker, executor);
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
