package io.github.exitleft.tcp;

/**
 * Whether a thread that could write at once had better let others go ahead, so that their frames travel with its own.
 *
 * <p>That follows what it has brought lately: frames of others, or nothing. Used with the lock of the queue held.
 */
final class Company {

    /** How far from zero the score gets at most. */
    private static final int MOST = 3;

    /** Every how many senders it is tried where it has brought nothing lately. */
    private static final int RARELY = 16;

    /** Counts up when frames of others have come meanwhile, and down when none have. */
    private int score;

    private int senders;
    private boolean tried;
    private long last;

    /** Returns whether others are likely to send too. A thread that sends again and again is alone. */
    boolean isLikely(Thread sender) {
        long id = sender.getId();
        if (id == last) {
            return false;
        }
        last = id;
        senders++;
        if (score < 0 && senders % RARELY != 0) {
            return false;
        }
        tried = true;
        return true;
    }

    /** Notes whether there are frames of others, before a write. */
    void found(boolean others) {
        if (tried) {
            tried = false;
            score = others ? Math.min(score + 1, MOST) : Math.max(score - 1, -MOST);
        }
    }
}
