package io.github.exitleft;

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

    private CallOptions(@Nullable Predicate<? super M> check, @Nullable Duration timeout, Resends resends) {
        this.check = check;
        this.timeout = timeout;
        this.resends = resends;
    }

    /**
     * Returns options without a check, with the stage's default timeout, and without resends.
     *
     * @param <M> messages
     * @return the defaults
     */
    public static <M> CallOptions<M> defaults() {
        return new CallOptions<>(null, null, Resends.none());
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
        return new CallOptions<>(Objects.requireNonNull(check, "'check' must not be null"), null, Resends.none());
    }

    /**
     * Returns options with another timeout.
     *
     * @param timeout how long to wait for the answer at most, resends included; zero or less looks without waiting
     * @return options like these
     */
    public CallOptions<M> timeout(Duration timeout) {
        return new CallOptions<>(check, Objects.requireNonNull(timeout, "'timeout' must not be null"), resends);
    }

    /**
     * Returns options with another schedule of resends.
     *
     * @param resends when to send again; the token stays the same, so an answer to any of the requests will do
     * @return options like these
     */
    public CallOptions<M> resend(Resends resends) {
        return new CallOptions<>(check, timeout, Objects.requireNonNull(resends, "'resends' must not be null"));
    }
}
