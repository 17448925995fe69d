package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Finds the token of a message.
 *
 * <p>It runs on the head's thread, which belongs to another request: it must be quick, must not rely on that thread's
 * context, and may not wait on a stage.
 *
 * @param <T> tokens
 * @param <M> messages
 */
@FunctionalInterface
public interface TokenReader<T, M> {

    /**
     * Reads the token of a message.
     *
     * @param message the message
     * @return its token; null if it has none, which makes the message {@linkplain MessageOutcome#UNREADABLE unreadable}
     * @throws Exception if it has none, with the same effect
     */
    @Nullable
    T read(M message) throws Exception;
}
