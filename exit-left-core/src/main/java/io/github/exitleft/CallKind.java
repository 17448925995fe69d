package io.github.exitleft;

/** The ways to ask a stage that a {@link StageObserver} is told of. */
public enum CallKind {
    /** A {@code call}: a thread waits for one answer. */
    CALL,
    /** A {@code callAsync}: a future of one answer. */
    FUTURE,
    /** A {@code gather}: a thread waits for many answers. */
    GATHER,
    /** One of the questions of a {@code callAll}. */
    ALL,
    /** A subscription to {@code messages}. */
    STREAM
}
