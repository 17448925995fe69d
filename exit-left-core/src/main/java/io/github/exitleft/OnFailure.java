package io.github.exitleft;

/**
 * What reopens a source that has failed. By then every wait has ended with the failure. Whichever is set, {@link Stage#reopen()} has
 * the source tried at once.
 */
public enum OnFailure {
    /** The next caller tries again, and the keeper if there is one, each at most once a second. */
    FAIL_ALL,
    /**
     * As {@link #FAIL_ALL}, and a background thread tries again after pauses that double from 100 ms to 10 s unless {@linkplain
     * StageBuilder#reopenPauses set}, until the source works, whether or not there is a {@linkplain Keeper keeper} or any caller.
     */
    REOPEN
}
