package io.github.exitleft;

/**
 * Sends what a call waits for an answer to.
 *
 * <p>If what it sends with tells of a failure only later, by a {@code CompletionStage}, let it return that: see {@link AsyncSender}.
 *
 * @param <X> what sending throws
 */
@FunctionalInterface
public interface Sender<X extends Exception> {

    /**
     * Sends the request.
     *
     * <p>The first time, and for {@link Stage#call(Object, Sender) call} each time, it runs on the caller's thread. For {@link
     * Stage#callAsync(Object, Sender) callAsync} it is called again on the stage's {@linkplain StageBuilder#executor executor}. It is
     * called by one thread at a time, and not again once the answer has come.
     *
     * @throws X if that fails. The first time it ends the call: nothing was sent. A later failure does not, since an answer to an
     *     earlier request may still come; it is a suppressed exception of the {@link StageTimeoutException} that ends the call if none
     *     does. An {@code InterruptedException} ends {@code call} at any time
     */
    void send() throws X;
}
