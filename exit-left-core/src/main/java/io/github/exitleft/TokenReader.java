package io.github.exitleft;

import java.util.Objects;
import java.util.function.Predicate;
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
     * @return its token; null if it has none, which makes the message {@linkplain MessageOutcome#UNREADABLE unreadable},
     *     unless it {@linkplain #isEvent is an event}
     * @throws Exception if it has none, with the same effect
     */
    @Nullable
    T read(M message) throws Exception;

    /**
     * Says whether a message without a token is an event: readable, and for no caller, such as an empty acknowledgement
     * or a notice of the peer's own. Only messages for which {@link #read} returned null are asked about.
     *
     * @param message the message
     * @return whether it is an {@linkplain MessageOutcome#EVENT event}, which goes to the stage's {@linkplain
     *     StageBuilder#events event handler}; false unless overridden
     * @throws Exception if that can't be said, which makes the message unreadable
     */
    default boolean isEvent(M message) throws Exception {
        return false;
    }

    /**
     * Returns a reader that takes some messages for {@linkplain #isEvent events}, and reads the tokens of the others as
     * this one does.
     *
     * @param events which messages are events, whatever this reader would read in them
     * @return the reader
     */
    default TokenReader<T, M> withEvents(Predicate<? super M> events) {
        Objects.requireNonNull(events, "'events' must not be null");
        TokenReader<T, M> others = this;
        return new TokenReader<>() {
            @Override
            public @Nullable T read(M message) throws Exception {
                return events.test(message) ? null : others.read(message);
            }

            @Override
            public boolean isEvent(M message) throws Exception {
                return events.test(message) || others.isEvent(message);
            }
        };
    }
}
