package io.github.exitleft;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A call of a stage with a window, or one whose token the stage issues. */
final class LimitedCall<T, M> extends Call<T, M> {

    private final Admission<T, M> admission;

    private LimitedCall(StageParts<T, M> parts, @Nullable Predicate<? super M> check, Admission<T, M> admission) {
        super(parts, check, true, null);
        this.admission = admission;
    }

    /** Waits for a place, sends a request with a token that the caller brings, and waits for its answer. */
    static <T, M, X extends Exception> M ask(
            StageParts<T, M> parts,
            T token,
            @Nullable Predicate<? super M> check,
            Duration timeout,
            Resends resends,
            Sender<X> sender)
            throws X, InterruptedException {
        requireMayWait(parts);
        Objects.requireNonNull(token, "'token' must not be null");
        Admission<T, M> admission = Admission.begin(parts, timeout);
        M message;
        try (var call = new LimitedCall<T, M>(parts, check, admission)) {
            admission.enter(token, null);
            call.take(token, true);
            message = call.await(admission.start, admission.deadline, resends, sender)
                    .message();
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    /** Waits for a place and a token, sends a request with that token, and waits for its answer. */
    static <T, M, X extends Exception> M askIssued(
            StageParts<T, M> parts,
            @Nullable InetSocketAddress peer,
            @Nullable Predicate<? super M> check,
            Duration timeout,
            Resends resends,
            IssuedSender<? super T, X> sender)
            throws X, InterruptedException {
        requireMayWait(parts);
        Admission<T, M> admission = Admission.begin(parts, timeout);
        M message;
        try (var call = new LimitedCall<T, M>(parts, check, admission)) {
            T token = admission.enter(null, peer);
            call.take(token, false);
            message = call.await(admission.start, admission.deadline, resends, bind(sender, token))
                    .message();
        }
        parts.errorReplies.throwIfError(message);
        return message;
    }

    private void take(T token, boolean brought) {
        awaiting = Thread.currentThread(); // no other thread will know its ticket
        if (brought) {
            bindTo(token);
            parts.register(token, this);
        } else {
            parts.registerIssued(token, this);
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
