package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * What a thread does while it is the head: read the resource, keep its own event, route the others'.
 *
 * <p>It runs on the thread that entered, never on two threads at once, and sees everything that earlier heads wrote. It
 * must come back when {@link Director#remaining()} is zero; waiting on any stage inside it is refused.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 * @param <V> what it comes back with
 * @param <X> what it throws; reaches the caller of {@code enter} after the role has been passed on
 */
@FunctionalInterface
public interface HeadRoutine<T, R, B extends @Nullable Object, V extends @Nullable Object, X extends Exception> {

    /**
     * Heads the stage.
     *
     * @param director the head's handle; valid on this thread until this method returns
     * @return the value of {@link Exit.Finished}, or {@code director.outOfTime()}
     * @throws X whatever the routine likes
     * @throws InterruptedException if the thread was interrupted
     */
    V head(Director<T, R, B> director) throws X, InterruptedException;
}
