package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Follows each call, future, gather and stream of a stage from its beginning to its end, such as for traces.
 *
 * <p>What an observer or an observation throws is counted as a failed callback, and changes nothing for the call.
 *
 * @see Stage#observer(StageObserver)
 */
@FunctionalInterface
public interface StageObserver {

    /**
     * Begins to follow a call. Runs on the thread that asks, before that takes a ticket.
     *
     * @param kind how the stage is asked
     * @return what is told of the call; null if it is not to be followed, which costs nothing more
     */
    @Nullable
    CallObservation begin(CallKind kind);
}
