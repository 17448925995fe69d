package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** What is told of a mailbox's messages where no thread waits for them: an asynchronous call, or a subscription. */
interface Recipient {

    /**
     * Is told that there may be something for it: a message has been filed, the stage has been closed, or the source has failed. Has its
     * work done by the stage's executor.
     */
    void lookAgain();

    /** Does that work on the calling thread, one of the timer's, since the executor has not come to it. */
    void lookNow();

    /** Returns why no message can come any more; null if one can. */
    @Nullable
    RuntimeException failure();

    /**
     * Returns what a snapshot shows of it; null if it is over.
     *
     * @param now by the stage's clock
     */
    default StageSnapshot.@Nullable Pending pending(long now) {
        return null;
    }
}
