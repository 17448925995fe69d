package io.github.exitleft;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stage of messages looked like; its parts are read one after the other, so they may be a moment apart.
 *
 * @param role state, waiters, tickets, head, and how single entries ended
 * @param exits how many waits of callers ended in which way; one wait may have entered several times
 * @param messages what became of the messages
 * @param transientFailures how often the source said that it failed for a moment
 * @param nextAttempt after how long a failed source is tried again: by a background thread or, if none is to, by the next caller; zero
 *     if that is now; null if the source has not failed
 * @param unattended for how long the head has not read, which is believed beyond two seconds when it is seen twice, a second apart; zero
 *     if there is none
 */
public record StageSnapshot(
        BareSnapshot role,
        Map<Outcome, Long> exits,
        Map<MessageOutcome, Long> messages,
        long transientFailures,
        @Nullable Duration nextAttempt,
        Duration unattended) {}
