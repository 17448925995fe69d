package io.github.exitleft;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Sender<X> sender) throws X, InterruptedException {
        return Call.ask(parts, token, null, parts.defaultTimeout, Resends.NONE, sender);
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Predicate<? super M> check, Sender<X> sender)
            throws X, InterruptedException {
        Objects.requireNonNull(check, "'check' must not be null");
        return Call.ask(parts, token, check, parts.defaultTimeout, Resends.NONE, sender);
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed, before the call or during it
     * @throws SourceFailedException if the source fails, or has failed and may not be tried again yet
     * @throws IllegalStateException if this thread is inside a callback; nothing is sent
     */
    public <X extends Exception> M call(T token, CallOptions<? super M> options, Sender<X> sender)
            throws X, InterruptedException {
        Duration timeout = options.timeout == null ? parts.defaultTimeout : options.timeout;
        return TrackedCall.<T, M>of(parts, token, options, null).ask(token, timeout, options.resends, sender);
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
        return BoundCalls.ask(parts, CallOptions.<M>defaults(), sender);
    }

    /**
     * Sends a request whose token is known only after sending, and waits for its answer, as the options say.
     *
     * <p>The token is bound when the sender has returned it. An answer that comes before that is found: until then
     * messages with tokens that were never asked for are held, at most 1,024 of them on a stage, the youngest. Prefer a
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
        return BoundCalls.ask(parts, options, sender);
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
     * @throws IllegalStateException if there is no keeper; nothing is sent
     * @see #callAsync(CallOptions, BoundSender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(BoundSender<? extends T, X> sender) throws X {
        return BoundCalls.askAsync(parts, CallOptions.<M>defaults(), sender);
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
     * @throws IllegalStateException if there is no keeper; nothing is sent
     * @throws NullPointerException if the sender returns null, which counts as a failure to send
     * @see #call(CallOptions, BoundSender)
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            CallOptions<? super M> options, BoundSender<? extends T, X> sender) throws X {
        return BoundCalls.askAsync(parts, options, sender);
    }

    /**
     * Sends a request and returns a future of its answer, which ends by the default timeout.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param sender sends the request
     * @return the future
     * @throws X if sending fails
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
     * @throws TooManyTicketsException if the stage has as many tickets as it may have; nothing is sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     * @throws IllegalStateException if there is no keeper; nothing is sent
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        return AsyncCall.ask(parts, token, options, sender);
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
     * @throws TokenInUseException if the token has a live ticket; nothing is sent
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
     * Returns a stream of a token's messages.
     *
     * @param token the token
     * @return the publisher
     * @see #messages(Object, Predicate)
     */
    public Flow.Publisher<M> messages(T token) {
        return subscriber -> MessageStream.begin(parts, token, null, subscriber);
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
        return subscriber -> MessageStream.begin(parts, token, check, subscriber);
    }

    /**
     * Takes the exclusive right to a token's messages; to be done before sending the request.
     *
     * @param token the token
     * @return the ticket, to be closed
     * @throws TokenInUseException if the token has a live ticket
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     */
    public Ticket<T, M> ticket(T token) {
        return take(token, null, null, null);
    }

    /**
     * Takes the exclusive right to those of a token's messages that pass a check; to be done before sending the
     * request.
     *
     * @param token the token
     * @param check what a message must pass, run by the head; one that fails counts as foreign and takes no place
     * @return the ticket, to be closed
     * @throws TokenInUseException if the token has a live ticket
     * @throws IllegalArgumentException if the token is an array, which equals nothing but itself
     * @throws TooManyTicketsException if the stage has as many tickets as it may have
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source has failed and may not be tried again yet
     */
    public Ticket<T, M> ticket(T token, Predicate<? super M> check) {
        return take(token, Objects.requireNonNull(check, "'check' must not be null"), null, null);
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
        if (options.resends != Resends.NONE || options.onGiveUp != null) {
            throw new IllegalArgumentException("options for a ticket of " + this + " have "
                    + (options.onGiveUp == null ? "resends" : "a hook for giving up")
                    + ", but a ticket does not send; use 'call' for that");
        }
        return take(token, options.check, options.attachment, options.timeout);
    }

    private Ticket<T, M> take(
            T token, @Nullable Predicate<? super M> check, @Nullable Object attachment, @Nullable Duration timeout) {
        var ticket = new Ticket<>(parts, token, check, attachment, timeout);
        parts.register(token, ticket);
        return ticket;
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
     * Stops reading in the background until {@link #resume()}; waits up to 5 s for that.
     *
     * <p>The keeper gives up the role and its thread ends, as does a thread that tries a failed source again. Stage and
     * source stay open. Callers that wait read for themselves meanwhile, and for everything else while they do.
     * Asynchronous calls and streams are kept, and more are taken; without such callers they are read for only after
     * the pause, unless they time out before. {@link #keeper()} still returns what was set.
     */
    public void pause() {
        parts.keeper.pause();
    }

    /** Resumes reading in the background after {@link #pause()}; without a pause it does nothing. */
    public void resume() {
        parts.keeper.resume();
    }

    /**
     * Returns what the stage looks like now; never waits for the head and changes nothing.
     *
     * @param oldest how many of the longest waiting threads to list; zero for none
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
                parts.heartbeat.unattendedFor(role));
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
     * Closes the stage and its source: refuses tickets, ends every wait, and waits up to 5 s for the head to leave.
     *
     * <p>From inside a callback it does not wait, and the leaving head closes the source. Later calls return at once.
     */
    @Override
    public void close() {
        parts.bare.close();
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
