package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Reuse;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties.Tokens;
import java.net.SocketAddress;

/** Checks the keys below {@code tokens}. */
final class StageTokens {

    private static final String REST = "tokens.rest";
    private static final String REUSE = "tokens.reuse";

    private final StageKeys keys;
    private final Tokens tokens;
    private final Class<?> type;

    /**
     * Creates a check.
     *
     * @param type the type of the stage's tokens
     */
    StageTokens(StageKeys keys, Tokens tokens, Class<?> type) {
        this.keys = keys;
        this.tokens = tokens;
        this.type = type;
    }

    /** Reports the first mistake. */
    void check() {
        if (this.tokens.rest().isNegative()) {
            throw this.keys.problem(
                    REST,
                    "must not be negative, but is " + this.tokens.rest(),
                    "Set it to a duration such as 60s, or to 0s for no rest.");
        }
        if (!this.keys.isSet(REST)) {
            return;
        }
        if (this.tokens.reuse() == Reuse.ALLOW) {
            throw this.keys.problem(
                    REST,
                    "no token rests, since " + this.keys.key(REUSE) + " is allow (origin: " + this.keys.origin(REUSE)
                            + ")",
                    "Remove one of the two.");
        }
        if (this.tokens.reuse() == null && SocketAddress.class.isAssignableFrom(this.type)) {
            throw this.keys.problem(
                    REST,
                    "no token rests, since it is a sender's address, which is used again for each question",
                    "Set " + this.keys.key(REUSE) + "=refuse, or remove it.");
        }
    }
}
