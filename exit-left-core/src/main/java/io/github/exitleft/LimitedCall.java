package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call of a stage with a window, or one whose token the stage issues. */
class LimitedCall<T, M> extends TrackedCall<T, M> {

    final Admission<T, M> admission;

    LimitedCall(StageParts<T, M> parts, CallOptions<? super M> options, boolean single, Admission<T, M> admission) {
        super(parts, options, single, null);
        this.admission = admission;
    }

    /** Waits for a place, sends a request with a token that the caller brings, and waits for its answer. */
    static <T, M, X extends Exception> M ask(
            StageParts<T, M> parts, T token, CallOptions<? super M> options, Duration timeout, Sender<X> sender)
            throws X, InterruptedException {
        requireReady(parts);
        Objects.requireNonNull(token, "'token' must not be null");
        return LimitedCall.<T, M>begin(parts, options, timeout).ask(token, options, brought -> sender);
    }

    /** Waits for a place and a token, sends a request with that token, and waits for its answer. */
    static <T, M, X extends Exception> M askIssued(
            StageParts<T, M> parts, CallOptions<? super M> options, Duration timeout, IssuedSender<? super T, X> sender)
            throws X, InterruptedException {
        requireReady(parts);
        return LimitedCall.<T, M>begin(parts, options, timeout).ask(null, options, issued -> bind(sender, issued));
    }

    private static <T, M> LimitedCall<T, M> begin(
            StageParts<T, M> parts, CallOptions<? super M> options, Duration timeout) {
        return new LimitedCall<>(parts, options, true, Admission.begin(parts, timeout));
    }

    private <X extends Exception> M ask(
            @Nullable T brought, CallOptions<? super M> options, Function<T, Sender<X>> sender)
            throws X, InterruptedException {
        M message;
        boolean answered = false;
        try {
            try (var call = this) {
                T token = admission.enter(brought, options.peer);
                call.register(token, brought == null);
                message = call.messageOf(
                        call.await(admission.start, admission.deadline, options.resends, sender.apply(token)));
            }
            answered = true;
        } finally {
            if (!answered) {
                unanswered();
            }
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    /** Takes the ticket for a token, which has been issued or not. */
    final void register(T token, boolean issued) {
        awaiting = Thread.currentThread(); // no other thread will know its ticket
        if (issued) {
            parts.registerIssued(token, this);
        } else {
            bindTo(token);
            parts.register(token, this);
        }
    }

    /** Makes a sender of one that is given the token. */
    static <T, X extends Exception> Sender<X> bind(IssuedSender<? super T, X> sender, T token) {
        if (sender instanceof AsyncIssuedSender<? super T, X> later) {
            return new AsyncSender<X>() {
                @Override
                public CompletionStage<?> sendAsync() throws X {
                    return later.sendAsync(token);
                }
            };
        }
        return () -> sender.send(token);
    }

    @Override
    public void close() {
        try {
            super.close();
        } finally {
            admission.leave();
        }
    }

    @Override
    String waitedInLine() {
        return admission.toString();
    }
}
