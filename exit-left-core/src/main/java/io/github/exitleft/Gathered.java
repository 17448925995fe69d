package io.github.exitleft;

import java.util.List;

/**
 * The answers that a {@linkplain Stage#gather gather} has collected, and why it ended.
 *
 * @param <M> messages
 * @param messages the answers, in the order in which they were received
 * @param end why no more were collected
 */
public record Gathered<M>(List<M> messages, End end) {

    /** Why a gather ended. */
    public enum End {
        /** The last message matches. */
        MATCHED,
        /** The wanted number of messages has come. */
        NUMBER,
        /** No more messages came for the time that was to be quiet. */
        QUIET,
        /** The timeout was over; what is missing is not known. */
        DEADLINE
    }

    /** Copies the messages. */
    public Gathered {
        messages = List.copyOf(messages);
    }
}
