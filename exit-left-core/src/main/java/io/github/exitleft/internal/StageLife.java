package io.github.exitleft.internal;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stage's time and state, for what belongs to a stage but is in another package of this module.
 *
 * <p>It is no API and may change at any time.
 */
public abstract class StageLife {

    /** Finds the life of a stage, of which this package knows nothing; installed by the class of that. */
    private static volatile @Nullable Function<Object, StageLife> finder;

    /** Is called by the constructors of subclasses. */
    protected StageLife() {}

    /**
     * Says how the life of a stage is found.
     *
     * @param finding takes the stage
     */
    public static void install(Function<Object, StageLife> finding) {
        finder = finding;
    }

    /**
     * Finds the life of a stage.
     *
     * @param stage the stage
     * @return its life
     */
    public static StageLife of(Object stage) {
        return Objects.requireNonNull(finder, "no stage has been loaded").apply(stage);
    }

    /**
     * Returns the time by the stage's clock.
     *
     * @return nanoseconds, since any moment
     */
    public abstract long nanoTime();

    /**
     * Runs a task after a while on a thread of the stage's timer, which the task may block.
     *
     * @param nanos after how long
     * @param task what to run; throws nothing
     * @return cancels the task
     */
    public abstract Runnable after(long nanos, Runnable task);

    /**
     * Says whether the stage is closed.
     *
     * @return true if so
     */
    public abstract boolean isClosed();

    /**
     * Says whether the stage's source has failed and was not seen to work since.
     *
     * @return true if so
     */
    public abstract boolean hasFailed();

    /**
     * Says whether any question waits for a token of the stage's, and so has not been sent yet.
     *
     * @return true if so
     */
    public abstract boolean hasTokenLine();

    /**
     * Runs a task that has a place in the stage's window: the first question that the task begins on its thread takes it.
     * It runs at once, on this thread, if a place is free or there is no window. Otherwise it gets the next place that
     * comes free, ahead of all callers in line, and runs on a thread of the stage's timer.
     *
     * @param task what to run, which may block; throws nothing
     * @param ended is run in place of that if no place comes, since the source has failed or the stage is closed
     * @return cancels the wait for a place
     * @throws RuntimeException if the source has failed, or the stage is closed
     */
    public abstract Runnable ahead(Runnable task, Runnable ended);
}
