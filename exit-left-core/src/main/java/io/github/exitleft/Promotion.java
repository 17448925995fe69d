package io.github.exitleft;

/**
 * The policy that chooses the next head when the present one leaves.
 *
 * <p>Heading is a burden and no privilege: the head serves all waiters, so neither order makes any of them wait longer for an
 * event. They differ in cost: the newest waiter is likely to have the longest wait ahead of it and so to head for
 * longest, which saves hand-overs.
 */
public enum Promotion {
    /** The thread that came last. */
    NEWEST,
    /** The thread that has waited longest. */
    OLDEST
}
