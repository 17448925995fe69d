package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A message that was not delivered, and why.
 *
 * @param <T> tokens
 * @param <M> messages
 * @param outcome why; never {@link MessageOutcome#DELIVERED} or {@link MessageOutcome#EVENT}
 * @param token its token; null if it is unreadable or an event
 * @param message the message; null if the source could not read it
 * @param late how long after the end of its wait it came; null unless the outcome is {@link MessageOutcome#LATE}
 * @param cause what the source, the token reader or the check threw; null if none of them did
 * @param attachment the {@linkplain CallOptions#attachment attachment} of the question that the message is for, so that a
 *     late answer comes with its question; null if that had none, is not known, or had its answer and is closed
 */
public record Unclaimed<T, M>(
        MessageOutcome outcome,
        @Nullable T token,
        @Nullable M message,
        @Nullable Duration late,
        @Nullable Throwable cause,
        @Nullable Object attachment) {}
