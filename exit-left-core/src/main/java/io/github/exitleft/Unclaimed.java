package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A message that nobody got, and why.
 *
 * @param <T> tokens
 * @param <M> messages
 * @param outcome why; never {@link MessageOutcome#DELIVERED}
 * @param token its token; null if it is unreadable
 * @param message the message; null if the source could not read it
 * @param late how long after the wait for it had ended it came; null unless it is late
 * @param cause what was thrown by the source, the token reader or the check; null if nothing was
 */
public record Unclaimed<T, M>(
        MessageOutcome outcome,
        @Nullable T token,
        @Nullable M message,
        @Nullable Duration late,
        @Nullable Throwable cause) {}
