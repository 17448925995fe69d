package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** The keeper as the role sees it: no caller, and the next to head when it is queued. */
final class KeeperWaiter extends Waiter {

    // guarded by the stage's lock
    Generation generation;
    boolean recalled;

    /** The thread that heads, waits or pauses as the keeper, for a recall to wake. */
    volatile @Nullable Thread parked;

    KeeperWaiter(Generation generation) {
        this.generation = generation;
    }
}
