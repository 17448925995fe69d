package io.github.exitleft;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Memories of issued tokens, as stages make them. */
final class TokenFixture {

    private TokenFixture() {}

    /** Does with expected rests what {@link Rests#answered} does. */
    static <T> @Nullable Rest answer(Map<T, Rest> expected, T token, int came) {
        Rest left = expected.computeIfPresent(
                token, (same, rest) -> new Rest(rest.since(), rest.attachment(), Math.max(0, rest.owed() - came)));
        if (left != null && left.owed() == 0) {
            expected.remove(token);
        }
        return left;
    }

    static <T> IssuedTokens<T> random(Class<T> type, int bits, Duration rest, SecureNumbers random) {
        return IssuedTokens.of(TokenSpace.of(type, bits), random, RestRule.of(rest));
    }

    static <T> IssuedTokens<T> sequence(Class<T> type, int bits, Duration rest) {
        return IssuedTokens.of(TokenSpace.of(type, bits).requireOrdered(type), null, RestRule.of(rest));
    }
}
