package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * The waits in a {@link Line}, linked in order through the waits themselves. Guarded by the line's lock.
 *
 * @param <P> things
 */
final class QueuedList<P> {

    private @Nullable Queued<P> first;
    private @Nullable Queued<P> last;
    private int size;

    @Nullable
    Queued<P> first() {
        return first;
    }

    int size() {
        return size;
    }

    void add(Queued<P> wait) {
        wait.before = last;
        if (last == null) {
            first = wait;
        } else {
            last.after = wait;
        }
        last = wait;
        size++;
    }

    /** Adds a wait ahead of all others, but behind those that were added ahead before, of which there are few. */
    void addAhead(Queued<P> wait) {
        wait.isAhead = true;
        Queued<P> next = first;
        while (next != null && next.isAhead) {
            next = next.after;
        }
        if (next == null) {
            add(wait);
            return;
        }
        Queued<P> previous = next.before;
        wait.before = previous;
        wait.after = next;
        next.before = wait;
        if (previous == null) {
            first = wait;
        } else {
            previous.after = wait;
        }
        size++;
    }

    void remove(Queued<P> wait) {
        Queued<P> before = wait.before;
        Queued<P> after = wait.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        wait.before = null;
        wait.after = null;
        size--;
    }

    /** Empties the list without a look at the waits, which stay linked. */
    void clear() {
        first = null;
        last = null;
        size = 0;
    }

    /** Returns the first waiting thread; null if only takers wait. */
    @Nullable
    Thread firstThread() {
        for (Queued<P> wait = first; wait != null; wait = wait.after) {
            if (wait.thread != null) {
                return wait.thread;
            }
        }
        return null;
    }

    /** Links two chains of waits that are in no list any more; returns the first wait of both. */
    static <P> @Nullable Queued<P> chain(@Nullable Queued<P> some, @Nullable Queued<P> more) {
        if (some == null) {
            return more;
        }
        Queued<P> end = some;
        while (end.after != null) {
            end = end.after;
        }
        end.after = more;
        return some;
    }
}
