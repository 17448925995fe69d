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
 * A way for many threads to wait for messages out of one source that only one thread at a time may read.
 *
 * <p><b>Calls.</b> {@link #call(Object, Sender) call} sends a request and waits for the message with its token: it takes
 * the ticket before it sends, so no answer is lost, and closes it afterwards. Variants take a check on the answer, a
 * timeout and a schedule for sending again.
 *
 * <p><b>Tickets.</b> For several messages a token, or several tokens a thread, take {@linkplain #ticket tickets}, send, and
 * {@linkplain Ticket#await await} them one after the other.
 *
 * <p><b>Who reads.</b> No thread of its own: one of those who wait is the head, which reads the source, keeps its own
 * message, files the others' and wakes their owners. When it leaves, another is promoted.
 *
 * <p><b>Relatives.</b> If you need a resource that is no source of messages, use {@link BareStage}. If a client library
 * for your protocol does the multiplexing already, use that.
 *
 * <p><b>Memory consistency effects.</b> What a thread does before it gives a message to the source, and what the head does
 * with it, <i>happens-before</i> the return of the wait that delivers the message.
 *
 * <pre>{@code
 * Datagram reply = stun.call(request.id(), from(server), () -> socket.send(server, request.bytes()));
 * }</pre>
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
     * Begins a stage.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param name what messages, logs and metrics call it
     * @param tokenType the class of its tokens, as shown to operators
     * @param source where its messages come from; closed with the stage
     * @param reader finds the token that a message is for
     * @return a builder
     * @throws IllegalArgumentException if the tokens would be arrays
     */
    public static <T, M> StageBuilder<T, M> builder(
            String name, Class<T> tokenType, Source<M> source, TokenReader<? extends T, ? super M> reader) {
        return new StageBuilder<>(name, tokenType, source, reader);
    }

    /**
     * The stage's name.
     *
     * @return the name
     */
    public String name() {
        return parts.bare.name();
    }

    /**
     * The class of its tokens.
     *
     * @return the class
     */
    public Class<T> tokenType() {
        return tokenType;
    }

    /**
     * How long waits last unless told otherwise.
     *
     * @return the timeout
     */
    public Duration defaultTimeout() {
        return parts.defaultTimeout;
    }

    /**
     * What any thread may use of the source, such as something to send with.
     *
     * @param <W> what is asked for
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
     * Sends a request and waits for the answer, for as long as the stage does by default.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the answer
     * @throws X if sending failed
     * @throws InterruptedException if the thread was interrupted before an answer came
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Sender<X> sender) throws X, InterruptedException {
        return Call.ask(parts, token, null, parts.defaultTimeout, Resends.NONE, sender);
    }

    /**
     * Sends a request and waits for the answer; a failure to send that shows later ends the wait.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the answer
     * @throws X if sending failed at once
     * @throws InterruptedException if the thread was interrupted before an answer came
     * @see #call(Object, CallOptions, AsyncSender)
     */
    public <X extends Exception> M call(T token, AsyncSender<X> sender) throws X, InterruptedException {
        return call(token, (Sender<X>) sender);
    }

    /**
     * Sends a request and waits for an answer that passes a check, for as long as the stage does by default.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param check what an answer must pass to be believed, such as that it comes from the right address; run by the head
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the answer
     * @throws X if sending failed
     * @throws InterruptedException if the thread was interrupted before an answer came
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, Predicate<? super M> check, Sender<X> sender)
            throws X, InterruptedException {
        Objects.requireNonNull(check, "'check' must not be null");
        return Call.ask(parts, token, check, parts.defaultTimeout, Resends.NONE, sender);
    }

    /**
     * Sends a request and waits for an answer that passes a check; a failure to send that shows later ends the wait.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param check what an answer must pass to be believed; run by the head
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the answer
     * @throws X if sending failed at once
     * @throws InterruptedException if the thread was interrupted before an answer came
     * @see #call(Object, CallOptions, AsyncSender)
     */
    public <X extends Exception> M call(T token, Predicate<? super M> check, AsyncSender<X> sender)
            throws X, InterruptedException {
        return call(token, check, (Sender<X>) sender);
    }

    /**
     * Sends a request, again if need be, and waits for the answer.
     *
     * @param <X> what sending throws
     * @param token the answer's token; to be used once and hard to guess, if the source can be reached by strangers
     * @param options check, timeout and resends
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the answer; a second one counts as a duplicate
     * @throws X if sending failed
     * @throws InterruptedException if the thread was interrupted before an answer came; if it was before the call, nothing is sent
     * @throws StageTimeoutException if none came in time; has what failing resends threw for suppressed exceptions
     * @throws ErrorReplyException if the answer is an error, for which the {@linkplain StageBuilder#classifier classifier} gives
     *     a checked exception; an unchecked one is thrown as it is
     * @throws TokenInUseException if there is a live ticket for the token; nothing has been sent
     * @throws IllegalStateException if this thread is inside a callback; nothing has been sent
     * @throws TooManyTicketsException if too many wait; nothing has been sent
     * @throws StageClosedException if the stage is or gets closed
     * @throws SourceFailedException if the source fails, or failed and it is too early to try again
     */
    public <X extends Exception> M call(T token, CallOptions<? super M> options, Sender<X> sender)
            throws X, InterruptedException {
        Duration timeout = options.timeout == null ? parts.defaultTimeout : options.timeout;
        return Call.ask(parts, token, options.check, timeout, options.resends, sender);
    }

    /**
     * Sends a request, again if need be, and waits for the answer; a failure to send that shows later ends the wait.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param options check, timeout and resends
     * @param sender sends the request, once it is sure that no answer can be lost, and tells later whether that worked
     * @return the answer
     * @throws X if sending failed at once
     * @throws InterruptedException if the thread was interrupted before an answer came
     * @throws SendFailedException if sending failed later, before an answer came
     * @see #call(Object, CallOptions, Sender)
     */
    public <X extends Exception> M call(T token, CallOptions<? super M> options, AsyncSender<X> sender)
            throws X, InterruptedException {
        return call(token, options, (Sender<X>) sender);
    }

    /**
     * Sends a request and gives a future of the answer, for as long as the stage does by default.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the future
     * @throws X if sending failed
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(T token, Sender<X> sender) throws X {
        return callAsync(token, CallOptions.defaults(), sender);
    }

    /**
     * Sends a request and gives a future of the answer; a failure to send that shows later fails the future.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param sender sends the request, once it is sure that no answer can be lost
     * @return the future
     * @throws X if sending failed at once
     * @see #callAsync(Object, CallOptions, AsyncSender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(T token, AsyncSender<X> sender) throws X {
        return callAsync(token, (Sender<X>) sender);
    }

    /**
     * Sends a request, and gives a future of the answer instead of waiting for it. Somebody has to read: set a {@linkplain
     * #keeper(Keeper) keeper}.
     *
     * <p>The future is completed on the stage's {@linkplain StageBuilder#executor executor}: with the answer, or with the exceptions
     * that {@link #call(Object, CallOptions, Sender) call} throws once it has sent. It ends by its timeout whatever the executor does. Until
     * then its owner's {@code cancel}, {@code complete} and the like win, and free the token at once; those of a dependent future, or of a
     * copy, end only that. What depends on it runs in the {@linkplain StageBuilder#context context} of this thread, unless it is run by a
     * thread that waits for the future or ends it itself. This method may be called from inside callbacks, since it does not wait.
     *
     * @param <X> what sending throws
     * @param token the answer's token
     * @param options check, timeout and resends
     * @param sender sends the request, on this thread; sends again, if need be, on the executor
     * @return the future
     * @throws X if sending failed; the token is free again
     * @throws TokenInUseException if there is a live ticket for the token; nothing has been sent
     * @throws IllegalStateException if there is no keeper; nothing has been sent
     * @throws TooManyTicketsException if there are too many tickets; nothing has been sent
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source failed and it is too early to try again
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        Duration timeout = options.timeout == null ? parts.defaultTimeout : options.timeout;
        return AsyncCall.ask(parts, token, options.check, timeout, options.resends, sender);
    }

    /**
     * Sends a request, and gives a future of the answer, which fails with a {@link SendFailedException} if sending fails later, before an
     * answer has come.
     *
     * @param <X> what sending throws at once
     * @param token the answer's token
     * @param options check, timeout and resends
     * @param sender sends the request and tells later whether that worked; sends again, if need be, on the executor
     * @return the future
     * @throws X if sending failed at once; the token is free again
     * @see #callAsync(Object, CallOptions, Sender)
     */
    public <X extends Exception> CompletableFuture<M> callAsync(
            T token, CallOptions<? super M> options, AsyncSender<X> sender) throws X {
        return callAsync(token, options, (Sender<X>) sender);
    }

    /**
     * The messages of a token, as a stream.
     *
     * @param token the token
     * @return the publisher
     * @see #messages(Object, Predicate)
     */
    public Flow.Publisher<M> messages(T token) {
        return subscriber -> MessageStream.begin(parts, token, null, subscriber);
    }

    /**
     * Those messages of a token that pass a check, as a stream without end. Somebody has to read: set a {@linkplain #keeper(Keeper)
     * keeper}.
     *
     * <p>To subscribe is to take a ticket: a second subscriber at the same time gets an error, and cancelling frees the token at
     * once. Messages that nobody has requested wait in the ticket's mailbox, within its bound; what is dropped there is counted. The
     * subscriber is called on the stage's {@linkplain StageBuilder#executor executor}, and gets an error when the source fails, the
     * stage is closed, or a message is an error itself ({@link ReplyClassifier}).
     *
     * @param token the token
     * @param check what a message must pass; run by the head. One that does not counts as foreign and takes no place
     * @return the publisher
     */
    public Flow.Publisher<M> messages(T token, Predicate<? super M> check) {
        Objects.requireNonNull(check, "'check' must not be null");
        return subscriber -> MessageStream.begin(parts, token, check, subscriber);
    }

    /**
     * Takes the exclusive right to a token's messages; do it before sending what they answer.
     *
     * @param token the token
     * @return the ticket, to be closed
     * @see #ticket(Object, Predicate)
     */
    public Ticket<T, M> ticket(T token) {
        return take(token, null);
    }

    /**
     * Takes the exclusive right to those of a token's messages that pass a check.
     *
     * @param token the token
     * @param check what a message must pass; run by the head. One that does not counts as foreign and takes no place
     * @return the ticket, to be closed
     * @throws TokenInUseException if there is a live ticket for the token
     * @throws IllegalArgumentException if the token is an array
     * @throws TooManyTicketsException if there are as many tickets as there may be
     * @throws StageClosedException if the stage is closed
     * @throws SourceFailedException if the source failed and it is too early to try again
     */
    public Ticket<T, M> ticket(T token, Predicate<? super M> check) {
        return take(token, Objects.requireNonNull(check, "'check' must not be null"));
    }

    private Ticket<T, M> take(T token, @Nullable Predicate<? super M> check) {
        var ticket = new Ticket<>(parts, token, check);
        parts.register(token, ticket);
        return ticket;
    }

    /**
     * Whether a background thread reads the source while no caller does.
     *
     * @return as it is set now
     */
    public Keeper keeper() {
        return parts.keeper.mode();
    }

    /**
     * Sets whether a background thread reads the source while no caller does. One that is not wanted any more passes the role on and
     * ends; but as long as there are asynchronous calls or streams, which nobody else would read for, it goes on reading. Switched
     * {@link Keeper#OFF}, the stage takes no more of them.
     *
     * @param keeper when it is to read, from now on
     */
    public void keeper(Keeper keeper) {
        parts.keeper.switchTo(Objects.requireNonNull(keeper, "'keeper' must not be null"));
    }

    /**
     * Stops reading in the background until {@link #resume()}: the keeper gives up the role and its thread ends, as does a thread that
     * tries a failed source again. Waits up to 5 s for that. The stage stays open, and its source too.
     *
     * <p>Callers that wait read for themselves meanwhile, as if there were no keeper, and for all others while they do. Asynchronous
     * calls and streams are kept, and more are taken; but for such callers they are read for only afterwards, unless their time is up
     * before. {@link #keeper()} is still what it is set to.
     */
    public void pause() {
        parts.keeper.pause();
    }

    /** Reads in the background again after {@link #pause()}, as the keeper is set; without a pause it does nothing. */
    public void resume() {
        parts.keeper.resume();
    }

    /**
     * Looks at the stage; never waits for the head and changes nothing.
     *
     * @param oldest how many of the longest waiting threads to list; zero for none
     * @return what it looks like now
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

    /**
     * What kind of source the stage has.
     *
     * @return the source's type and details
     */
    public Map<String, Object> source() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", source.type());
        details.putAll(source.details());
        return details;
    }

    /**
     * Adds a listener; it hears of what happens from now on.
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
     * Closes the stage and its source: refuses tickets, ends every wait, and waits up to 5 s for the head to leave. From
     * inside a callback it does not wait, and the leaving head does the rest. Later calls return at once.
     */
    @Override
    public void close() {
        parts.bare.close();
        parts.asyncWaits.sweep();
        parts.keeper.lookUp();
    }

    @Override
    public String toString() {
        return "stage '" + name() + "'";
    }
}
