package io.github.exitleft;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stage of messages looked like. Its parts are read one after the other, so they may be a moment apart.
 *
 * @param role state, waiters, tickets, head, and how single entries ended
 * @param exits how many waits ended in each way; one wait may consist of several entries
 * @param messages how many messages had each outcome
 * @param transientFailures how often the source reported a failure that passes by itself
 * @param nextAttempt how long until a failed source is tried again, by a background thread or, if there is none, by the
 *     next caller; zero if that is now; null if the source has not failed
 * @param unattended how long the head has not read; zero if there is no head. More than two seconds are believed only
 *     when seen twice, a second apart
 * @param window how full the window is; null if any number of questions may be out
 * @param issued how many of the tokens that the stage issues are in use; null if it issues none
 * @param load how many calls and tickets the stage has beside threads that wait, and how many it has refused
 * @param oldestPending the longest waits for which no thread waits, oldest first
 */
public record StageSnapshot(
        BareSnapshot role,
        Map<Outcome, Long> exits,
        Map<MessageOutcome, Long> messages,
        long transientFailures,
        @Nullable Duration nextAttempt,
        Duration unattended,
        @Nullable WindowState window,
        @Nullable IssuedState issued,
        Load load,
        List<Pending> oldestPending) {

    /**
     * How full a window is.
     *
     * @param size how many questions may be out
     * @param used how many are out
     * @param waiting how many wait for a place
     */
    public record WindowState(int size, int used, int waiting) {}

    /**
     * How many of the tokens that a stage issues are in use, over all peers if it issues them for each.
     *
     * @param live how many are live
     * @param resting how many rest, since their questions ended without an answer
     * @param waiting how many questions wait for a token
     */
    public record IssuedState(int live, int resting, int waiting) {}

    /**
     * What a stage has taken on, and what it has refused.
     *
     * @param maxTickets how many tickets may be live
     * @param pending how many futures and streams have not ended
     * @param refused how many calls, tickets and streams were refused, for each reason
     */
    public record Load(int maxTickets, int pending, Map<Refusal, Long> refused) {}

    /** The reasons for which a stage refuses a call, a ticket or a stream. */
    public enum Refusal {
        /** There are as many tickets as there may be, or as many calls in line. */
        TICKETS,
        /** The token has a live ticket, or rests. */
        TOKEN,
        /** The source has failed. */
        FAILED,
        /** The stage is closed. */
        CLOSED
    }

    /**
     * A wait for which no thread waits.
     *
     * @param kind future or stream
     * @param token what it waits for; null while it is in line for a token
     * @param waiting how long it has waited
     * @param timeoutIn how long until its timeout; null if it has none
     */
    public record Pending(
            CallKind kind,
            @Nullable Object token,
            Duration waiting,
            @Nullable Duration timeoutIn) {}
}
