package io.github.exitleft.bare;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait, in the order of their coming and by deadline; whoever leaves is unlinked at once (S14).
 *
 * <p>A few of them are its <em>timekeepers</em>: they park only until the earliest deadline of all, and on waking end the waits
 * that are due. Other virtual threads park until somebody wakes them, which is far cheaper for them; other platform threads
 * park until their own deadline, so that none of them has to rely on a virtual thread that may have no carrier. While anybody
 * is queued there is a timekeeper: who leaves the queue without one left gets another appointed, by {@link #appoint()}. There is
 * more than one so that this is rare, since an appointment costs a wake-up.
 *
 * <p>Guarded by the stage's lock.
 */
final class WaiterQueue {

    /** How many keep the time, when that many wait. */
    static final int TIMEKEEPERS = 8;

    private final Promotion promotion;
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private @Nullable Waiter oldest;
    private @Nullable Waiter newest;

    /** The keeper, if it is among them; the next to head, and nobody who waits for anything. */
    private @Nullable Waiter keeper;

    private int timekeepers;

    /** When the timekeepers wake at the latest; not after the earliest deadline, while there are any. */
    private long alarm;

    /** Counts how often all timekeepers were relieved at once; who was made one before that is none any more. */
    private int shift = 1;

    WaiterQueue(Promotion promotion) {
        this.promotion = promotion;
    }

    void add(Waiter waiter) {
        deadlines.add(waiter); // first, since it is what may find no memory
        waiter.older = newest;
        if (newest == null) {
            oldest = waiter;
        } else {
            newest.newer = waiter;
        }
        newest = waiter;
        if (waiter instanceof BareKeeper) {
            keeper = waiter;
        }
        if (timekeepers > 0 && waiter.deadline - alarm < 0) { // they would wake too late for this one, which then is to
            timekeepers = 0;
            shift++;
        }
        if (timekeepers == 0) {
            alarm = waiter.deadline; // the earliest: either so by what was just found, or the only one
        }
        if (timekeepers < TIMEKEEPERS) {
            enlist(waiter);
        }
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
        deadlines.remove(waiter);
        if (isTimekeeper(waiter)) {
            timekeepers--;
        }
        waiter.shift = 0;
    }

    private void enlist(Waiter waiter) {
        waiter.shift = shift;
        timekeepers++;
    }

    boolean isTimekeeper(Waiter waiter) {
        return waiter.shift == shift;
    }

    /** Sees to it that somebody keeps the time; returns who has to be woken to begin, or null. */
    @Nullable
    Waiter appoint() {
        Waiter earliest = deadlines.first();
        // one that is as likely to stay as any: the oldest, the newest or the earliest may be the next to leave
        Waiter appointed = deadlines.middle();
        if (timekeepers > 0 || earliest == null || appointed == null) {
            return null;
        }
        alarm = earliest.deadline;
        enlist(appointed);
        return appointed;
    }

    /** Somebody whose time is up; null if there is nobody. */
    @Nullable
    Waiter due(long now) {
        Waiter earliest = deadlines.first();
        return earliest != null && earliest.deadline - now <= 0 ? earliest : null;
    }

    /** For how long a waiter may park; to be asked after all that were due have left. */
    long patience(Waiter waiter, long now) {
        Waiter earliest = deadlines.first();
        if (earliest != null && isTimekeeper(waiter)) {
            alarm = earliest.deadline;
            return alarm - now;
        }
        return waiter.virtual ? Platform.FOR_EVER : waiter.deadline - now;
    }

    /** The one who is to head next, still in the queue; null when nobody waits. */
    @Nullable
    Waiter next() {
        return keeper != null ? keeper : promotion == Promotion.NEWEST ? newest : oldest;
    }

    @Nullable
    Waiter oldest() {
        return oldest;
    }

    /** How many wait, the keeper not counted. */
    int size() {
        return deadlines.size() - (keeper == null ? 0 : 1);
    }
}
