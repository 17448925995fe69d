package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** Tokens that rest, in the order in which they began; all rest for equally long, so the oldest is the first to be free. */
interface Rests<T> {

    /** Adds a token that does not rest, as the youngest. */
    void add(T token, long since, @Nullable Object attachment);

    /** Removes a token; returns how it rested, or null if it did not. */
    @Nullable
    Rest remove(T token);

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest find(T token);

    /** Removes the oldest, which there must be. */
    T removeOldest();

    /** Returns since when the oldest rests, which there must be. */
    long oldestSince();

    int resting();
}
