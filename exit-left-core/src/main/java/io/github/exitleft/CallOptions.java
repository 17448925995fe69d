package io.github.exitleft;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Options of a call: check, timeout, resends, an attachment, and what is done when the call is given up; immutable.
 *
 * @param <M> messages
 */
public final class CallOptions<M> {

    final @Nullable Predicate<? super M> check;
    final @Nullable Duration timeout;
    final Resends resends;
    final @Nullable Object attachment;
    final @Nullable Consumer<? super GiveUp> onGiveUp;
    final @Nullable InetSocketAddress peer;

    /** What is told of the call that has these options; null if that is not observed. */
    final @Nullable Observed observed;

    private CallOptions(
            @Nullable Predicate<? super M> check,
            @Nullable Duration timeout,
            Resends resends,
            @Nullable Object attachment,
            @Nullable Consumer<? super GiveUp> onGiveUp,
            @Nullable InetSocketAddress peer) {
        this.check = check;
        this.timeout = timeout;
        this.resends = resends;
        this.attachment = attachment;
        this.onGiveUp = onGiveUp;
        this.peer = peer;
        this.observed = null;
    }

    private CallOptions(CallOptions<M> options, Observed observed) {
        this.check = options.check;
        this.timeout = options.timeout;
        this.resends = options.resends;
        this.attachment = options.attachment;
        this.onGiveUp = options.onGiveUp;
        this.peer = options.peer;
        this.observed = observed;
    }

    /**
     * Returns options without a check, with the stage's default timeout, and without resends.
     *
     * @param <M> messages
     * @return the defaults
     */
    public static <M> CallOptions<M> defaults() {
        return new CallOptions<>(null, null, Resends.none(), null, null, null);
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
        return new CallOptions<>(
                Objects.requireNonNull(check, "'check' must not be null"), null, Resends.none(), null, null, null);
    }

    /**
     * Returns options with another timeout.
     *
     * @param timeout how long to wait for the answer at most, resends included; zero or less looks without waiting
     * @return options like these
     */
    public CallOptions<M> timeout(Duration timeout) {
        return new CallOptions<>(
                check,
                Objects.requireNonNull(timeout, "'timeout' must not be null"),
                resends,
                attachment,
                onGiveUp,
                peer);
    }

    /**
     * Returns options with another schedule of resends.
     *
     * @param resends when to send again; the token stays the same, so an answer to any of the requests will do
     * @return options like these
     */
    public CallOptions<M> resend(Resends resends) {
        return new CallOptions<>(
                check,
                timeout,
                Objects.requireNonNull(resends, "'resends' must not be null"),
                attachment,
                onGiveUp,
                peer);
    }

    /**
     * Returns options with an attachment, such as the request: a late answer comes with it to {@link
     * StageListener#unclaimed}.
     *
     * <p>It is kept while the question is open. After a wait that ended without an answer it is kept for as long as the
     * token is remembered: at most a minute, and with at most 8,192 tokens of the stage. A question that was answered
     * keeps nothing.
     *
     * @param attachment what {@link Unclaimed#attachment()} returns for messages of this question
     * @return options like these
     */
    public CallOptions<M> attachment(Object attachment) {
        return new CallOptions<>(
                check,
                timeout,
                resends,
                Objects.requireNonNull(attachment, "'attachment' must not be null"),
                onGiveUp,
                peer);
    }

    /**
     * Returns options with a hook that runs when the question is given up, for example to send a message that cancels
     * it.
     *
     * <p>It runs exactly once if the request was sent and its answer did not come: after a timeout, an interrupt, a
     * cancelled future, a failure of the source, or the close of the stage. It never runs after an answer, also one that
     * is an error, nor if sending failed, also later. By then the token has been given back.
     *
     * <p>For {@code call} it runs on the caller's own thread, before the exception is thrown. It may wait, also on this
     * stage, but the exception waits for it. For {@code callAsync} it runs in the {@linkplain StageBuilder#context
     * context} of the caller on the stage's {@linkplain StageBuilder#executor executor}, or on a thread of the library
     * if the executor rejects it or has not begun it after 20 ms; the future does not wait for it. What it throws is
     * counted, and changes nothing for the caller.
     *
     * @param onGiveUp is given the reason
     * @return options like these
     */
    public CallOptions<M> onGiveUp(Consumer<? super GiveUp> onGiveUp) {
        return new CallOptions<>(
                check,
                timeout,
                resends,
                attachment,
                Objects.requireNonNull(onGiveUp, "'onGiveUp' must not be null"),
                peer);
    }

    /**
     * Returns options with a peer, for which the stage issues the id of a {@link PeerToken}.
     *
     * @param peer the address that the peer sends from
     * @return options like these
     * @see StageBuilder#issueRandom(Class, int)
     */
    public CallOptions<M> peer(InetSocketAddress peer) {
        return new CallOptions<>(
                check, timeout, resends, attachment, onGiveUp, Objects.requireNonNull(peer, "'peer' must not be null"));
    }

    /** Whether they take a call that can do more than most. */
    boolean areTracked() {
        return attachment != null || onGiveUp != null || observed != null;
    }

    /** Returns these options for a call that is observed. */
    CallOptions<M> observed(Observed observed) {
        return new CallOptions<>(this, observed);
    }
}
