package io.github.exitleft.bare;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait, in the order of their coming; whoever leaves is unlinked at once, at constant cost (S14).
 *
 * <p>Guarded by the stage's lock.
 */
final class WaiterQueue {

    private final Promotion promotion;
    private @Nullable Waiter oldest;
    private @Nullable Waiter newest;
    private int size;

    WaiterQueue(Promotion promotion) {
        this.promotion = promotion;
    }

    void add(Waiter waiter) {
        waiter.older = newest;
        if (newest == null) {
            oldest = waiter;
        } else {
            newest.newer = waiter;
        }
        newest = waiter;
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
        size--;
    }

    /** The one who is to head next, still in the queue; null when nobody waits. */
    @Nullable
    Waiter next() {
        return promotion == Promotion.NEWEST ? newest : oldest;
    }

    @Nullable
    Waiter oldest() {
        return oldest;
    }

    int size() {
        return size;
    }
}
