package io.github.exitleft;

/** Why a question was given up that had been sent and has no answer; see {@link CallOptions#onGiveUp}. */
public enum GiveUp {
    /** The time was up. */
    TIMED_OUT,
    /** The thread that waited was interrupted. */
    INTERRUPTED,
    /** The owner of the future cancelled or completed it. */
    CANCELLED,
    /** The source failed, or an {@code Error} ended the wait. */
    FAILED,
    /** The stage was closed. */
    CLOSED
}
