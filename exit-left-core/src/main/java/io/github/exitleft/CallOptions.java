package io.github.exitleft;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Options of a call: check, timeout and resends; immutable.
 *
 * @param <M> messages
 */
public final class CallOptions<M> {

    final @Nullable Predicate<? super M> check;
    final @Nullable Duration timeout;
    final Resends resends;

    final @Nullable InetSocketAddress peer;

    private CallOptions(
            @Nullable Predicate<? super M> check,
            @Nullable Duration timeout,
            Resends resends,
            @Nullable InetSocketAddress peer) {
        this.check = check;
        this.timeout = timeout;
        this.resends = resends;
        this.peer = peer;
    }

    /**
     * Returns options without a check, with the stage's default timeout, and without resends.
     *
     * @param <M> messages
     * @return the defaults
     */
    public static <M> CallOptions<M> defaults() {
        return new CallOptions<>(null, null, Resends.none(), null);
    }

    /**
     * Returns the defaults with a check.
     *
     * @param <M> messages
     * @param check what an answer must pass, run by the head; one that fails counts as {@linkplain
     *     MessageOutcome#FOREIGN foreign} and the wait goes on
     * @return the options
     */
    public static <M> CallOptions<M> checked(Predicate<? super M> check) {
        return new CallOptions<>(Objects.requireNonNull(check, "'check' must not be null"), null, Resends.none(), null);
    }

    /**
     * Returns options with another timeout.
     *
     * @param timeout how long to wait for the answer at most, resends included; zero or less looks without waiting
     * @return options like these
     */
    public CallOptions<M> timeout(Duration timeout) {
        return new CallOptions<>(check, Objects.requireNonNull(timeout, "'timeout' must not be null"), resends, peer);
    }

    /**
     * Returns options with another schedule of resends.
     *
     * @param resends when to send again; the token stays the same, so an answer to any of the requests will do
     * @return options like these
     */
    public CallOptions<M> resend(Resends resends) {
        return new CallOptions<>(check, timeout, Objects.requireNonNull(resends, "'resends' must not be null"), peer);
    }

    /**
     * Returns options with a peer, for which the stage issues the id of a {@link PeerToken}.
     *
     * @param peer the address that the peer sends from
     * @return options like these
     * @see StageBuilder#issueRandom(Class, int)
     */
    public CallOptions<M> peer(InetSocketAddress peer) {
        return new CallOptions<>(check, timeout, resends, Objects.requireNonNull(peer, "'peer' must not be null"));
    }
}
