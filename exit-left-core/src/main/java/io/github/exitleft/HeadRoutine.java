package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * What a thread does while it is the head: reads the resource, keeps its own event, and routes other threads' events.
 *
 * <p>It runs on the thread that entered, never on two threads at once, and sees everything that earlier heads wrote. It
 * must return when {@link Director#remaining()} is zero. Waiting on any stage inside it is refused.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 * @param <V> what it returns
 * @param <X> what it throws; reaches the caller of {@code enter} after the role has been passed on
 */
@FunctionalInterface
public interface HeadRoutine<T, R, B extends @Nullable Object, V extends @Nullable Object, X extends Exception> {

    /**
     * Heads the stage.
     *
     * @param director the head's handle; valid on this thread until this method returns
     * @return the value of {@link Exit.Finished}, or {@code director.outOfTime()}
     * @throws X any exception of the routine's
     * @throws InterruptedException if the thread is interrupted
     */
    V head(Director<T, R, B> director) throws X, InterruptedException;
}
