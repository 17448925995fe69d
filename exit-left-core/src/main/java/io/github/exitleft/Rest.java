package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Tells how a token rests whose wait ended without its answer (M11).
 *
 * @param since when it began, by the stage's clock
 * @param attachment what the call was given to be found again by; null if nothing
 */
record Rest(long since, @Nullable Object attachment) {}
