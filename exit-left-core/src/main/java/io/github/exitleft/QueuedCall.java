package io.github.exitleft;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call of a stage with a window, or one whose token the stage issues: it may wait in line before its request is sent,
 * without a thread (M12, M13).
 */
final class QueuedCall<T, M> extends EarlyCall<T, M> {

    /** The token that the caller brings; null if the stage issues one. */
    private final @Nullable T brought;

    private final @Nullable InetSocketAddress peer;

    /** Makes the sender for the call's token. */
    private final Function<T, ? extends Sender<?>> binding;

    private final Admission<T, M> admission;

    /** What the source was like when it began. */
    private final Generation generation;

    private final Executor executor;

    private volatile @Nullable Queued<?> queuedForPlace;
    private volatile @Nullable Queued<?> queuedForToken;
    private volatile Runnable cancelWait = Timer.NOTHING;

    /** Whether there is all that it waited for. */
    private volatile boolean hasToken;

    /** Why it was refused when its turn came, or what its line has ended with. */
    private volatile @Nullable RuntimeException refusal;

    private QueuedCall(
            StageParts<T, M> parts,
            @Nullable T brought,
            CallOptions<? super M> options,
            Function<T, ? extends Sender<?>> binding) {
        super(parts, options);
        this.brought = brought;
        this.peer = options.peer;
        this.binding = binding;
        this.admission = new Admission<>(parts, start, deadline);
        this.generation = parts.bare.parts.role.guarded.generation;
        this.executor = job -> parts.jobs.execute(context, job);
    }

    /** Sends a request with a token that the caller brings, now or when there is a place. */
    static <T, M, X extends Exception> CompletableFuture<M> ask(
            StageParts<T, M> parts, T token, CallOptions<? super M> options, Sender<X> sender) throws X {
        Objects.requireNonNull(token, "'token' must not be null");
        return begin(parts, token, options, known -> sender);
    }

    /** Sends a request with a token of the stage's, now or when there is a place and a token. */
    static <T, M, X extends Exception> CompletableFuture<M> askIssued(
            StageParts<T, M> parts, CallOptions<? super M> options, IssuedSender<? super T, X> sender) throws X {
        parts.gate.issuing().requirePeer(options.peer);
        return begin(parts, null, options, issued -> LimitedCall.bind(sender, issued));
    }

    private static <T, M, X extends Exception> CompletableFuture<M> begin(
            StageParts<T, M> parts, @Nullable T brought, CallOptions<? super M> options, Function<T, Sender<X>> binding)
            throws X {
        parts.keeper.requireKeeper();
        var asked = new QueuedCall<T, M>(parts, brought, options, binding);
        asked.begin(binding);
        return asked;
    }

    // on the caller's thread

    private <X extends Exception> void begin(Function<T, Sender<X>> mine) throws X {
        boolean done = false;
        try {
            T token = takePlaceOrQueue() ? broughtOrIssued() : null;
            if (token != null) {
                register(token);
                Sender<X> bound = mine.apply(token);
                sender = bound;
                send(bound);
            } else if (!queues) {
                queue(this::joinForToken);
            }
            done = true;
        } finally {
            if (!done) {
                admission.leave();
            }
        }
    }

    private @Nullable T broughtOrIssued() {
        return brought != null ? brought : parts.gate.issuing().tryIssue(peer);
    }

    /** Takes a place; returns false if it is in line for one instead. */
    private boolean takePlaceOrQueue() {
        Window window = parts.gate.window;
        Window.Place place = window == null ? null : window.tryAcquire();
        admission.take(place);
        if (window == null || place != null) {
            return true;
        }
        queue(this::joinForPlace);
        return false;
    }

    /** Takes its ticket. */
    private void register(T token) {
        if (brought == null) {
            parts.registerIssued(token, call, this);
        } else {
            call.bindTo(token);
            parts.register(token, call, this);
        }
    }

    /** Gets in line, as one of the waits that a failure or a close ends. */
    private void queue(Runnable join) {
        queues = true;
        phase.set(Phase.QUEUED);
        try {
            parts.asyncWaits.add(this);
            parts.keeper.attend();
            join.run();
        } catch (Throwable e) {
            if (decide() != null) { // the caller gets no future
                leaveLines();
                throw e;
            }
            // else a failure or a close has ended and counted it already, which the future tells
        }
        // the sweep for a failure may have missed it
        if (failure() != null) {
            lookIn(AsyncWaits.GRACE_NANOS, this::lookNow);
            lookAgain();
        }
    }

    // in line

    private void joinForPlace() {
        Window window = Objects.requireNonNull(parts.gate.window);
        admission.beginToWait();
        long until = admission.placeDeadline();
        waitUntil(until, until == deadline ? this::timeIsUp : this::placeTimeIsUp);
        queuedForPlace = joined(window.join(new ForPlace(), executor, parts.maxTickets));
        leaveIfOver(queuedForPlace);
    }

