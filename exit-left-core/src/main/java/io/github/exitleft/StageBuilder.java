package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * Builds a {@link Stage}.
 *
 * @param <T> tokens
 * @param <M> messages
 */
public final class StageBuilder<T, M> {

    final StageSettings<T, M> settings;

    StageBuilder(String name, Class<T> tokenType, Source<M> source, TokenReader<? extends T, ? super M> reader) {
        this.settings = new StageSettings<>(name, tokenType, source, reader);
    }

    /**
     * Sets how long {@code call} and {@code await} wait unless told otherwise; 3 s unless set.
     *
     * @param defaultTimeout how long; positive
     * @return this builder
     */
    public StageBuilder<T, M> defaultTimeout(Duration defaultTimeout) {
        if (defaultTimeout.isNegative() || defaultTimeout.isZero()) {
            throw new IllegalArgumentException("'defaultTimeout' must be positive, but is " + defaultTimeout);
        }
        settings.defaultTimeout = defaultTimeout;
        return this;
    }

    /**
     * Sets who heads next; {@link Promotion#NEWEST} unless set.
     *
     * @param promotion the policy
     * @return this builder
     */
    public StageBuilder<T, M> promotion(Promotion promotion) {
        settings.promotion = Objects.requireNonNull(promotion, "'promotion' must not be null");
        return this;
    }

    /**
     * Sets how many messages that are there already a leaving head may route, none of them waited for; 32 unless set.
     *
     * @param drain zero or more
     * @return this builder
     */
    public StageBuilder<T, M> drain(int drain) {
        if (drain < 0) {
            throw new IllegalArgumentException("'drain' must not be negative, but is " + drain);
        }
        settings.drain = drain;
        return this;
    }

    /**
     * Sets how many live tickets there may be; 10,000 unless set.
     *
     * @param maxTickets at least 1
     * @return this builder
     */
    public StageBuilder<T, M> maxTickets(int maxTickets) {
        settings.maxTickets = atLeastOne(maxTickets, "maxTickets");
        return this;
    }

    /**
     * Sets how many messages a ticket's mailbox holds, and what happens to one more; 16, and the newest is dropped, unless
     * set.
     *
     * @param capacity at least 1
     * @param overflow which message is dropped
     * @return this builder
     */
    public StageBuilder<T, M> mailbox(int capacity, Overflow overflow) {
        settings.mailboxCapacity = atLeastOne(capacity, "capacity");
        settings.overflow = Objects.requireNonNull(overflow, "'overflow' must not be null");
        return this;
    }

    /**
     * Sets whether others read the same messages, as where several instances of an application share a topic for their
     * replies; false unless set. What nobody has asked for here counts as {@linkplain MessageOutcome#FOREIGN foreign} then
     * and not as unknown, since another has.
     *
     * @param shared whether they do
     * @return this builder
     */
    public StageBuilder<T, M> shared(boolean shared) {
        settings.shared = shared;
        return this;
    }

    /**
     * Sets whether a background thread reads the source while no caller does; what the {@linkplain Source#preferredKeeper()
     * source prefers} unless set.
     *
     * @param keeper when it does
     * @return this builder
     * @see Stage#keeper(Keeper)
     */
    public StageBuilder<T, M> keeper(Keeper keeper) {
        settings.keeper = Objects.requireNonNull(keeper, "'keeper' must not be null");
        return this;
    }

    /**
     * Sets after how long without a reader an {@linkplain Keeper#IDLE idle} keeper reads; 100 ms unless set.
     *
     * @param keeperIdle from a millisecond to an hour
     * @return this builder
     */
    public StageBuilder<T, M> keeperIdle(Duration keeperIdle) {
        if (keeperIdle.compareTo(Duration.ofMillis(1)) < 0 || keeperIdle.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("'keeperIdle' must be from 1 ms to an hour, but is " + keeperIdle);
        }
        settings.keeperIdle = keeperIdle;
        return this;
    }

    /**
     * Sets what brings a failed source back; {@link OnFailure#REOPEN} unless set.
     *
     * @param onFailure who tries again, and when
     * @return this builder
     */
    public StageBuilder<T, M> onFailure(OnFailure onFailure) {
        settings.onFailure = Objects.requireNonNull(onFailure, "'onFailure' must not be null");
        return this;
    }

    /**
     * Sets what completes the futures of {@link Stage#callAsync(Object, Sender) callAsync}, sends again for them, and hands on the
     * messages of {@linkplain Stage#messages(Object) streams}; what {@link java.util.concurrent.CompletableFuture} uses by default, most
     * often the common pool, unless set. With {@code Runnable::run} all that is done by the thread that brings it about, most often the
     * head, where waiting is refused and others are kept from their messages.
     *
     * <p>Futures end whatever it does. What it refuses, and what it has not begun 20 ms after the deadline of a call, a failure of the
     * source or a close, is done by a thread of the library's own.
     *
     * @param executor runs what it is given, in any order
     * @return this builder
     */
    public StageBuilder<T, M> executor(Executor executor) {
        settings.executor = Objects.requireNonNull(executor, "'executor' must not be null");
        return this;
    }

    /**
     * Sets what captures the context of the thread that calls {@link Stage#callAsync(Object, Sender) callAsync} or subscribes to a
     * {@linkplain Stage#messages(Object) stream}: completions, resends and a subscriber's methods then run in that; nothing is captured
     * unless set. The work is given to the executor by the thread that reads, so an executor that hands on the context of the thread
     * that submits would hand on that of another request; what is captured here is restored inside.
     *
     * @param context captures a thread's context
     * @return this builder
     */
    public StageBuilder<T, M> context(ContextCapture context) {
        settings.context = Objects.requireNonNull(context, "'context' must not be null");
        return this;
    }

    /**
     * Sets what tells answers that are errors from the others; none unless set. What the {@linkplain Source#errorOf source}
     * says of a message comes first.
     *
     * @param classifier gives the exception for a reply that is an error
     * @return this builder
     */
    public StageBuilder<T, M> classifier(ReplyClassifier<? super M> classifier) {
        settings.classifier = Objects.requireNonNull(classifier, "'classifier' must not be null");
        return this;
    }

    /** For tests: what keeps the time of asynchronous calls. */
    StageBuilder<T, M> timer(Timer timer) {
        settings.timer = timer;
        return this;
    }

    /** For tests and checkers: what they set beneath. */
    StageBuilder<T, M> seam(UnaryOperator<BareStageBuilder<T, Source<M>, Void>> seam) {
        settings.seam = seam;
        return this;
    }

    /**
     * Builds the stage, which owns its source from now on.
     *
     * @return a new stage
     */
    public Stage<T, M> build() {
        var parts = new StageParts<>(settings);
        var stage = new Stage<>(parts, settings.tokenType, settings.source);
        parts.keeper.lookUp(); // which begins, if there is to be one
        return stage;
    }

    private static int atLeastOne(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("'" + name + "' must be at least 1, but is " + value);
        }
        return value;
    }
}
