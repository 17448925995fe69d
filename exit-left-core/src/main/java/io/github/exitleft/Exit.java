package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * How {@link BareStage#enter} returned: {@link Finished}, {@link Signalled} or {@link TimedOut}.
 *
 * @param <V> what the head routine returns
 */
public sealed interface Exit<V extends @Nullable Object> {

    /**
     * The thread was the head, and its routine returned.
     *
     * @param <V> what the head routine returns
     * @param value what the routine returned; null if it returned null
     */
    record Finished<V extends @Nullable Object>(V value) implements Exit<V> {}

    /**
     * The head signalled the thread's token. Look into the buffer, and be ready to find nothing, since signals between
     * two entries count as one.
     *
     * @param <V> what the head routine would have returned
     */
    record Signalled<V extends @Nullable Object>() implements Exit<V> {}

    /**
     * The deadline passed before anything else ended the wait, or the head said that it was
     * {@linkplain Director#outOfTime() out of time}.
     *
     * @param <V> what the head routine would have returned
     */
    record TimedOut<V extends @Nullable Object>() implements Exit<V> {}
}
