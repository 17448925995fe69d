package io.github.exitleft;

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
}
