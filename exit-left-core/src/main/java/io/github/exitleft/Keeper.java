package io.github.exitleft;

/**
 * When a background thread, the keeper, reads a stage's source.
 *
 * <p>The keeper is a daemon platform thread, named after the stage. It ends with the stage, or when it is switched
 * {@link #OFF} and the last asynchronous call and stream is over.
 */
public enum Keeper {
    /**
     * There is no keeper: only waiting callers read, and asynchronous calls and streams are refused. Switched off, a
     * keeper reads on until those that are there already are over.
     */
    OFF,
    /**
     * The keeper reads when the source has had no reader for a while ({@link StageBuilder#keeperIdle}). It serves a
     * caller that comes meanwhile, and then leaves the reading to callers until they have not read for that while
     * again. As long as there are asynchronous calls or streams it goes on reading, as with {@link #ALWAYS}.
     */
    IDLE,
    /**
     * The keeper reads all the time, and callers wait. A caller reads only if it comes while the role is free, until it
     * has its message: before the keeper has begun, or when a failed source is tried again.
     */
    ALWAYS
}
