package io.github.exitleft;

/**
 * Whether a background thread reads a stage's source while no caller does.
 *
 * <p>It is a daemon, a platform thread and named after the stage; it ends with the stage, or when switched {@link #OFF} and the
 * last asynchronous call and stream is over.
 */
public enum Keeper {
    /**
     * Nobody reads while nobody waits, and there are neither asynchronous calls nor streams. Those that were there before it was
     * switched off are read for until they are over.
     */
    OFF,
    /**
     * The keeper reads when nobody has read for a while. A caller that comes meanwhile is served by it; then it leaves the
     * reading to the callers, until they have not read for that while again. As long as there are asynchronous calls or
     * streams it goes on reading, as {@link #ALWAYS}.
     */
    IDLE,
    /**
     * The keeper reads all the time, and callers wait. Only one that comes while nobody has the role reads itself until it has its
     * message: before the keeper has begun, or as a source that failed is tried again.
     */
    ALWAYS
}
