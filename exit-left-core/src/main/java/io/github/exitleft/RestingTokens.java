package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * A bounded memory of tokens that callers brought and that rest (M11).
 *
 * <p>It holds at most as many as it is told; of one more the oldest is forgotten, and refused no longer. Guarded by the mailroom's
 * lock for the memory, as {@link RetiredTokens} is.
 */
final class RestingTokens<T> {

    /** How many it holds unless told otherwise. */
    static final int MOST = 8_192;

    private final TokenTable<T> tokens = new TokenTable<>();
    private final long rest;
    private final int most;

    /**
     * Begins a memory.
     *
     * @param rest for how long a token rests, in nanoseconds
     * @param most how many it holds; at least 1
     */
    RestingTokens(long rest, int most) {
        this.rest = rest;
        this.most = most;
    }

    /** Lets a token rest from now on, whose wait has ended without its answer. */
    void gaveUp(T token, long now, @Nullable Object attachment) {
        tokens.remove(token);
        expire(now);
        if (tokens.resting() == most) {
            tokens.removeOldest();
        }
        tokens.add(token, now, attachment);
    }

    /** Ends a token's rest, since its answer has come; returns how it rested, or null if it did not. */
    @Nullable
    Rest answered(T token, long now) {
        expire(now);
        return tokens.remove(token);
    }

    /** Returns how a token rests; null if it does not. */
    @Nullable
    Rest resting(T token, long now) {
        expire(now);
        return tokens.find(token);
    }

    /** Returns how many rest. */
    int resting(long now) {
        expire(now);
        return tokens.resting();
    }

    private void expire(long now) {
        while (tokens.resting() > 0 && now - tokens.oldestSince() >= rest) {
            tokens.removeOldest();
        }
    }
}
