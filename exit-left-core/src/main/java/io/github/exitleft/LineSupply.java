package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Holds what a {@link Line} is for.
 *
 * <p>It runs under the line's lock, so it is quick and calls nothing foreign.
 *
 * @param <P> things
 */
interface LineSupply<P> {

    /** Returns a thing; null if there is none. */
    @Nullable
    P poll(long now);

    /** Takes a thing back from a wait that has left. */
    void giveBack(P thing, long now);

    /** Returns why no caller may wait for a thing now, if there is none; null if callers may. */
    default @Nullable RuntimeException refusal() {
        return null;
    }

    /** Returns when time alone will free a thing, if there is none now; {@link Line#NEVER} if it won't. */
    default long freeAt(long now) {
        return Line.NEVER;
    }
}
