package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Resting tokens in the order in which their rests began. All rest equally long, so the oldest is the first to be free.
 */
interface Rests<T> {

    /** Adds a token that does not rest yet, as the youngest. */
    void add(T token, long since, @Nullable Object attachment);

    /** Removes a token; returns how it rested, or null if it did not. */
    @Nullable
    Rest remove(T token);

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest find(T token);

    /** Removes and returns the oldest token; there must be one. */
    T removeOldest();

    /** Returns when the oldest token's rest began; there must be one. */
    long oldestSince();

    int resting();
}
