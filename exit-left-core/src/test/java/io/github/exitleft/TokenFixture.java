package io.github.exitleft;

import java.time.Duration;

/** Memories of issued tokens, as stages make them. */
final class TokenFixture {

    private TokenFixture() {}

    static <T> IssuedTokens<T> random(Class<T> type, int bits, Duration rest, SecureNumbers random) {
        return IssuedTokens.of(TokenSpace.of(type, bits), random, RestRule.of(rest));
    }

    static <T> IssuedTokens<T> sequence(Class<T> type, int bits, Duration rest) {
        return IssuedTokens.of(TokenSpace.of(type, bits).requireOrdered(type), null, RestRule.of(rest));
    }
}
