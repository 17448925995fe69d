package io.github.exitleft;

/** Which message is dropped, and counted, when a message comes for a full mailbox. */
public enum Overflow {
    /** The message that comes. */
    DROP_NEWEST,
    /** The message that has been in the mailbox longest. */
    DROP_OLDEST
}
