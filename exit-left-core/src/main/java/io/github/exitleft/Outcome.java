package io.github.exitleft;

/** How a wait ended. Every wait has exactly one outcome. */
public enum Outcome {
    /** The thread was the head and returned with a value. */
    FINISHED,
    /** The head signalled the thread's token. */
    SIGNALLED,
    /** The deadline passed. */
    TIMED_OUT,
    /** The thread was interrupted. */
    INTERRUPTED,
    /** The resource failed, or the thread's own head routine threw. */
    FAILED,
    /** The stage was closed. */
    CLOSED,
    /** The ticket was closed during the wait, or the owner of a future cancelled or completed it. */
    CANCELLED,
    /** The request was not sent: the caller's sender threw. */
    NOT_SENT
}
