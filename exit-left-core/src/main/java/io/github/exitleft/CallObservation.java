package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Is told of one call that a {@link StageObserver} follows. Methods may run on different threads, but not at the same time unless an
 * answer comes while a request is being sent.
 */
public interface CallObservation {

    /** The events of a call. */
    enum Event {
        /** The request was sent: its sender has returned. */
        SENT,
        /** The request was sent again. */
        RESENT,
        /** The caller has got an answer; for a stream, it has been handed to the subscriber. */
        RECEIVED
    }

    /**
     * Called before each send, on the thread that sends.
     *
     * @return called on the same thread when the sender has returned, or has thrown
     */
    default Runnable sending() {
        return () -> {};
    }

    /**
     * Called when something has happened to the call.
     *
     * @param event what has happened
     */
    default void happened(Event event) {}

    /**
     * Called once, when the call has ended: its token is free, and its caller is about to be told.
     *
     * @param token the call's token; null if it never had one
     * @param exit how the call has ended; null if it was refused before it could wait
     * @param error what the caller gets instead of an answer; null if it gets one, or has withdrawn its call
     */
    void ended(@Nullable Object token, @Nullable Outcome exit, @Nullable Throwable error);
}
