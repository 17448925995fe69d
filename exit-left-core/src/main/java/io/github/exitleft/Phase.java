package io.github.exitleft;

/** How far an asynchronous call has got; see {@link AsyncCall} and {@link QueuedCall}. */
enum Phase {
    /** In line: see {@link QueuedCall}. */
    QUEUED,
    SENDING,
    /** As SENDING; told meanwhile that there may be something for it. */
    TOLD,
    OPEN,
    /** Ended while the request is being sent. */
    LEFT,
    OVER
}
