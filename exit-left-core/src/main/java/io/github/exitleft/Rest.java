package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * How a token rests whose wait ended without an answer (M11).
 *
 * @param since when the rest began, by the stage's clock
 * @param asked the number of the connection on which its question was asked; zero if that does not matter
 * @param attachment what the call was given to be found again by; null if nothing
 */
record Rest(long since, long asked, @Nullable Object attachment) {

    Rest(long since, @Nullable Object attachment) {
        this(since, 0, attachment);
    }
}
