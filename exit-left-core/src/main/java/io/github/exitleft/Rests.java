package io.github.exitleft;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Resting tokens in the order in which their rests began. If a time says how long they rest, the oldest is the first to be free.
 */
interface Rests<T> {

    /**
     * Adds a token that does not rest yet, as the youngest.
     *
     * @param attachment what to find the call again by; null for nothing
     * @param asked what knows when its question was sent, and by what; null if nothing does
     * @param owed how many answers end its rest; at least 1
     */
    void add(T token, long since, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed);

    /** Counts answers to a token's question, and removes it with the last; returns how it rests or rested, or null if it did not. */
    @Nullable
    Rest answered(T token, int came);

    /** Removes a token; returns how it rested, or null if it did not. */
    @Nullable
    Rest remove(T token);

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest find(T token);

    /** Removes and returns the oldest token; there must be one. */
    T removeOldest();

    /** Removes the tokens whose questions can't be answered any more. */
    void removeGone(RestRule rule, Consumer<? super T> removed);

    /** Returns when the oldest token's rest began; there must be one. */
    long oldestSince();

    int resting();
}
