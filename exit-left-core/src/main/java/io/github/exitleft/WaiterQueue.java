package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * The waiters in the order in which they came; one that leaves is unlinked at once (S14), and its deadline forgotten.
 *
 * <p>Guarded by the stage's lock.
 */
final class WaiterQueue {

    private final Promotion promotion;
    private final Deadlines deadlines;
    private @Nullable Waiter oldest;
    private @Nullable Waiter newest;

    /** The keeper, if it is queued; the next to head, and no caller. */
    private @Nullable Waiter keeper;

    private int size;

    WaiterQueue(Promotion promotion, Deadlines deadlines) {
        this.promotion = promotion;
        this.deadlines = deadlines;
    }

    void add(Waiter waiter) {
        waiter.older = newest;
        if (newest == null) {
            oldest = waiter;
        } else {
            newest.newer = waiter;
        }
        newest = waiter;
        if (waiter instanceof KeeperWaiter) {
            keeper = waiter;
        }
        size++;
    }

    void remove(Waiter waiter) {
        Waiter before = waiter.older;
        Waiter after = waiter.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        waiter.older = null;
        waiter.newer = null;
        if (waiter == keeper) {
            keeper = null;
        }
        size--;
        deadlines.forget(waiter);
    }

    /** Forgets all waiters, whatever their links look like. */
    void clear() {
        oldest = null;
        newest = null;
        keeper = null;
        size = 0;
        deadlines.clear();
    }

    /** Returns the next to head, which stays in the queue; null if that is empty. */
    @Nullable
    Waiter next() {
        return keeper != null ? keeper : promotion == Promotion.NEWEST ? newest : oldest;
    }

    @Nullable
    Waiter oldest() {
        return oldest;
    }

    /** Counts the waiters without the keeper. */
    int size() {
        return size - (keeper == null ? 0 : 1);
    }
}
