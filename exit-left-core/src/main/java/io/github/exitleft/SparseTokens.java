package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** Issued tokens of a large space, of which few are in use: a table of those in use. */
final class SparseTokens<T> extends IssuedTokens<T> {

    /** The space to issue from; null to issue none. */
    private final @Nullable TokenSpace<T> space;

    /** Draws the tokens; null to issue in sequence. */
    private final @Nullable SecureNumbers random;

    private final TokenTable<T> tokens = new TokenTable<>();
    private final RestEnds<T> ends;
    private long issued;

    SparseTokens(@Nullable TokenSpace<T> space, @Nullable SecureNumbers random, RestRule rest) {
        super(rest);
        this.space = space;
        this.random = random;
        this.ends = new RestEnds<>(rest, token -> {});
    }

    @Override
    @Nullable
    T issue(long now) {
        expire(now);
        if (space == null || tokens.size() == MOST) {
            return null;
        }
        T token = random == null ? next(space) : space.random(random);
        while (!tokens.addLive(token)) {
            // at worst every second token is in use
            token = random == null ? next(space) : space.random(random);
        }
        return token;
    }

    private T next(TokenSpace<T> ordered) {
        if (ordered.bits < Long.SIZE ? ++issued >>> ordered.bits != 0 : ++issued == 0) {
            issued = 1;
        }
        return ordered.token(issued);
    }

    @Override
    boolean take(T token, long now) {
        expire(now);
        return tokens.size() < MOST && tokens.addLive(token);
    }

    @Override
    @Nullable
    Rest answered(T token, long now) {
        expire(now);
        return tokens.remove(token);
    }

    @Override
    @Nullable
    Rest answeredLate(T token, long now, int came) {
        expire(now);
        return tokens.answered(token, came);
    }

    @Override
    void gaveUp(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        expire(now);
        if (rest.isGone(now, asked)) {
            if (tokens.find(token) == null) {
                tokens.remove(token);
            }
            return;
        }
        tokens.rest(token, now, attachment, asked, owed);
        // no rest at all is over at once
        expire(now);
    }

    @Override
    @Nullable
    Rest resting(T token, long now) {
        expire(now);
        return tokens.find(token);
    }

    @Override
    int live() {
        return tokens.live();
    }

    @Override
    Rests<?> rests() {
        return tokens;
    }

    @Override
    void expire(long now) {
        ends.end(tokens, now);
    }
}
