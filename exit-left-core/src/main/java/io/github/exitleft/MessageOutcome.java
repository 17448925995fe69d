package io.github.exitleft;

/** What became of a message: exactly one of these for every message that was received and is not in a mailbox. */
public enum MessageOutcome {
    /** Given to the one who waited for it. */
    DELIVERED,
    /** Came after the wait for it had ended without it: after a timeout, or after the caller gave up. */
    LATE,
    /** Came for a token that had its answer already. */
    DUPLICATE,
    /** Failed its ticket's check, or is another's where several share the source. */
    FOREIGN,
    /** Nobody has asked for its token, as far as the stage remembers; foreign instead where others share the source. */
    UNKNOWN,
    /** Has no token that can be read, or could not be read at all. */
    UNREADABLE,
    /** Found a full mailbox, or had to leave one. */
    OVERFLOW,
    /** Was still in its mailbox when the ticket was closed, and had not come after the last wait. */
    ABANDONED
}
