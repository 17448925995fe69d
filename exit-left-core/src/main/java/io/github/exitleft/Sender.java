package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends a call's request.
 *
 * <p>If its client reports failures later, by a {@code CompletionStage}, let it return that: see {@link AsyncSender}.
 *
 * @param <X> what sending throws
 */
@FunctionalInterface
public interface Sender<X extends Exception> {

    /**
     * Sends the request.
     *
     * <p>The first request, and for {@link Stage#call(Object, Sender) call} each one, is sent on the caller's thread.
     * For {@link Stage#callAsync(Object, Sender) callAsync} resends run on the stage's {@linkplain
     * StageBuilder#executor executor}. A sender is called by one thread at a time, and not again once the answer has
     * come.
     *
     * @throws X if sending fails. The first failure ends the call: nothing was sent. A failed resend does not, since an
     *     answer to an earlier request may still come; it is a suppressed exception of the {@link
     *     StageTimeoutException} that ends the call if none comes. An {@code InterruptedException} ends {@code call} at
     *     any time
     */
    void send() throws X;

    /**
     * Returns a sender without checked exceptions, for lambdas and streams that can't throw them:
     *
     * {@snippet :
     * Mono.fromFuture(() -> stage.callAsync(id, Sender.unchecked(() -> socket.send(server, request))));
     * }
     *
     * @param sender sends; for an {@link AsyncSender} use its own method, so that it stays one
     * @return sends as that does, but throws a {@link SendFailedException} in place of a checked exception; after an
     *     {@code InterruptedException} the thread is interrupted again
     */
    static Sender<RuntimeException> unchecked(Sender<?> sender) {
        Objects.requireNonNull(sender, "'sender' must not be null");
        return () -> Unchecked.run(() -> {
            sender.send();
            return null;
        });
    }

    /**
     * Returns how long the answer to the request that this thread is just sending will be waited for, so that the
     * request can carry its time to live.
     *
     * @return what is left of the call's timeout, zero if nothing is; null outside a sender, and for sources whose
     *     {@linkplain Source#sendsTimeToLive() requests carry no such time}
     */
    static @Nullable Duration timeLeft() {
        return TimeLeft.now();
    }
}
