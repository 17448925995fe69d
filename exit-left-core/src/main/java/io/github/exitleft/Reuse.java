package io.github.exitleft;

/** Whether a token may be used again while an answer to its last question may still come. */
public enum Reuse {
    /**
     * A token whose question ended without its answer rests: it is refused until the answer has come, or the
     * {@linkplain StageBuilder#rest rest} is over. So no caller gets the answer to an earlier question.
     */
    REFUSE,
    /** A token can be used again at once; a late answer to the question before reaches its next owner. */
    ALLOW
}
