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
     * No check, the stage's default timeout, no resends.
     *
     * @param <M> messages
     * @return the defaults
     */
    public static <M> CallOptions<M> defaults() {
        return new CallOptions<>(null, null, Resends.none());
    }

    /**
     * The defaults with a check.
     *
     * @param <M> messages
     * @param check what an answer must pass in order to be believed; one that does not counts as foreign
     * @return the options
     */
    public static <M> CallOptions<M> checked(Predicate<? super M> check) {
        return new CallOptions<>(Objects.requireNonNull(check, "'check' must not be null"), null, Resends.none());
    }

    /**
     * Sets how long to wait for the answer, resends included.
     *
     * @param timeout how long; the stage's default unless set
     * @return options like these
     */
    public CallOptions<M> timeout(Duration timeout) {
        return new CallOptions<>(check, Objects.requireNonNull(timeout, "'timeout' must not be null"), resends);
    }

    /**
     * Sets when to send again.
     *
     * @param resends the schedule; the token stays the same, so an answer to any of the sends will do
     * @return options like these
     */
    public CallOptions<M> resend(Resends resends) {
        return new CallOptions<>(check, timeout, Objects.requireNonNull(resends, "'resends' must not be null"));
    }
}
