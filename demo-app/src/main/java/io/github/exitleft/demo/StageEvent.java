package io.github.exitleft.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Outcome;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a stage has done. Neither tokens nor messages are in it.
 *
 * @param type head, exit or unclaimed
 * @param thread the name of the new head or of the thread whose wait has ended; null for a message that is unclaimed
 * @param how how the wait has ended, or why the message was not delivered; null for a new head
 * @param millis how long the wait was; null for the others
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StageEvent(
        String type,
        @Nullable String thread,
        @Nullable String how,
        @Nullable Double millis) {

    static StageEvent head(Thread thread) {
        return new StageEvent("head", thread.getName(), null, null);
    }

    static StageEvent exit(Thread thread, Outcome outcome, Duration waited) {
        return new StageEvent("exit", thread.getName(), tag(outcome), waited.toNanos() / 1e6);
    }

    static StageEvent unclaimed(MessageOutcome outcome) {
        return new StageEvent("unclaimed", null, tag(outcome), null);
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
