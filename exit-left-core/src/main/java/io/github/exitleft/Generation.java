package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * A time between two failures of the resource; the tickets of a failed one share its cause, so that failing is one step for all.
 *
 * <p>A part of the resource that is lost has one too, which has failed from the beginning. The tickets that end by that loss are moved
 * to it.
 */
final class Generation {

    /** Whether a part of the resource failed, and not all of it. */
    final boolean ofPart;

    /** Why the resource failed; written once, with the stage's lock held, before the generation is replaced. */
    volatile @Nullable Throwable failure;

    Generation() {
        ofPart = false;
    }

    /** Creates the one of a part that is lost. */
    Generation(Throwable cause) {
        ofPart = true;
        failure = cause;
    }
}
