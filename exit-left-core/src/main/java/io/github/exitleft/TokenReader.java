package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/**
 * Finds the token that a message is for.
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
     * Reads the token.
     *
     * @param message the message
     * @return its token, or null if there is none in it
     * @throws Exception if there is none in it; the message counts as unreadable either way
     */
    @Nullable
    T read(M message) throws Exception;
}
