package io.github.exitleft;

/**
 * What became of a message. Every message that was received has exactly one outcome, unless it is in a mailbox yet, or held for
 * a {@link BoundSender} that has not returned its token.
 */
public enum MessageOutcome {
    /** Was given to the thread, future or stream that waited for it. */
    DELIVERED,
    /** Came after its wait had ended without it: after a timeout, or after the caller gave up. */
    LATE,
    /** Came for a token whose wait had its answer already. */
    DUPLICATE,
    /** Failed its ticket's check, or answers another instance where several share the source. */
    FOREIGN,
    /**
     * Has a token that was never asked for, as far as the stage remembers. Where instances share the source it is
     * {@link #FOREIGN} instead.
     */
    UNKNOWN,
    /** Has no token that can be read, or could not be read at all. */
    UNREADABLE,
    /**
     * Found its mailbox full, or was dropped from a full mailbox for a newer one; or is an event that came when 1,024
     * others waited for their handler.
     */
    OVERFLOW,
    /**
     * Was still in its mailbox when the ticket was closed, and is not {@link #LATE}; or is an event that had not been
     * handed on when the stage was closed.
     */
    ABANDONED,
    /** Is readable and for no caller, as its token reader {@linkplain TokenReader#isEvent says}. */
    EVENT
}
