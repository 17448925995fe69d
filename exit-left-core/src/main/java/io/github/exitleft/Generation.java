package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** A time between two failures of the resource; the tickets of a failed one share its cause, so that failing is one step for all. */
final class Generation {

    /** Why the resource failed; written once, with the stage's lock held, before the generation is replaced. */
    volatile @Nullable Throwable failure;
}
