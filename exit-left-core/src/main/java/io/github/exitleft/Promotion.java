package io.github.exitleft;

/**
 * Who becomes the next head when the present one leaves.
 *
 * <p>ReadLoop is a burden and no privilege: the head serves everybody, so neither order makes anybody wait longer for an
 * event. They differ in cost: the newest waiter is likely to have the longest wait ahead of it and so to head for
 * longest, which saves hand-overs.
 */
public enum Promotion {
    /** The thread that came last. */
    NEWEST,
    /** The thread that has waited longest. */
    OLDEST
}
