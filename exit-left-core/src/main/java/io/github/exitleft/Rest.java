package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * How a token rests whose wait ended without an answer (M11).
 *
 * @param since when the rest began, by the stage's clock
 * @param attachment what the call was given to be found again by; null if nothing
 * @param owed how many answers may still come
 */
record Rest(long since, @Nullable Object attachment, int owed) {}
