package io.github.exitleft;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks a user's issuer for tokens and names what is wrong with it. It runs foreign code, so no lock may be held. */
final class OwnIssuer<T> {

    /** How many candidates are asked for to get one token. */
    static final int TRIES = 16;

    private final String stage;
    private final TokenIssuer<? extends T> issuer;

    OwnIssuer(String stage, TokenIssuer<? extends T> issuer) {
        this.stage = stage;
        this.issuer = Objects.requireNonNull(issuer, "'issuer' must not be null");
    }

    /**
     * Issues a token.
     *
     * @param takes takes a candidate for the caller, under the lock of the tokens; returns false if it is live or
     *     resting
     * @throws IllegalStateException if the issuer throws, returns null, or only returns tokens that are in use
     */
    T issue(Predicate<? super T> takes) {
        @Nullable T last = null;
        for (int i = 0; i < TRIES; i++) {
            T candidate;
            try {
                candidate = issuer.issue();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                throw new IllegalStateException(name() + " failed: " + e, e);
            }
            if (candidate == null) {
                throw new IllegalStateException(
                        name() + " gave null; let it give a token, or throw what keeps it from that");
            }
            if (takes.test(candidate)) {
                return candidate;
            }
            last = candidate;
        }
        throw new IllegalStateException(
                name() + " gave " + TRIES + " tokens in a row that are in use, the last of them " + last
                        + "; draw them from more, or shorten the rest");
    }

    private String name() {
        return "token issuer " + issuer.getClass().getName() + " of stage '" + stage + "'";
    }
}
