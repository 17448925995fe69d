package io.github.exitleft.internal;

import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Time and blocking of stages as a test provides them.
 *
 * <p>This is for {@code exit-left-test} and may change at any time.
 */
public abstract class StageTime {

    /** As a time to park: until unparked. */
    public static final long FOR_EVER = Long.MAX_VALUE;

    /** Gives a time to a builder of stages, of which this package knows nothing; installed by the class of that. */
    private static volatile @Nullable BiConsumer<Object, StageTime> steering;

    /** Is called by the constructors of subclasses. */
    protected StageTime() {}

    /**
     * Says how a builder of stages is given a time.
     *
     * @param giver takes the builder and the time
     */
    public static void install(BiConsumer<Object, StageTime> giver) {
        steering = giver;
    }

    /**
     * Makes this the time of a stage.
     *
     * @param stageBuilder the stage's builder
     */
    public final void steer(Object stageBuilder) {
        Objects.requireNonNull(steering, "no builder of stages has been loaded").accept(stageBuilder, this);
    }

    /**
     * Returns the time.
     *
     * @return nanoseconds, since any moment
     */
    public abstract long nanoTime();

    /**
     * Blocks the current thread until it is unparked, interrupted, or its time is up; may return for no reason.
     *
     * @param blocker the stage that the thread waits for
     * @param nanos for how long, counted from its last look at the time; {@link #FOR_EVER} for no limit
     */
    public abstract void park(Object blocker, long nanos);

    /**
     * Ends a thread's present or next {@link #park}.
     *
     * @param thread the thread
     */
    public abstract void unpark(Thread thread);

    /**
     * Runs a task after a while.
     *
     * @param nanos after how long; positive
     * @param task what to run
     * @return cancels the task
     */
    public abstract Runnable after(long nanos, Runnable task);

    /**
     * Says that the current thread is about to block in its source.
     *
     * @param nanos for how long at most, counted from its last look at the time
     * @param wakeup ends the read, or the next one
     * @return false if its time is up, so that it must not block
     */
    public abstract boolean beginRead(long nanos, Runnable wakeup);

    /** Says that the current thread has returned from its source. */
    public abstract void endRead();
}
