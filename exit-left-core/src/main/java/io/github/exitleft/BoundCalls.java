package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls whose tokens are known only when their requests have been sent: see {@link Bindings}. */
final class BoundCalls {

    private BoundCalls() {}

    /** Waits for a place, sends a request, binds its token, waits for its answer, and gives the token back. */
    static <T, M, X extends Exception> M ask(
            StageParts<T, M> parts, CallOptions<? super M> options, BoundSender<? extends T, X> sender)
            throws X, InterruptedException {
        requireNoResends(parts, options);
        Call.requireReady(parts);
        Admission<T, M> admission =
                Admission.begin(parts, options.timeout == null ? parts.defaultTimeout : options.timeout);
        var call = new TrackedCall<T, M>(parts, options, true, null);
        M message;
        boolean answered = false;
        try {
            try {
                admission.takePlace();
                call.awaiting = Thread.currentThread(); // no other thread will know its ticket
                sendAndBind(parts, sender, call, null, admission.start, admission.deadline);
                message = call.messageOf(call.await(admission.start, admission.deadline, Resends.NONE, null));
            } finally {
                close(call, admission);
            }
            answered = true;
        } finally {
            if (!answered) {
                call.unanswered();
            }
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    private static void close(Call<?, ?> call, Admission<?, ?> admission) {
        try {
            call.close();
        } finally {
            admission.leave();
        }
    }

    /** Sends a request, binds its token, and returns the future of its answer. */
    static <T, M, X extends Exception> CompletableFuture<M> askAsync(
            StageParts<T, M> parts, CallOptions<? super M> options, BoundSender<? extends T, X> sender) throws X {
        requireNoResends(parts, options);
        parts.keeper.requireKeeper();
        if (parts.gate.window != null) {
            throw new IllegalStateException(parts.bare
                    + " has a window, in whose line an asynchronous call with a BoundSender can't wait; use 'call', or a"
                    + " stage without a window (StageBuilder.window)");
        }
        var asked = new AsyncCall<T, M>(parts, null, options, null);
        boolean bound = false;
        try {
            sendAndBind(parts, sender, asked.call, asked, asked.start, asked.deadline);
            bound = true;
        } finally {
            if (!bound) {
                giveUp(asked);
            }
        }
        asked.sent();
        return asked;
    }

    /** Ends a call whose caller gets no future. */
    private static void giveUp(AsyncCall<?, ?> asked) {
        try {
            if (asked.call.isRegistered()) {
                asked.releaseAll();
            }
        } finally {
            asked.call.unanswered(asked.context).run();
        }
    }

    private static <T, M, X extends Exception> void sendAndBind(
            StageParts<T, M> parts,
            BoundSender<? extends T, X> sender,
            Call<T, M> call,
            @Nullable Recipient recipient,
            long start,
            long deadline)
            throws X {
        parts.beforeTicket();
        // before sending: a failure that comes after it may be that of what is sent
        Generation generation = parts.bare.parts.role.guarded.generation;
        Bindings.Binding binding = begin(parts);
        Object recorded = parts.listeners.recorder.beginWait(); // for a refusal; otherwise the wait records itself
        boolean bound = false;
        try {
            T token = send(parts, sender, call, start, deadline);
            bind(parts, binding, generation, token, call, recipient, start, recorded);
            bound = true;
        } finally {
            parts.bindings.end(binding);
            if (!bound) {
                parts.unload(call);
            }
        }
    }

    private static <T, M> Bindings.Binding begin(StageParts<T, M> parts) {
        try {
            return parts.bindings.begin();
        } catch (RuntimeException e) {
            parts.stats.refused(e);
            throw e;
        }
    }

    private static <T, M, X extends Exception> T send(
            StageParts<T, M> parts, BoundSender<? extends T, X> sender, Call<T, M> call, long start, long deadline)
            throws X {
        var returned = new AtomicReference<@Nullable T>();
        Sender<X> sending = () -> returned.set(sender.send());
        boolean sent = false;
        try {
            Sending.begin(parts, call, sending, deadline);
            T token = Objects.requireNonNull(
                    returned.get(),
                    () -> "the sender of a call on " + parts.bare
                            + " returned null; let it return the token of what it has sent, or throw");
            sent = true;
            return token;
        } finally {
            if (!sent) {
                parts.listeners.exited(Outcome.NOT_SENT, start);
            }
        }
    }

    /** Takes a token whose request has been sent, and routes what has come for it meanwhile. */
    private static <T, M> void bind(
            StageParts<T, M> parts,
            Bindings.Binding binding,
            Generation generation,
            T token,
            Call<T, M> call,
            @Nullable Recipient recipient,
            long start,
            @Nullable Object recorded) {
        @Nullable Outcome outcome = Outcome.FAILED;
        try {
            // first, since a ticket that is refused must not be the one that was to try the source again
            requireNoFailure(parts, generation);
            call.bindTo(token);
            if (recipient == null) {
                parts.register(token, call);
            } else {
                parts.register(token, call, recipient);
            }
            // again: it may have failed, and another thread may have reopened it, since the first look
            requireNoFailure(parts, generation);
            if (parts.carriers != null) {
                parts.carriers.endIfLost(call.load);
            }
            routeEarly(parts, binding, token, call); // which may fail by the token's own code
            outcome = null;
        } catch (StageClosedException e) {
            outcome = Outcome.CLOSED;
            throw e;
        } catch (TokenInUseException e) {
            var late = new TokenInUseException(
                    "the request was sent, but its answer can't be waited for: " + e.getMessage());
            late.initCause(e);
            throw late;
        } finally {
            if (outcome != null) {
                parts.listeners.recorder.endWait(recorded, outcome, false, recipient != null);
                call.ended(outcome, start);
            }
        }
    }

    /** Refuses to wait for an answer to what was sent before a failure, also if the source works again. */
    private static void requireNoFailure(StageParts<?, ?> parts, Generation sentIn) {
        RuntimeException failure = parts.bare.parts.generations.failure(sentIn);
        if (failure != null) {
            throw failure;
        }
    }

    private static <T, M> void routeEarly(StageParts<T, M> parts, Bindings.Binding binding, T token, Call<T, M> call) {
        for (Received<M> early = parts.bindings.take(binding, token);
                early != null;
                early = parts.bindings.take(binding, token)) {
            parts.router.routeEarly(token, call, early);
        }
    }

    private static void requireNoResends(StageParts<?, ?> parts, CallOptions<?> options) {
        if (options.resends != Resends.NONE) {
            throw new IllegalArgumentException("options for a call on " + parts.bare
                    + " have resends, but each request of a BoundSender has a token of its own; call again instead");
        }
    }
}
