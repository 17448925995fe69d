package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to issue a stage's tokens; makes each kind of {@link TokenSupply}.
 *
 * @param stage the stage's name
 * @param rest how long a token rests
 * @param refusal returns why no caller may wait for a token now; null if callers may
 */
record IssuingSetup<T>(
        String stage,
        RestRule rest,
        Parking parking,
        Timer timer,
        Supplier<? extends @Nullable RuntimeException> refusal) {

    /** How many peers may have ids in use. */
    private static final int MOST_PEERS = 65_536;

    /** For how long a peer's sequence of ids goes on that has none in use. */
    private static final Duration LINGER = Duration.ofMinutes(1);

    TokenSupply<T> ofStage(TokenSpace<T> space, boolean random) {
        return StageTokens.of(issuing(IssuedTokens.of(space, random ? new SecureNumbers() : null, rest)), space);
    }

    TokenSupply<T> by(TokenIssuer<? extends T> issuer) {
        return StageTokens.by(new OwnIssuer<>(stage, issuer), issuing(IssuedTokens.taken(rest)));
    }

    <I> PeerTokens<I> ofPeers(TokenSpace<I> space, boolean random) {
        // one for all peers, since one lock guards them all
        SecureNumbers numbers = random ? new SecureNumbers() : null;
        return new PeerTokens<>(
                new ScopedIssuing<>(
                        () -> IssuedTokens.of(space, numbers, rest), LINGER, MOST_PEERS, parking, timer, refusal),
                space);
    }

    private Issuing<T> issuing(IssuedTokens<T> tokens) {
        return new Issuing<>(new ReentrantLock(), tokens, parking, timer, refusal);
    }
}
