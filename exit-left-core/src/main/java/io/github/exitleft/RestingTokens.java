package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * A bounded memory of tokens that callers brought and that rest (M11).
 *
 * <p>When it is full, the oldest token is forgotten and no longer refused. Guarded by the mailroom's lock, as {@link
 * RetiredTokens} is.
 */
final class RestingTokens<T> {

    /** The capacity unless another is given. */
    static final int MOST = 8_192;

    private final TokenTable<T> tokens = new TokenTable<>();
    private final RestRule rest;
    private final int most;

    /**
     * Creates an empty memory.
     *
     * @param rest how long a token rests
     * @param most how many tokens it holds; at least 1
     */
    RestingTokens(RestRule rest, int most) {
        this.rest = rest;
        this.most = most;
    }

    /** Lets a token rest from now on whose wait has ended without an answer. */
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

    /** Returns how many tokens rest. */
    int resting(long now) {
        expire(now);
        return tokens.resting();
    }

    private void expire(long now) {
        while (tokens.resting() > 0 && rest.isOver(tokens.oldestSince(), now)) {
            tokens.removeOldest();
        }
    }
}
