package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Issued tokens of a small space: a bit set says which are free, and only resting tokens take more memory than two
 * bits.
 *
 * <p>A few resting tokens are kept in a table, many in arrays with a place for each: 2^16 resting tokens of 16 bits
 * take less than a mebibyte in all.
 */
final class NumberedTokens<T> extends IssuedTokens<T> {

    private final TokenSpace<T> space;

    /** Draws the tokens; null to issue in sequence. */
    private final @Nullable SecureNumbers random;

    private final FreeNumbers numbers;

    /** A table until more than {@link #mostInTable} tokens rest. */
    private Rests<Integer> rests = new TokenTable<>();

    private final int mostInTable;
    private final RestEnds<Integer> ends;

    NumberedTokens(TokenSpace<T> space, @Nullable SecureNumbers random, RestRule rest) {
        super(rest);
        this.space = space;
        this.random = random;
        this.numbers = new FreeNumbers(space.bits);
        this.ends = new RestEnds<>(rest, numbers::free);
        this.mostInTable = space.bits > NumberRests.MOST_BITS ? Integer.MAX_VALUE : (1 << space.bits) / 16;
    }

    @Override
    @Nullable
    T issue(long now) {
        expire(now);
        int number = random == null ? numbers.takeNext() : numbers.takeRandom(random);
        if (number == FreeNumbers.NONE) {
            return null;
        }
        T token = null;
        try {
            token = space.token(number);
            return token;
        } finally {
            if (token == null) {
                // token() has run out of memory
                numbers.free(number);
            }
        }
    }

    @Override
    boolean take(T token, long now) {
        expire(now);
        int number = space.number(token);
        return number == TokenSpace.NONE || numbers.take(number);
    }

    @Override
    @Nullable
    Rest answered(T token, long now) {
        expire(now);
        int number = space.number(token);
        if (number == TokenSpace.NONE || !numbers.isInUse(number)) {
            return null;
        }
        Rest rest = rests.resting() == 0 ? null : rests.remove(number);
        numbers.free(number);
        return rest;
    }

    @Override
    @Nullable
    Rest answeredLate(T token, long now, int came) {
        expire(now);
        int number = space.number(token);
        Rest rest = number == TokenSpace.NONE ? null : rests.answered(number, came);
        if (rest != null && rest.owed() == 0) {
            numbers.free(number);
        }
        return rest;
    }

    @Override
    void gaveUp(T token, long now, @Nullable Object attachment, Carriers.@Nullable Load asked, int owed) {
        expire(now);
        int number = space.number(token);
        if (number == TokenSpace.NONE || !numbers.isInUse(number) || rests.find(number) != null) {
            return;
        }
        if (rest.isGone(now, asked)) {
            numbers.free(number);
            return;
        }
        if (rests.resting() == mostInTable && rests instanceof TokenTable<Integer> table) {
            var places = new NumberRests(space.bits);
            table.copyTo(places);
            rests = places;
        }
        rests.add(number, now, attachment, asked, owed);
        // no rest at all is over at once
        expire(now);
    }

    @Override
    @Nullable
    Rest resting(T token, long now) {
        expire(now);
        int number = space.number(token);
        return number == TokenSpace.NONE ? null : rests.find(number);
    }

    @Override
    int live() {
        return numbers.inUse() - rests.resting();
    }

    @Override
    Rests<?> rests() {
        return rests;
    }

    @Override
    void expire(long now) {
        ends.end(rests, now);
    }
}
