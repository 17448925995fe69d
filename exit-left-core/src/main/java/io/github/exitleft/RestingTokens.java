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
    private final RestEnds<T> ends;
    private final int most;

    /**
     * Creates an empty memory.
     *
     * @param rest how long a token rests
     * @param most how many tokens it holds; at least 1
     */
    RestingTokens(RestRule rest, int most) {
        this.rest = rest;
        this.ends = new RestEnds<>(rest, token -> {});
        this.most = most;
    }

    /**
     * Lets a token rest from now on whose wait has ended without an answer, unless that can't come any more.
     *
     * @param asked what knows when its question was sent, and by what; null if nothing does
     * @param owed how many answers may still come; at least 1
     */
    void gaveUp(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        tokens.remove(token);
        expire(now);
        if (rest.isGone(now, asked)) {
            return;
        }
        if (tokens.resting() == most) {
            tokens.removeOldest();
        }
        tokens.add(token, now, attachment, asked, owed);
    }

    /** Counts an answer to a token's question, the last of which ends its rest; returns how it rests or rested, or null if it did not. */
    @Nullable
    Rest answered(T token, long now) {
        expire(now);
        return tokens.answered(token, 1);
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
        ends.end(tokens, now);
    }
}