    private void joinForToken() {
        TokenSupply<T> tokens = parts.gate.issuing();
        waitUntil(deadline, this::timeIsUp);
        queuedForToken = joined(tokens.join(peer, new ForToken(parts.bare.nanoTime()), executor, parts.maxTickets));
        leaveIfOver(queuedForToken);
    }

    private Queued<?> joined(@Nullable Queued<?> queued) {
        if (queued == null) {
            TooManyTicketsException refused = TooManyTicketsException.inLine(parts.bare.name(), parts.maxTickets);
            parts.stats.refused(refused);
            throw refused;
        }
        return queued;
    }

    /** Leaves a line if the call has ended before its place there was known. */
    private void leaveIfOver(@Nullable Queued<?> queued) {
        if (isOver()) {
            cancel(queued);
        }
    }

    private void waitUntil(long until, Runnable timeIsUp) {
        cancelWait.run();
        cancelWait = parts.jobs.after(until - parts.bare.nanoTime(), timeIsUp);
        if (isOver()) {
            cancelWait.run();
        }
    }

    /** Ends the wait for a place before the call's own time is up, unless there is one by now. */
    private void placeTimeIsUp() {
        lookIn(
                AsyncWaits.GRACE_NANOS,
                () -> parts.jobs.run(context, this::endWithoutPlace)); // first: an executor may block
        executor.execute(this::endWithoutPlace);
    }

    private void endWithoutPlace() {
        if (!admission.hasPlace() && phase.compareAndSet(Phase.QUEUED, Phase.OVER)) {
            Throwable thrown = timeout();
            end(Outcome.TIMED_OUT, Phase.QUEUED);
            completeByItself(thrown);
        }
    }

    private final class ForPlace implements Taker<Window.Place> {

        @Override
        public boolean granted(Window.Place place) {
            admission.take(place); // first: from now on its end gives the place back
            if (isOver()) {
                admission.leave();
                return true;
            }
            admission.endWait();
            T token;
            try {
                token = broughtOrIssued();
                if (token == null) {
                    joinForToken();
                }
            } catch (Throwable e) {
                refuse(e);
                return true;
            }
            if (token != null) {
                go(token);
            }
            return true;
        }

        @Override
        public void ended(RuntimeException why) {
            refuse(why);
        }
    }

    private final class ForToken implements Taker<T> {

        private final long since;

        ForToken(long since) {
            this.since = since;
        }

        @Override
        public boolean granted(T token) {
            if (isOver()) {
                return false;
            }
            admission.waitedForToken(parts.bare.nanoTime() - since);
            go(token);
            return true;
        }

        @Override
        public void ended(RuntimeException why) {
            refuse(why);
        }
    }

    /** Ends the call, whose request can't be sent; run by the executor. */
    private void refuse(Throwable why) {
        refusal = why instanceof RuntimeException thrown ? thrown : new SendFailedException(parts.bare.toString(), why);
        look();
    }

    /** Takes the ticket and sends the request, its turn having come; run by the executor. */
    private void go(T token) {
        hasToken = true;
        try {
            register(token);
        } catch (Throwable e) {
            refuse(e);
            return;
        }
        if (!phase.compareAndSet(Phase.QUEUED, Phase.SENDING)) { // ended meanwhile
            call.unsent = true;
            releaseAll();
            return;
        }
        try {
            waitUntil(deadline, this::timeIsUp); // its owner has the future, and sending may take for ever
            Sender<?> bound = binding.apply(token);
            sender = bound;
            send(bound);
        } catch (Throwable e) {
            if (sender == null) { // no memory, before anything was sent
                notSent(e);
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // for the executor's thread to see
            }
        } finally {
            cancelWait.run();
        }
    }

    // its end

    @Override
    void releaseAll() {
        try {
            super.releaseAll();
        } finally {
            admission.leave();
        }
    }

    @Override
    void leaveLines() {
        try {
            cancelWait.run();
            if (parts.asyncWaits.remove(this)) {
                parts.keeper.relieve();
            }
        } finally {
            boolean waited = queuedForPlace != null && !admission.hasPlace();
            try {
                cancel(queuedForPlace);
                cancel(queuedForToken);
            } finally {
                admission.leave();
            }
            if (waited) {
                admission.endWait();
            }
        }
    }

    private static void cancel(@Nullable Queued<?> queued) {
        if (queued != null) {
            queued.cancel();
        }
    }

    @Override
    public @Nullable RuntimeException failure() {
        return call.isRegistered() ? call.failure() : parts.bare.parts.generations.failure(generation);
    }

    @Override
    @Nullable
    RuntimeException whyNoAnswer() {
        RuntimeException refused = refusal;
        return refused != null ? refused : super.whyNoAnswer();
    }

    @Override
    Throwable timeout() {
        if (call.isRegistered()) {
            return super.timeout();
        }
        try {
            if (!admission.hasPlace()) {
                return admission.noPlace();
            }
            return brought == null && !hasToken ? admission.noToken() : admission.tooLate();
        } catch (Throwable e) { // no memory: the future ends all the same
            return e;
        }
    }

    @Override
    String waitedInLine() {
        return admission.toString();
    }
}
