package io.github.exitleft;

/** What brings a source back that has failed; everybody who waited has been told by then. */
public enum OnFailure {
    /** The next who asks, and the keeper if there is one, tries again, each at most once a second. */
    FAIL_ALL,
    /**
     * Besides, a background thread tries again after 100 ms and then after times that double up to 10 s, until the source works,
     * whether or not there is a {@linkplain Keeper keeper} and anybody asks.
     */
    REOPEN
}
