package io.github.exitleft;

/** Which message is dropped, and counted, when one comes for a full mailbox. */
public enum Overflow {
    /** The one that comes. */
    DROP_NEWEST,
    /** The one that has been there longest. */
    DROP_OLDEST
}
