package io.github.exitleft;

import io.github.exitleft.internal.StageTime;
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

    static {
        StageTime.install((builder, time) -> SteeredTime.steer(((StageBuilder<?, ?>) builder).settings, time));
    }

    final StageSettings<T, M> settings;

    StageBuilder(String name, Class<T> tokenType, Source<M> source, TokenReader<? extends T, ? super M> reader) {
        this.settings = new StageSettings<>(name, tokenType, source, reader);
    }

    /**
     * Sets how long {@code call} and {@code await} wait unless they have a timeout of their own; 3 s unless set.
     *
     * @param defaultTimeout the timeout; positive
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public StageBuilder<T, M> defaultTimeout(Duration defaultTimeout) {
        if (defaultTimeout.isNegative() || defaultTimeout.isZero()) {
            throw new IllegalArgumentException("'defaultTimeout' must be positive, but is " + defaultTimeout);
        }
        settings.defaultTimeout = defaultTimeout;
        return this;
    }

    /**
     * Sets which waiter becomes the next head; {@link Promotion#NEWEST} unless set.
     *
     * @param promotion the policy
     * @return this builder
     */
    public StageBuilder<T, M> promotion(Promotion promotion) {
        settings.promotion = Objects.requireNonNull(promotion, "'promotion' must not be null");
        return this;
    }

    /**
     * Sets how many messages a leaving head may still route, of those that can be read without waiting; 32 unless set.
     *
     * @param drain how many messages; zero or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public StageBuilder<T, M> drain(int drain) {
        if (drain < 0) {
            throw new IllegalArgumentException("'drain' must not be negative, but is " + drain);
        }
        settings.drain = drain;
        return this;
    }

    /**
     * Sets how many live tickets the stage may have; 10,000 unless set.
     *
     * @param maxTickets how many tickets; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public StageBuilder<T, M> maxTickets(int maxTickets) {
        settings.maxTickets = atLeastOne(maxTickets, "maxTickets");
        return this;
    }

    /**
     * Sets how many messages a ticket's mailbox holds, and which message is dropped when it is full; 16 and {@link
     * Overflow#DROP_NEWEST} unless set.
     *
     * @param capacity how many messages; at least 1
     * @param overflow which message is dropped
     * @return this builder
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public StageBuilder<T, M> mailbox(int capacity, Overflow overflow) {
        settings.mailboxCapacity = atLeastOne(capacity, "capacity");
        settings.overflow = Objects.requireNonNull(overflow, "'overflow' must not be null");
        return this;
    }

    /**
     * Sets whether others read the same messages, such as more instances of an application that share a topic for their
     * replies; false unless set.
     *
     * <p>A message whose token was never asked for here then counts as {@linkplain MessageOutcome#FOREIGN foreign} and
     * not as {@linkplain MessageOutcome#UNKNOWN unknown}, since it answers another instance.
     *
     * @param shared whether others read the same messages
     * @return this builder
     */
    public StageBuilder<T, M> shared(boolean shared) {
        settings.shared = shared;
        return this;
    }

    /**
     * Sets whether a token may be used again while an answer to its last question may still come; {@link Reuse#REFUSE}
     * unless set, or {@link Reuse#ALLOW} where tokens are of type {@link java.net.SocketAddress}.
     *
     * @param reuse whether it may
     * @return this builder
     * @see #rest(Duration)
     */
    public StageBuilder<T, M> reuse(Reuse reuse) {
        settings.reuse = Objects.requireNonNull(reuse, "'reuse' must not be null");
        return this;
    }

    /**
     * Sets how long a token rests whose question ended without its answer, unless the answer comes before; 60 s unless
     * set.
     *
     * <p>A resting token is refused with a {@link TokenInUseException}. Of the tokens that callers bring, the 8,192 that
     * began to rest last are known. A call that could not send lets its token go at once, as do streams.
     *
     * @param rest how long; zero for not at all
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     * @see #reuse(Reuse)
     */
    public StageBuilder<T, M> rest(Duration rest) {
        if (rest.isNegative()) {
            throw new IllegalArgumentException("'rest' must not be negative, but is " + rest);
        }
        settings.rest = rest;
        settings.restUntilAnswered = 0;
        return this;
    }

    /**
     * Lets a token whose question ended without its answer rest until that has come, or can't come any more since the source has
     * another connection.
     *
     * @param most how many may rest; when more do, or more than half of those that can be issued, the source is asked to
     *     {@linkplain Source#renew renew} its connection
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1, or the source can't tell when an answer can't come any more
     */
    public StageBuilder<T, M> restUntilAnswered(int most) {
        settings.requireRestUntilAnswered(most);
        settings.restUntilAnswered = most;
        return this;
    }

    /**
     * Lets the stage issue the tokens of questions, at random so that they can't be guessed; none are issued unless set.
     *
     * <p>A token is never issued while it is live or rests. Tokens may be {@code Short}, {@code Integer}, {@code Long},
     * {@code UUID} (122 bits), or {@code String} (hexadecimal digits of four bits each). For tokens of type {@link
     * PeerToken} use {@link #issueRandom(Class, int)}.
     *
     * @param bits how many bits a token has
     * @return this builder
     * @see Stage#call(IssuedSender)
     */
    public StageBuilder<T, M> issueRandom(int bits) {
        TokenSpace<T> space = space(bits);
        settings.issuing = setup -> setup.ofStage(space, true);
        return this;
    }

    /**
     * Lets the stage issue the tokens of questions, one after the other from 1 on; none are issued unless set.
     *
     * <p>Where strangers can reach the source use {@link #issueRandom(int)}: the next token can be guessed. Tokens may be
     * {@code Short}, {@code Integer} or {@code Long}.
     *
     * @param bits how many bits a token has
     * @return this builder
     * @see Stage#call(IssuedSender)
     */
    public StageBuilder<T, M> issueSequence(int bits) {
        TokenSpace<T> space = space(bits).requireOrdered(settings.tokenType);
        settings.issuing = setup -> setup.ofStage(space, false);
        return this;
    }

    private TokenSpace<T> space(int bits) {
        if (settings.tokenType == (Class<?>) PeerToken.class) {
            throw new IllegalArgumentException("tokens of type " + PeerToken.class.getName()
                    + " have ids of a type of their own; name it: issueRandom(Integer.class, " + bits + ")");
        }
        return TokenSpace.of(settings.tokenType, bits);
    }

    /**
     * Lets the stage issue the ids of {@link PeerToken}s at random, for each peer apart: ids of one peer don't exclude
     * those of another. Calls name their peer by {@link CallOptions#peer}.
     *
     * @param <I> ids
     * @param ids the type of the ids
     * @param bits how many bits an id has
     * @return this builder
     * @throws IllegalArgumentException if there are no such ids, or tokens are not of type {@code PeerToken}
     */
    public <I> StageBuilder<T, M> issueRandom(Class<I> ids, int bits) {
        return issuePeers(TokenSpace.of(ids, bits), true);
    }

    /**
     * Does what {@link #issueRandom(Class, int)} does, in sequence.
     *
     * @param <I> ids
     * @param ids the type of the ids
     * @param bits how many bits an id has
     * @return this builder
     */
    public <I> StageBuilder<T, M> issueSequence(Class<I> ids, int bits) {
        return issuePeers(TokenSpace.of(ids, bits).requireOrdered(ids), false);
    }

    @SuppressWarnings("unchecked") // tokens are of that type
    private <I> StageBuilder<T, M> issuePeers(TokenSpace<I> space, boolean random) {
        if (settings.tokenType != (Class<?>) PeerToken.class) {
            throw new IllegalArgumentException("ids are issued for each peer where tokens are of type "
                    + PeerToken.class.getName() + ", but they are of type " + settings.tokenType.getName());
        }
        settings.issuing = setup -> (TokenSupply<T>) setup.ofPeers(space, random);
        return this;
    }

    /**
     * Lets the stage issue tokens that an issuer of your own makes; none are issued unless set.
     *
     * @param issuer makes candidates, of which those that are live or rest are skipped
     * @return this builder
     * @see Stage#call(IssuedSender)
     */
    public StageBuilder<T, M> issuer(TokenIssuer<? extends T> issuer) {
        Objects.requireNonNull(issuer, "'issuer' must not be null");
        settings.issuing = setup -> setup.by(issuer);
        return this;
    }

    /**
     * Sets how many questions may be out at once; any number unless set.
     *
     * <p>A call that finds the window full waits for a place, in order and within its timeout, before it takes a ticket and
     * sends. An asynchronous call waits without a thread. A ticket has a place until it is closed; a stream has none.
     *
     * @param window how many; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     * @see #windowWait(Duration)
     */
    public StageBuilder<T, M> window(int window) {
        settings.window = atLeastOne(window, "window");
        return this;
    }

    /**
     * Sets how long a call waits for a place in the {@linkplain #window window} at most; as long as its timeout unless
     * set. That wait is part of the call's timeout.
     *
     * @param windowWait how long; zero for calls that don't wait
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public StageBuilder<T, M> windowWait(Duration windowWait) {
        if (windowWait.isNegative()) {
            throw new IllegalArgumentException("'windowWait' must not be negative, but is " + windowWait);
        }
        settings.windowWait = windowWait;
        return this;
    }

    /**
     * Sets when a background thread reads the source; what the {@linkplain Source#preferredKeeper() source prefers}
     * unless set.
     *
     * @param keeper when it reads
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
     * @param keeperIdle how long; from 1 ms to 1 hour
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public StageBuilder<T, M> keeperIdle(Duration keeperIdle) {
        if (keeperIdle.compareTo(Duration.ofMillis(1)) < 0 || keeperIdle.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("'keeperIdle' must be from 1 ms to an hour, but is " + keeperIdle);
        }
        settings.keeperIdle = keeperIdle;
        return this;
    }

    /**
     * Sets what reopens a failed source; {@link OnFailure#REOPEN} unless set.
     *
     * @param onFailure what tries again, and when
     * @return this builder
     */
    public StageBuilder<T, M> onFailure(OnFailure onFailure) {
        settings.onFailure = Objects.requireNonNull(onFailure, "'onFailure' must not be null");
        return this;
    }

    /**
     * Sets the pauses of {@link OnFailure#REOPEN} between attempts to reopen a failed source, and to restore one of several
     * connections: the first, and each further one twice as long, up to the longest; 100 ms and 10 s unless set.
     *
     * <p>Callers do not wait for them: they try a failed source at most once a second, whatever is set.
     *
     * @param first the first pause; from 1 ms to 1 hour
     * @param longest the longest pause; from the first to 1 hour
     * @return this builder
     * @throws IllegalArgumentException if one is out of its range
     */
    public StageBuilder<T, M> reopenPauses(Duration first, Duration longest) {
        settings.reopenPauses = ReopenPauses.of(first, longest);
        return this;
    }

    /**
     * Sets the executor for the work of {@link Stage#callAsync(Object, Sender) callAsync} and {@linkplain
     * Stage#messages(Object) streams}; unless set, the default of {@link java.util.concurrent.CompletableFuture}, most
     * often the common pool.
     *
     * <p>It completes futures, sends again for them, and passes messages to subscribers. With {@code Runnable::run} all
     * this runs on the thread that causes it, most often the head, where waiting is refused and delays the messages of
     * other callers.
     *
     * <p>Futures end whatever the executor does. What it rejects, and what it has not begun 20 ms after a call's
     * deadline, a failure of the source or a close, runs on a thread of the library.
     *
     * <p>It also runs the {@linkplain #events event handler}, which even {@code Runnable::run} does not put on the thread
     * that reads.
     *
     * @param executor runs what it is given, in any order
     * @return this builder
     */
    public StageBuilder<T, M> executor(Executor executor) {
        settings.executor = Objects.requireNonNull(executor, "'executor' must not be null");
        return this;
    }

    /**
     * Sets what captures the context of a thread that calls {@link Stage#callAsync(Object, Sender) callAsync} or
     * subscribes to a {@linkplain Stage#messages(Object) stream}; nothing is captured unless set.
     *
     * <p>Completions, resends and a subscriber's methods run in the captured context. The executor alone cannot do
     * this: the thread that reads submits the work, so an executor that hands on the submitter's context would hand on
     * that of another request. The captured context is restored inside.
     *
     * @param context captures a thread's context
     * @return this builder
     */
    public StageBuilder<T, M> context(ContextCapture context) {
        settings.context = Objects.requireNonNull(context, "'context' must not be null");
        return this;
    }

    /**
     * Sets what tells answers that are errors from other answers; none unless set. An error that the {@linkplain
     * Source#errorOf source} finds in a message takes precedence.
     *
     * @param classifier returns the exception for an answer that is an error
     * @return this builder
     */
    public StageBuilder<T, M> classifier(ReplyClassifier<? super M> classifier) {
        settings.classifier = Objects.requireNonNull(classifier, "'classifier' must not be null");
        return this;
    }

    /**
     * Sets what is handed the events of the source, the messages that are for no caller as the {@linkplain
     * TokenReader#isEvent token reader} says; unless set, they are only counted.
     *
     * <p>Up to 1,024 events wait for the handler. A further one counts as {@linkplain MessageOutcome#OVERFLOW overflow},
     * and one that has not been handed on when the stage is closed as {@linkplain MessageOutcome#ABANDONED abandoned}.
     *
     * @param handler runs on the {@linkplain #executor executor}, never on the thread that reads
     * @return this builder
     */
    public StageBuilder<T, M> events(EventHandler<? super M> handler) {
        settings.events = Objects.requireNonNull(handler, "'handler' must not be null");
        return this;
    }

    /** Sets what keeps the time of asynchronous calls; for tests. */
    StageBuilder<T, M> timer(Timer timer) {
        settings.timer = timer;
        return this;
    }

    /** Changes the builder of the primitive beneath; for tests and checkers. */
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
