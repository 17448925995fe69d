package io.github.exitleft.spring.boot.source;

import io.github.exitleft.Keeper;
import io.github.exitleft.TokenReader;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a test takes in place of a source: all that belongs to it, but no network.
 *
 * @param reader reads the stage's tokens from the source's messages
 * @param backdoor an object of the class that the source's backdoor has, which gives what it sends to a {@link Peer}; null for none
 * @param keeper what the source prefers
 * @param errors says what is wrong with a message, as {@link io.github.exitleft.Source#errorOf} of the source does
 */
public record StandIn(
        TokenReader<?, ?> reader,
        @Nullable Object backdoor,
        Keeper keeper,
        Function<Object, @Nullable Throwable> errors) {

    /** Takes what the backdoor sends. */
    @FunctionalInterface
    public interface Peer {

        /**
         * Takes a question, on the thread that sends it.
         *
         * @param question a message of the source, as if the peer had sent back what it was sent
         * @throws IOException to be thrown to the sender
         */
        void accept(Object question) throws IOException;
    }

    /** Refuses null, so that it is reported with the adapter that gave it. */
    public StandIn {
        Objects.requireNonNull(reader, "'reader' must not be null");
        Objects.requireNonNull(keeper, "'keeper' must not be null");
        Objects.requireNonNull(errors, "'errors' must not be null");
    }

    /**
     * Creates a stand-in for a source that finds no errors in messages.
     *
     * @param reader reads the stage's tokens from the source's messages
     * @param backdoor as above; null for none
     * @param keeper what the source prefers
     */
    public StandIn(TokenReader<?, ?> reader, @Nullable Object backdoor, Keeper keeper) {
        this(reader, backdoor, keeper, message -> null);
    }
}
