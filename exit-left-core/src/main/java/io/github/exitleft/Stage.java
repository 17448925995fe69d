package io.github.exitleft;

import io.github.exitleft.internal.StageLife;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A way for many threads to wait for messages from one source that only one thread at a time may read.
 *
 * <p><b>Calls.</b> {@link #call(Object, Sender) call} sends a request and waits for the message with its token. It
 * takes a ticket before it sends, so no answer is lost, and closes the ticket afterwards. {@link CallOptions} add a
 * check on the answer, a timeout and a schedule of resends.
 *
 * {@snippet file="io/github/exitleft/examples/EchoClient.java" region="program"}
 *
 * <p><b>Tickets.</b> For several messages with one token, or several tokens on one thread, take {@linkplain #ticket
 * tickets}, send, and {@linkplain Ticket#await() await} them one after the other.
 *
 * {@snippet file="io/github/exitleft/examples/PartsClient.java" region="program"}
 *
 * <p><b>Futures and streams.</b> {@link #callAsync(Object, Sender) callAsync} returns a future of the answer, and
 * {@link #messages(Object) messages} publishes all messages of a token. Both need a {@linkplain Keeper keeper} to read
 * for them.
 *
 * {@snippet file="io/github/exitleft/examples/AsyncClient.java" region="program"}
 *
 * <p><b>Reading.</b> A stage without a keeper has no thread of its own. One of the waiting threads is the head: it
 * reads the source, keeps its own message, files the messages of other threads and wakes their owners. When it leaves,
 * another waiting thread is promoted.
 *
 * <p><b>Relatives.</b> For a resource that is not a source of messages use {@link BareStage}. If a client library for
 * your protocol does the multiplexing already, use that.
 *
 * <p><b>Memory consistency effects.</b> Actions in a thread before it gives a message to the source, and the head's
 * actions on that message, <i>happen-before</i> the return of the wait that delivers it.
 *
 * @param <T> tokens; immutable, with {@code equals} and {@code hashCode}
 * @param <M> messages
 */
public final class Stage<T, M> implements AutoCloseable {

    static {
        StageLife.install(stage -> new LifeOfStage(((Stage<?, ?>) stage).parts));
    }

    final StageParts<T, M> parts;
    private final Class<T> tokenType;
    private final Source<M> source;

    Stage(StageParts<T, M> parts, Class<T> tokenType, Source<M> source) {
        this.parts = parts;
        this.tokenType = tokenType;
        this.source = source;
    }

    /**
     * Returns a builder of a stage.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param name the stage's name in error messages, logs and metrics
     * @param tokenType the tokens' class, as shown to operators
     * @param source where messages come from; closed with the stage
     * @param reader finds the token of a message
     * @return a builder
     * @throws IllegalArgumentException if the tokens would be arrays, which are never equal
     */
    public static <T, M> StageBuilder<T, M> builder(
            String name, Class<T> tokenType, Source<M> source, TokenReader<? extends T, ? super M> reader) {
        return new StageBuilder<>(name, tokenType, source, reader);
    }

    /** {@return the stage's name} */
    public String name() {
        return parts.bare.name();
    }

    /** {@return the class of the stage's tokens} */
    public Class<T> tokenType() {
        return tokenType;
    }

    /** {@return how long a wait lasts unless it has a timeout of its own} */
    public Duration defaultTimeout() {
        return parts.defaultTimeout;
    }

    /**
     * Returns what any thread may use of the source, such as an object to send with.
     *
     * @param <W> the wanted type
     * @param type its class
     * @return the source's backdoor
     * @throws IllegalStateException if the source has no backdoor of that type
     */
    public <W> W backdoor(Class<W> type) {
        Object backdoor = source.backdoor();
        if (!type.isInstance(backdoor)) {
            throw new IllegalStateException("source of stage '" + name() + "' has no backdoor of type "
                    + type.getName() + "; it offers "
                    + (backdoor == null ? "none" : backdoor.getClass().getName()));
        }
        return type.cast(backdoor);
    }

    /**
     * Sends a request and waits for its answer, at most the {@linkplain #defaultTimeout() default timeout}.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param sender sends the request; runs after the ticket is taken, so that no answer is lost
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Sender<X> sender) throws X, InterruptedException {
        return ask(token, null, sender);
    }

    /**
     * Sends a request and waits for its answer, at most the default timeout; ends early if sending fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param sender sends the request and reports later whether that worked
     * @return the answer
     * @throws X if sending fails at once
     * @throws SendFailedException if sending fails later, before an answer comes
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, AsyncSender<X> sender) throws X, InterruptedException {
        return call(token, (Sender<X>) sender);
    }

    /**
     * Sends a request and waits for an answer that passes a check, at most the default timeout.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param check what an answer must pass, such as that it comes from the right address; run by the head
     * @param sender sends the request
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Predicate<? super M> check, Sender<X> sender)
            throws X, InterruptedException {
        Objects.requireNonNull(check, "'check' must not be null");
        return ask(token, check, sender);
    }

    /**
     * Sends a request and waits for an answer that passes a check, at most the default timeout; ends early if sending
     * fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param check what an answer must pass; run by the head
     * @param sender sends the request and reports later whether that worked
     * @return the answer
     * @throws X if sending fails at once
     * @throws SendFailedException if sending fails later, before an answer comes
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Predicate<? super M> check, AsyncSender<X> sender)
            throws X, InterruptedException {
        return call(token, check, (Sender<X>) sender);
    }

    /**
     * Sends a request and waits for its answer, with a check, a timeout and resends as the options say.
     *
     * @param <X> what sending throws
     * @param token the answer's token; if strangers can reach the source, use each token once and make it hard to guess
     * @param options check, timeout, resends and more
     * @param sender sends the request; runs after the ticket is taken, so that no answer is lost
     * @return the answer; a second one counts as {@linkplain MessageOutcome#DUPLICATE duplicate}
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes; if it was interrupted before
     *     the call, nothing is sent
     * @throws StageTimeoutException if no answer comes in time; its suppressed exceptions are those of failed resends
     * @throws ErrorReplyException if the answer is an error for which the {@linkplain StageBuilder#classifier
     *     classifier} gives a checked exception; an unchecked one is thrown as it is
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     */
    public <X extends Exception> M call(T token, CallOptions<? super M> options, Sender<X> sender)
            throws X, InterruptedException {
        Observed observed = observe(CallKind.CALL, token);
        return observed == null
                ? askAs(token, options, sender)
                : observed.<M, X>during(() -> askAs(token, options.observed(observed), sender));
    }

    private @Nullable Observed observe(CallKind kind, @Nullable T token) {
        return parts.listeners.observe(kind, token);
    }

    private <X extends Exception> M askAs(T token, CallOptions<? super M> options, Sender<X> sender)
            throws X, InterruptedException {
        return parts.gate.window == null
                ? TrackedCall.<T, M>of(parts, token, options, null)
                        .ask(token, timeoutOf(options), options.resends, sender)
                : LimitedCall.ask(parts, token, options, timeoutOf(options), sender);
    }

    private <X extends Exception> M ask(T token, @Nullable Predicate<? super M> check, Sender<X> sender)
            throws X, InterruptedException {
        Observed observed = observe(CallKind.CALL, token);
        if (observed == null && parts.gate.window == null) {
            return Call.ask(parts, token, check, parts.defaultTimeout, Resends.NONE, sender);
        }
        CallOptions<? super M> options = check == null ? CallOptions.<M>defaults() : CallOptions.checked(check);
        return observed == null
                ? askAs(token, options, sender)
                : observed.<M, X>during(() -> askAs(token, options.observed(observed), sender));
    }

    private Duration timeoutOf(CallOptions<? super M> options) {
        return options.timeout == null ? parts.defaultTimeout : options.timeout;
    }

    /**
     * Sends a request and waits for its answer, as the options say; ends early if sending fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param options check, timeout, resends and more
     * @param sender sends the request and reports later whether that worked
     * @return the answer
     * @throws X if sending fails at once
     * @throws SendFailedException if sending fails later, before an answer comes
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, CallOptions<? super M> options, AsyncSender<X> sender)
            throws X, InterruptedException {
        return call(token, options, (Sender<X>) sender);
    }

    /**
     * Sends a request whose token is known only after sending, and waits for its answer, at most the default timeout.
     *
     * @param <X> what sending throws
     * @param sender sends the request and returns the token of its answer
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; the request was sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(CallOptions, BoundSender)
     */
    public <X extends Exception> M call(BoundSender<? extends T, X> sender) throws X, InterruptedException {
        return call(CallOptions.<M>defaults(), sender);
    }

    /**
     * Sends a request whose token is known only after sending, and waits for its answer, as the options say.
     *
     * <p>The token is bound when the sender has returned it. An answer that comes before that is found: until then
     * messages with tokens that were never asked for are held, at most 1,024 of them on a stage or, if that is more, two
     * for each call that is being sent; the youngest are kept. A source that fails before that ends the call. Prefer a
     * token that is known before, where the protocol lets you choose it: a token that is refused is refused after sending
     * here.
     *
     * @param <X> what sending throws
     * @param options check, timeout, attachment and hook for giving up; no resends, since each request has a token of its
     *     own
     * @param sender sends the request and returns the token of its answer
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes; if it was interrupted before
     *     the call, nothing is sent
     * @throws StageTimeoutException if no answer comes in time, from the beginning of sending
     * @throws ErrorReplyException if the answer is an error
     * @throws TokenInUseException if the token has a live ticket or rests; the request was sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent unless others took
     *     the last tickets meanwhile
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalArgumentException if the options have resends
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @throws NullPointerException if the sender returns null, which counts as a failure to send
     */
    public <X extends Exception> M call(CallOptions<? super M> options, BoundSender<? extends T, X> sender)
            throws X, InterruptedException {
        Observed observed = observe(CallKind.CALL, null);
        return observed == null
                ? BoundCalls.ask(parts, options, sender)
                : observed.<M, X>during(() -> BoundCalls.ask(parts, options.observed(observed), sender));
    }

    /**
     * Sends a request whose token is known only after sending, and returns a future of its answer, which ends by the
     * default timeout.
     *
     * @param <X> what sending throws
     * @param sender sends the request and returns the token of its answer
     * @return the future
     * @throws X if sending fails
     * @throws TokenInUseException if the token has a live ticket or rests; the request was sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper, or if the stage has a window; nothing is sent
     * @see #callAsync(CallOptions, BoundSender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(BoundSender<? extends T, X> sender) throws X {
        return callAsync(CallOptions.<M>defaults(), sender);
    }

    /**
     * Sends a request whose token is known only after sending, and returns a future of its answer, as the options say.
     *
     * @param <X> what sending throws
     * @param options check, timeout, attachment and hook for giving up; no resends
     * @param sender sends the request on this thread and returns the token of its answer
     * @return the future
     * @throws X if sending fails
     * @throws TokenInUseException if the token has a live ticket or rests; the request was sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalArgumentException if the options have resends
     * @throws IllegalStateException if there is no keeper, or if the stage has a window; nothing is sent
     * @throws NullPointerException if the sender returns null, which counts as a failure to send
     * @see #call(CallOptions, BoundSender)
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            CallOptions<? super M> options, BoundSender<? extends T, X> sender) throws X {
        Observed observed = observe(CallKind.FUTURE, null);
        return observed == null
                ? BoundCalls.askAsync(parts, options, sender)
                : observed.<CompletableFuture<M>, X>from(
                        () -> BoundCalls.askAsync(parts, options.observed(observed), sender));
    }

    /**
     * Sends a request with a token that the stage issues, and waits for its answer at most the default timeout.
     *
     * <pre>{@code
     * Datagram reply = stage.call(id -> socket.send(server, encode(id, request)));
     * }</pre>
     *
     * @param <X> what sending throws
     * @param sender sends the request with the token that it is given
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time, or no token was free in time; its message says which
     * @throws ErrorReplyException if the answer is an error
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if the stage issues no tokens, or its issuer fails, or this thread is inside a
     *     callback; nothing is sent
     * @see #call(CallOptions, IssuedSender)
     */
    public <X extends Exception> M call(IssuedSender<? super T, X> sender) throws X, InterruptedException {
        return call(CallOptions.defaults(), sender);
    }

    /**
     * Sends a request with a token that the stage issues, and waits for its answer as the options say.
     *
     * <p>The token is live until this method ends. When all tokens are live or rest, the call waits for one, in order
     * and within its timeout.
     *
     * @param <X> what sending throws
     * @param options check, timeout, resends and, where ids are issued for each peer, the peer
     * @param sender sends the request with the token that it is given
     * @return the answer
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before an answer comes
     * @throws StageTimeoutException if no answer comes in time, or no token was free in time; its message says which
     * @throws ErrorReplyException if the answer is an error
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalArgumentException if the options have no peer and need one, or the reverse; nothing is sent
     * @throws IllegalStateException if the stage issues no tokens, or its issuer fails, or this thread is inside a
     *     callback; nothing is sent
     * @see StageBuilder#issueRandom(int)
     */
    public <X extends Exception> M call(CallOptions<? super M> options, IssuedSender<? super T, X> sender)
            throws X, InterruptedException {
        Observed observed = observe(CallKind.CALL, null);
        return observed == null
                ? LimitedCall.askIssued(parts, options, timeoutOf(options), sender)
                : observed.<M, X>during(
                        () -> LimitedCall.askIssued(parts, options.observed(observed), timeoutOf(options), sender));
    }

    /**
     * Sends a request and collects its answers until an end, or until the {@linkplain #defaultTimeout() default
     * timeout} is over.
     *
     * @param <X> what sending throws
     * @param token the answers' token
     * @param until which answer is the last one
     * @param sender sends the request; runs after the ticket is taken, so that no answer is lost
     * @return the answers, and why no more were collected
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before the end
     * @see #gather(Object, CallOptions, Until, Sender)
     */
    public <X extends Exception> Gathered<M> gather(T token, Until<? super M> until, Sender<X> sender)
            throws X, InterruptedException {
        return gather(token, CallOptions.defaults(), until, sender);
    }

    /**
     * Sends a request and collects its answers until an end, or until the default timeout is over; ends early if
     * sending fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answers' token
     * @param until which answer is the last one
     * @param sender sends the request and reports later whether that worked
     * @return the answers, and why no more were collected
     * @throws X if sending fails at once
     * @throws SendFailedException if sending fails later, before the end
     * @throws InterruptedException if the thread is interrupted before the end
     * @see #gather(Object, CallOptions, Until, Sender)
     */
    public <X extends Exception> Gathered<M> gather(T token, Until<? super M> until, AsyncSender<X> sender)
            throws X, InterruptedException {
        return gather(token, until, (Sender<X>) sender);
    }

    /**
     * Sends a request and collects its answers until an end, with a check, a timeout and resends as the options say.
     *
     * <p>The gather ends by what {@link Until} says or by the timeout, and returns what it has by then. If that is
     * nothing at the timeout, it is a {@link StageTimeoutException}. It never returns answers with a gap: a full
     * mailbox ends it with an exception. A gather that ends by an exception gives out no answers; they count as
     * {@linkplain MessageOutcome#ABANDONED abandoned}, which listeners see. An answer that comes after the end counts
     * as {@linkplain MessageOutcome#DUPLICATE duplicate}, or as {@linkplain MessageOutcome#LATE late} after the
     * timeout, an exception, or a silence without any answer. Without a number the answers are bounded by the timeout
     * alone.
     *
     * @param <X> what sending throws
     * @param token the answers' token
     * @param options check, timeout and resends; the request is sent again only while there is no answer
     * @param until which answer is the last one
     * @param sender sends the request; runs after the ticket is taken, so that no answer is lost
     * @return the answers, and why no more were collected
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before the end; if it was interrupted before the
     *     gather, nothing is sent
     * @throws StageTimeoutException if no answer comes in time
     * @throws GatherFailedException if messages were dropped because the mailbox was full, or the predicate throws
     * @throws ErrorReplyException if an answer is an error for which the {@linkplain StageBuilder#classifier
     *     classifier} gives a checked exception; an unchecked one is thrown as it is
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the gather or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     */
    public <X extends Exception> Gathered<M> gather(
            T token, CallOptions<? super M> options, Until<? super M> until, Sender<X> sender)
            throws X, InterruptedException {
        Objects.requireNonNull(token, "'token' must not be null");
        return collect(token, options, until, (Function<T, Sender<X>>) brought -> sender);
    }

    private <X extends Exception> Gathered<M> collect(
            @Nullable T brought, CallOptions<? super M> options, Until<? super M> until, Function<T, Sender<X>> sender)
            throws X, InterruptedException {
        Observed observed = observe(CallKind.GATHER, brought);
        return observed == null
                ? Gather.<T, M, X>ask(parts, brought, options, until, sender)
                : observed.<Gathered<M>, X>during(
                        () -> Gather.<T, M, X>ask(parts, brought, options.observed(observed), until, sender));
    }

    /**
     * Sends a request and collects its answers until an end, as the options say; ends early if sending fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answers' token
     * @param options check, timeout and resends; the request is sent again only while there is no answer
     * @param until which answer is the last one
     * @param sender sends the request and reports later whether that worked
     * @return the answers, and why no more were collected
     * @throws X if sending fails at once
     * @throws SendFailedException if sending fails later, before the end
     * @throws InterruptedException if the thread is interrupted before the end
     * @see #gather(Object, CallOptions, Until, Sender)
     */
    public <X extends Exception> Gathered<M> gather(
            T token, CallOptions<? super M> options, Until<? super M> until, AsyncSender<X> sender)
            throws X, InterruptedException {
        return gather(token, options, until, (Sender<X>) sender);
    }

    /**
     * Sends a request with a token that the stage issues, and collects its answers until an end, or until the default
     * timeout is over.
     *
     * @param <X> what sending throws
     * @param until which answer is the last one
     * @param sender sends the request with the token that it is given
     * @return the answers, and why no more were collected
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before the end
     * @throws IllegalStateException if the stage issues no tokens, or its issuer fails, or this thread is inside a
     *     callback; nothing is sent
     * @see #gather(Object, CallOptions, Until, Sender)
     */
    public <X extends Exception> Gathered<M> gather(Until<? super M> until, IssuedSender<? super T, X> sender)
            throws X, InterruptedException {
        return gather(CallOptions.defaults(), until, sender);
    }

    /**
     * Sends a request with a token that the stage issues, and collects its answers until an end, as the options say.
     *
     * @param <X> what sending throws
     * @param options check, timeout, resends and, where ids are issued for each peer, the peer
     * @param until which answer is the last one
     * @param sender sends the request with the token that it is given
     * @return the answers, and why no more were collected
     * @throws X if sending fails
     * @throws InterruptedException if the thread is interrupted before the end
     * @throws IllegalStateException if the stage issues no tokens, or its issuer fails, or this thread is inside a
     *     callback; nothing is sent
     * @see #gather(Object, CallOptions, Until, Sender)
     */
    public <X extends Exception> Gathered<M> gather(
            CallOptions<? super M> options, Until<? super M> until, IssuedSender<? super T, X> sender)
            throws X, InterruptedException {
        return collect(null, options, until, (Function<T, Sender<X>>) issued -> LimitedCall.bind(sender, issued));
    }

    /**
     * Asks many peers at once, on this thread, and waits for the answers of all of them.
     *
     * <p>All tokens are taken and all requests sent before the wait; while answers are missing, the open questions are
     * sent again at the same times. There is one timeout for all, and one result for each peer: its answer, or why it
     * has none. What goes wrong with one of them, such as a refused token, a sender that throws or an answer that is an
     * error, ends only that question. Each question has an outcome of its own.
     *
     * {@snippet file="io/github/exitleft/examples/AllServersClient.java" region="program"}
     *
     * @param <P> peers
     * @param peers what to ask
     * @param question makes the question for a peer; all are made before anything is sent
     * @param options timeout, resends, attachment, hook for giving up, and a check that answers must pass besides that
     *     of their question
     * @return the results, in the order of the peers
     * @throws InterruptedException if the thread is interrupted before the last answer comes; all questions are given up
     * @throws IllegalStateException if the stage has a window, or this thread is inside a callback; nothing is sent
     */
    public <P> List<Answer<P, M>> callAll(
            Collection<? extends P> peers, Function<? super P, Question<T, M>> question, CallOptions<? super M> options)
            throws InterruptedException {
        return AllCall.ask(parts, peers, question, options);
    }

    /**
     * Sends a request and returns a future of its answer, which ends by the default timeout.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param sender sends the request
     * @return the future
     * @throws X if sending fails
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper; nothing is sent
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(T token, Sender<X> sender) throws X {
        return callAsync(token, CallOptions.defaults(), sender);
    }

    /**
     * Sends a request and returns a future of its answer, which ends by the default timeout, or early if sending fails
     * later.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param sender sends the request and reports later whether that worked
     * @return the future; fails with a {@link SendFailedException} if sending fails later, before an answer comes
     * @throws X if sending fails at once
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper; nothing is sent
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(T token, AsyncSender<X> sender) throws X {
        return callAsync(token, (Sender<X>) sender);
    }

    /**
     * Sends a request and returns a future of its answer instead of waiting; a {@linkplain #keeper(Keeper) keeper} must
     * read.
     *
     * <p>The future is completed on the stage's {@linkplain StageBuilder#executor executor}, with the answer or with an
     * exception that {@link #call(Object, CallOptions, Sender) call} throws after sending. It ends by its timeout even
     * if the executor is stuck. Until it is completed, the owner's {@code cancel}, {@code complete} and {@code
     * orTimeout} win and free the token at once; those of a dependent future or of a copy end only that future.
     * Dependent actions run in the {@linkplain StageBuilder#context context} of this thread, unless a thread that waits
     * for the future or ends it runs them. This method does not wait, so callbacks may call it.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param options check, timeout, resends and more
     * @param sender sends the request on this thread, and again, if need be, on the executor
     * @return the future
     * @throws X if sending fails; the token is free again
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper; nothing is sent
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        Observed observed = observe(CallKind.FUTURE, token);
        return observed == null
                ? askAsync(token, options, sender)
                : observed.<CompletableFuture<M>, X>from(() -> askAsync(token, options.observed(observed), sender));
    }

    private <X extends Exception> CompletableFuture<M> askAsync(
            T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        return parts.gate.window == null
                ? AsyncCall.ask(parts, token, options, sender)
                : QueuedCall.ask(parts, token, options, sender);
    }

    /**
     * Sends a request and returns a future of its answer, which ends early if sending fails later.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param options check, timeout, resends and more
     * @param sender sends the request and reports later whether that worked; sends again, if need be, on the executor
     * @return the future; fails with a {@link SendFailedException} if sending fails later, before an answer comes
     * @throws X if sending fails at once; the token is free again
     * @throws TokenInUseException if the token has a live ticket or rests; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper; nothing is sent
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            T token, CallOptions<? super M> options, AsyncSender<X> sender) throws X {
        return callAsync(token, options, (Sender<X>) sender);
    }

    /**
     * Sends a request with a token that the stage issues, and returns a future of its answer, which ends by the default
     * timeout.
     *
     * @param <X> what sending throws
     * @param sender sends the request with the token that it is given
     * @return the future
     * @throws X if sending fails on this thread
     * @throws TooManyTicketsException if there are as many tickets, or calls in line, as there may be; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if the stage issues no tokens, or there is no keeper; nothing is sent
     * @see #callAsync(CallOptions, IssuedSender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(IssuedSender<? super T, X> sender) throws X {
        return callAsync(CallOptions.defaults(), sender);
    }

    /**
     * Sends a request with a token that the stage issues, and returns a future of its answer instead of waiting; a
     * {@linkplain #keeper(Keeper) keeper} must read.
     *
     * <p>If no token is free, or the {@linkplain StageBuilder#window(int) window} is full, the call waits in line
     * without a thread, within its timeout, and its request is sent later by the executor. If that fails, the future
     * fails with a {@link SendFailedException}. For everything else see {@link #callAsync(Object, CallOptions, Sender)}.
     *
     * @param <X> what sending throws
     * @param options check, timeout, resends and, where ids are issued for each peer, the peer
     * @param sender sends the request with the token that it is given
     * @return the future
     * @throws X if sending fails on this thread
     * @throws TooManyTicketsException if there are as many tickets, or calls in line, as there may be; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalArgumentException if the options have no peer and need one, or the reverse; nothing is sent
     * @throws IllegalStateException if the stage issues no tokens, or there is no keeper; nothing is sent
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            CallOptions<? super M> options, IssuedSender<? super T, X> sender) throws X {
        Observed observed = observe(CallKind.FUTURE, null);
        return observed == null
                ? QueuedCall.askIssued(parts, options, sender)
                : observed.<CompletableFuture<M>, X>from(
                        () -> QueuedCall.askIssued(parts, options.observed(observed), sender));
    }

    /**
     * Returns a stream of a token's messages.
     *
     * @param token the token
     * @return the publisher
     * @see #messages(Object, Predicate)
     */
    public Flow.Publisher<M> messages(T token) {
        return subscriber -> MessageStream.begin(parts, token, null, null, subscriber);
    }

    /**
     * Returns a stream of those messages of a token that pass a check; a {@linkplain #keeper(Keeper) keeper} must read.
     *
     * <p>The stream has no end. Subscribing takes a ticket, so a second subscriber at the same time gets a {@link
     * TokenInUseException} as its error, and cancelling frees the token at once. Messages that are not requested yet
     * wait in the ticket's mailbox, within its bound; what is dropped there is counted. The subscriber is called on the
     * stage's {@linkplain StageBuilder#executor executor}. It gets an error when there is no keeper, when the ticket is
     * refused, when the source fails, when the stage is closed, or when a message is an error itself ({@link
     * ReplyClassifier}).
     *
     * @param token the token
     * @param check what a message must pass, run by the head; one that fails counts as foreign and takes no place
     * @return the publisher
     */
    public Flow.Publisher<M> messages(T token, Predicate<? super M> check) {
        Objects.requireNonNull(check, "'check' must not be null");
        return subscriber -> MessageStream.begin(parts, token, check, null, subscriber);
    }

    /**
     * Returns a stream of a token's messages that completes by an end.
     *
     * @param token the token
     * @param until which message is the last one
     * @return the publisher
     * @see #messages(Object, CallOptions, Until)
     */
    public Flow.Publisher<M> messages(T token, Until<? super M> until) {
        return messages(token, CallOptions.defaults(), until);
    }

    /**
     * Returns a stream of a token's messages that completes by an end, or by a timeout if the options set one; a
     * {@linkplain #keeper(Keeper) keeper} must read.
     *
     * <p>It completes after the last message as {@link Until} says, or when it has been quiet for long enough since the
     * last message was received or since it was subscribed to. There is no silence while messages wait to be requested.
     * At the timeout it completes if messages have come and all have been handed on; otherwise it ends by a {@link
     * StageTimeoutException}. Both come also if the executor is stuck. A message that comes afterwards counts as
     * {@linkplain MessageOutcome#LATE late}. All else is as for {@link #messages(Object, Predicate)}.
     *
     * @param token the token
     * @param options a check, and a timeout; the stage's default timeout is none of a stream
     * @param until which message is the last one; its predicate runs where the subscriber is called
     * @return the publisher
     * @throws IllegalArgumentException if the options have resends, an attachment or a hook for giving up, since a stream
     *     does not send
     */
    public Flow.Publisher<M> messages(T token, CallOptions<? super M> options, Until<? super M> until) {
        Objects.requireNonNull(
                until,
                "'until' must not be null; say when the stream ends, by Until.matches, first or"
                        + " silence, or leave it out");
        if (options.resends != Resends.NONE || options.areTracked()) {
            throw new IllegalArgumentException("options for a stream of " + this
                    + " may have a check and a timeout only, since a stream does not send");
        }
        return subscriber -> MessageStream.begin(
                parts, token, options.check, new StreamEnd<>(parts, until, options.timeout), subscriber);
    }

    /**
     * Takes the exclusive right to a token's messages; to be done before sending the request.
     *
     * <p>On a stage with a {@linkplain StageBuilder#window(int) window} it waits for a place, at most the default
     * timeout, and the ticket has that place until it is closed.
     *
     * @param token the token
     * @return the ticket, to be closed
     * @throws TokenInUseException if the token has a live ticket or rests
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageTimeoutException if there is no place in the window in time
     * @throws CancellationException if the thread is interrupted while it waits for a place; its interrupt flag stays set
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     */
    public Ticket<T, M> ticket(T token) {
        return parts.gate.window == null ? take(token, null, null, null) : takeWithPlace(token, CallOptions.defaults());
    }

    /**
     * Takes the exclusive right to those of a token's messages that pass a check; to be done before sending the
     * request.
     *
     * @param token the token
     * @param check what a message must pass, run by the head; one that fails counts as foreign and takes no place
     * @return the ticket, to be closed
     * @throws TokenInUseException if the token has a live ticket or rests
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     */
    public Ticket<T, M> ticket(T token, Predicate<? super M> check) {
        Objects.requireNonNull(check, "'check' must not be null");
        return parts.gate.window == null
                ? take(token, check, null, null)
                : takeWithPlace(token, CallOptions.checked(check));
    }

    /**
     * Takes the exclusive right to the messages of a token that the stage issues; waits at most the default timeout for a
     * token, and for a place in the window.
     *
     * @return the ticket, to be closed; until then its token is not issued again
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws StageTimeoutException if there is no token or place in time
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if the stage issues no tokens, or this thread would have to wait inside a callback
     * @see #ticket(CallOptions)
     */
    public Ticket<T, M> ticket() throws InterruptedException {
        return ticket(CallOptions.defaults());
    }

    /**
     * Takes the exclusive right to the messages of a token that the stage issues, as the options say.
     *
     * @param options check, timeout of the wait for token and place, and the peer where ids are issued for each
     * @return the ticket, to be closed; until then its token is not issued again
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws StageTimeoutException if there is no token or place in time
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalArgumentException if the options have no peer and need one, or the reverse
     * @throws IllegalStateException if the stage issues no tokens, or this thread would have to wait inside a callback
     */
    public Ticket<T, M> ticket(CallOptions<? super M> options) throws InterruptedException {
        requireForTicket(options);
        return Ticket.admit(parts, null, options, timeoutOf(options));
    }

    /**
     * Takes the exclusive right to a token's messages, with a check, an attachment and a timeout as the options say; to
     * be done before sending the request.
     *
     * @param token the token
     * @param options the check, the attachment, and the timeout of {@link Ticket#await()}
     * @return the ticket, to be closed
     * @throws TokenInUseException if the token has a live ticket
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself, or if the options have
     *     resends or a hook for giving up: a ticket does not send, so it could do neither
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     */
    public Ticket<T, M> ticket(T token, CallOptions<? super M> options) {
        requireForTicket(options);
        return parts.gate.window == null
                ? take(token, options.check, options.attachment, options.timeout)
                : takeWithPlace(token, options);
    }

    private void requireForTicket(CallOptions<? super M> options) {
        if (options.resends != Resends.NONE || options.onGiveUp != null) {
            throw new IllegalArgumentException("options for a ticket of " + this + " have "
                    + (options.onGiveUp == null ? "resends" : "a hook for giving up")
                    + ", but a ticket does not send; use 'call' for that");
        }
    }

    private Ticket<T, M> take(
            T token, @Nullable Predicate<? super M> check, @Nullable Object attachment, @Nullable Duration timeout) {
        var ticket = new Ticket<>(parts, token, check, attachment, timeout);
        parts.register(token, ticket);
        return ticket;
    }

    private Ticket<T, M> takeWithPlace(T token, CallOptions<? super M> options) {
        Objects.requireNonNull(token, "'token' must not be null");
        try {
            return Ticket.admit(parts, token, options, timeoutOf(options));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var cancelled = new CancellationException(e.getMessage());
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** {@return when a background thread reads the source} */
    public Keeper keeper() {
        return parts.keeper.mode();
    }

    /**
     * Sets when a background thread reads the source, from now on.
     *
     * <p>A keeper that is no longer wanted passes the role on and ends, but first reads for the asynchronous calls and
     * streams that are there. Switched {@link Keeper#OFF}, the stage takes no more of them.
     *
     * @param keeper when it reads
     */
    public void keeper(Keeper keeper) {
        parts.keeper.switchTo(Objects.requireNonNull(keeper, "'keeper' must not be null"));
    }

    /**
     * Tries a failed source again at once, in the background, without the pause that is due. The stage reopens if the
     * source works. This works without a keeper and with {@link OnFailure#FAIL_ALL} too; while the stage is
     * {@linkplain #pause() paused}, the attempt is made after the pause.
     *
     * <p>If an attempt is under way, its outcome answers the request. A request that comes after its failure, as from a
     * {@linkplain StageListener#failed listener}, leads to another attempt: a listener that asks at every failure has the
     * source tried again and again without a pause.
     *
     * @return true; false if the source has not failed, and nothing is done
     * @throws StageClosedException if the stage is closed
     */
    public boolean reopen() {
        if (parts.bare.isClosed()) {
            throw parts.bare.parts.role.guarded.closedException();
        }
        return parts.keeper.reopen();
    }

    /**
     * Stops reading in the background until {@link #resume()}; waits up to 5 s for that.
     *
     * <p>The keeper gives up the role and its thread ends, as does a thread that tries a failed source again. Stage and
     * source stay open. Callers that wait read for themselves meanwhile, and for everything else while they do.
     * Asynchronous calls and streams are kept, and more are taken; without such callers they are read for only after
     * the pause, unless they time out before. {@link #keeper()} still returns what was set.
     *
     * @throws IllegalStateException if this thread {@linkplain #neverBlock must not block}
     */
    public void pause() {
        parts.requireMayPause();
        parts.keeper.pause();
    }

    /** Resumes reading in the background after {@link #pause()}; without a pause it does nothing. */
    public void resume() {
        parts.keeper.resume();
    }

    /**
     * Returns what the stage looks like now; never waits for the head and changes nothing.
     *
     * @param oldest how many of the longest waiting threads to list, and of those that wait without a thread; zero for none
     * @return the snapshot
     */
    public StageSnapshot snapshot(int oldest) {
        BareSnapshot role = parts.bare.snapshot(oldest);
        BareSnapshot.Outage outage = role.outage();
        Duration nextAttempt = outage == null ? null : parts.keeper.nextAttempt();
        if (outage != null && nextAttempt == null) {
            nextAttempt = outage.retryIn();
        }
        return new StageSnapshot(
                role,
                parts.stats.exits(),
                parts.stats.messages(),
                parts.stats.transientFailures(),
                nextAttempt,
                parts.heartbeat.unattendedFor(role),
                parts.gate.windowState(),
                parts.gate.issuedState(),
                new StageSnapshot.Load(parts.maxTickets, parts.asyncWaits.count(), parts.stats.refused()),
                parts.asyncWaits.oldest(oldest, parts.bare.parts.parker.nanoTimeOr(System.nanoTime())));
    }

    /** {@return the source's {@code type} and its details, for operators} */
    public Map<String, Object> source() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", source.type());
        details.putAll(source.details());
        return details;
    }

    /**
     * Adds a listener to what happens from now on.
     *
     * @param listener the listener
     */
    public void addListener(StageListener<? super T, ? super M> listener) {
        parts.listeners.add(Objects.requireNonNull(listener, "'listener' must not be null"));
    }

    /**
     * Removes a listener; one that was never added is ignored.
     *
     * @param listener the listener
     */
    public void removeListener(StageListener<? super T, ? super M> listener) {
        parts.listeners.remove(listener);
    }

    /**
     * Sets what follows each call, future, gather and stream that begins from now on, such as for traces.
     *
     * @param observer the observer; null for none
     */
    public void observer(@Nullable StageObserver observer) {
        parts.listeners.observer = observer;
    }

    /**
     * Refuses from now on to let certain threads wait, in addition to those refused already.
     *
     * <p>Such a thread gets an {@link IllegalStateException} from each method that would wait for an answer, a place in
     * the window or a token, before anything is sent, and from {@link #pause()}. Asynchronous calls and streams are not
     * affected, and neither is {@link #close()}. Their senders run on the thread all the same. Those of {@code UdpSocket}
     * and {@code TcpSender} send, but refuse it where they would wait: for room in the send buffer, behind a thread that
     * waits for it, or for a connection. With Reactor, whose threads serve many requests each:
     *
     * {@snippet :
     * stage.neverBlock(Schedulers::isNonBlockingThread);
     * }
     *
     * @param threads tells whether a thread must not block; called by that thread
     */
    public void neverBlock(Predicate<? super Thread> threads) {
        parts.notBlocking.add(Objects.requireNonNull(threads, "'threads' must not be null"));
    }

    /**
     * Closes the stage and its source: refuses tickets, ends every wait, and waits up to 5 s for the head to leave.
     *
     * <p>From inside a callback it does not wait, and the leaving head closes the source. Later calls return at once.
     */
    @Override
    public void close() {
        try {
            parts.gate.close(); // first, since the next step may wait for the head
        } finally {
            parts.bare.close();
        }
        parts.asyncWaits.sweep();
        parts.bindings.close();
        parts.events.close();
        parts.keeper.lookUp();
    }

    @Override
    public String toString() {
        return "stage '" + name() + "'";
    }
}
