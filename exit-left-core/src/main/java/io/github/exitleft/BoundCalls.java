package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Calls whose tokens are known only when their requests have been sent: see {@link Bindings}. */
final class BoundCalls {

    private BoundCalls() {}

    /** Sends a request, binds its token, waits for its answer, and gives the token back. */
    static <T, M, X extends Exception> M ask(
            StageParts<T, M> parts, CallOptions<? super M> options, BoundSender<? extends T, X> sender)
            throws X, InterruptedException {
        requireNoResends(parts, options);
        Call.requireReady(parts);
        Duration timeout = options.timeout == null ? parts.defaultTimeout : options.timeout;
        long start = parts.bare.nanoTime();
        Call<T, M> call = null;
        @Nullable M message = null;
        try {
            Bindings.Binding binding = parts.bindings.begin();
            try {
                T token = send(parts, sender, start);
                call = TrackedCall.of(parts, token, options, null);
                call.awaiting = Thread.currentThread(); // no other thread will know its ticket
                bind(parts, binding, token, call, null, start);
            } finally {
                parts.bindings.end(binding);
            }
            message = call.await(start, timeout, Resends.NONE, null).message();
        } finally {
            if (call != null) {
                try {
                    call.close();
                } finally {
                    if (message == null) {
                        call.unanswered();
                    }
                }
            }
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    /** Sends a request, binds its token, and returns the future of its answer. */
    static <T, M, X extends Exception> CompletableFuture<M> askAsync(
            StageParts<T, M> parts, CallOptions<? super M> options, BoundSender<? extends T, X> sender) throws X {
        requireNoResends(parts, options);
        parts.keeper.requireKeeper();
        UnaryOperator<Runnable> context = parts.jobs.captureContext(); // may throw, and nothing has been sent yet
        long start = parts.bare.nanoTime();
        Bindings.Binding binding = parts.bindings.begin();
        try {
            T token = send(parts, sender, start);
            var asked = new AsyncCall<T, M>(parts, token, options, () -> {}, context, start);
            boolean bound = false;
            try {
                bind(parts, binding, token, asked.call, asked, start);
                bound = true;
            } finally {
                if (!bound) {
                    asked.call.unanswered(context).run();
                }
            }
            asked.sent();
            return asked;
        } finally {
            parts.bindings.end(binding);
        }
    }

    private static <T, X extends Exception> T send(
            StageParts<T, ?> parts, BoundSender<? extends T, X> sender, long start) throws X {
        boolean sent = false;
        try {
            T token = Objects.requireNonNull(
                    sender.send(),
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
            T token,
            Call<T, M> call,
            @Nullable Recipient recipient,
            long start) {
        @Nullable Outcome outcome = Outcome.FAILED;
        try {
            if (recipient == null) {
                parts.register(token, call);
            } else {
                parts.register(token, call, recipient);
            }
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
                call.ended(outcome, start);
            }
        }
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
