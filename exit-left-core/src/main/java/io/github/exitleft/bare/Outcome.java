package io.github.exitleft.bare;

/** How a wait ended: exactly one of these for every wait. */
public enum Outcome {
    /** The thread was the head and came back with a value. */
    FINISHED,
    /** The head signalled the thread's token. */
    SIGNALLED,
    /** The deadline passed. */
    TIMED_OUT,
    /** The thread was interrupted. */
    INTERRUPTED,
    /** The resource failed, or the thread's own head routine threw. */
    FAILED,
    /** The stage or the ticket was closed. */
    CLOSED
}
