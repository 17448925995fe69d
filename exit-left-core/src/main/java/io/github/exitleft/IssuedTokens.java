package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of a stage that issues them: which are live, which rest, and which comes next (M11, M12).
 *
 * <p>A token is live from {@link #issue} on. When its answer comes it is free at once ({@link #answered}). While
 * answers may still come after its wait has ended ({@link #gaveUp}) it rests, until all have come or the rest is over;
 * meanwhile it is neither issued nor {@linkplain #take taken}. The memory is exact: every live or resting token is
 * known. It is bounded by the number of tokens of the type and by {@link #MOST}; beyond that all tokens count as taken.
 *
 * <p>Times are passed in and must not go back. Guarded by the lock of the {@link Line} in which callers wait for a
 * token.
 */
abstract class IssuedTokens<T> {

    /** How many tokens can be in use at once in a space that has more. */
    static final int MOST = 1 << 20;

    /** The time at which a token is free next if it may never be. */
    static final long NEVER = Line.NEVER;

    final RestRule rest;

    /**
     * Creates an empty memory.
     *
     * @param rest how long a token rests
     */
    IssuedTokens(RestRule rest) {
        this.rest = rest;
    }

    /**
     * Creates a memory of the tokens of a space.
     *
     * @param random draws the tokens; null to issue them in sequence
     * @param rest how long a token rests
     */
    static <T> IssuedTokens<T> of(TokenSpace<T> space, @Nullable SecureNumbers random, RestRule rest) {
        return space.isSmall() ? new NumberedTokens<>(space, random, rest) : new SparseTokens<>(space, random, rest);
    }

    /** Creates a memory of tokens that are only {@linkplain #take taken}, since an issuer of the user's gives them. */
    static <T> IssuedTokens<T> taken(RestRule rest) {
        return new SparseTokens<>(null, null, rest);
    }

    /** Issues a token that is neither live nor resting; returns null if all are in use. */
    abstract @Nullable T issue(long now);

    /**
     * Takes a token that a caller brings or an issuer gives; returns false if it is live or resting, or too many are in
     * use.
     */
    abstract boolean take(T token, long now);

    /**
     * Frees a token, whether it is live or rests.
     *
     * @return how it rested; null if it was live or free
     */
    abstract @Nullable Rest answered(T token, long now);

    /**
     * Counts answers to a resting token's question, and frees the token with the last that may come; does nothing with any other.
     *
     * @return how it rests or rested; null if it did not
     */
    abstract @Nullable Rest answeredLate(T token, long now, int came);

    /**
     * Lets a live token rest whose wait has ended while answers may still come, or frees it if that can't come any more; does nothing with any
     * other.
     *
     * @param attachment what to find the call again by; null for nothing
     * @param asked what knows when its question was sent, and by what; null if nothing does
     * @param owed how many answers may still come; at least 1
     */
    abstract void gaveUp(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed);

    /** Returns how a token rests; null if it does not. */
    abstract @Nullable Rest resting(T token, long now);

    /**
     * Returns when to look for the end of the first rest; {@link #NEVER} if no token rests, or only an answer can end it. It ends none
     * itself: a token that became free here would be given to no caller in line, and no time set for a look.
     */
    final long nextFreeAt(long now) {
        Rests<?> rests = rests();
        return rests.resting() == 0 ? NEVER : rest.over(rests.oldestSince(), now);
    }

    /** Returns how many tokens are live. */
    abstract int live();

    /** Returns how many tokens rest. */
    final int resting(long now) {
        expire(now);
        return rests().resting();
    }

    abstract Rests<?> rests();

    /** Frees the tokens whose rest is over. */
    abstract void expire(long now);
}
