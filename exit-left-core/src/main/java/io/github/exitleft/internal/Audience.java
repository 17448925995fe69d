package io.github.exitleft.internal;

import java.util.function.BooleanSupplier;

/**
 * Tells a source of this module for whom it is read, and who must not wait in order to send; tells any other source whether any
 * answer is awaited.
 *
 * <p>It is no API and may change at any time.
 */
public interface Audience extends BooleanSupplier {

    /**
     * Says whether the keeper heads on another thread now, so that it reads again soon even if it is busy with what it has read.
     *
     * @return true if so
     */
    boolean isKept();

    /**
     * Says whether the current thread may block.
     *
     * @return false if the stage refuses to let it wait
     */
    boolean mayBlock();

    /**
     * Returns what to throw to a thread that may not, instead of waiting in order to send.
     *
     * @param wait what would block it, such as "waiting for room to send to" somewhere; nothing has been sent
     * @return the exception
     */
    static IllegalStateException refusal(String wait) {
        return new IllegalStateException(
                wait + " would block thread '" + Thread.currentThread().getName()
                        + "', which must not block; nothing was sent; send on a thread that may block by an AsyncSender, with"
                        + " Reactor on one of Schedulers.boundedElastic()");
    }
}
