package io.github.exitleft;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stage looked like at one moment.
 *
 * @param state open, failed or closed
 * @param failure why it failed; null unless the state is {@link State#FAILED}
 * @param outage for how long it has been failed; null unless the state is {@link State#FAILED}
 * @param waiters threads that wait, the head not counted
 * @param tickets live tickets
 * @param head the present head; null if there is none
 * @param headChanges how often a thread became head
 * @param promotions how often it became so by hand-over from a head that left
 * @param entries how many entries ended in which way
 * @param callbackFailures how often a listener or another callback threw
 * @param oldest the longest waits, oldest first, as many as were asked for
 */
public record BareSnapshot(
        State state,
        @Nullable Throwable failure,
        @Nullable Outage outage,
        int waiters,
        int tickets,
        @Nullable Head head,
        long headChanges,
        long promotions,
        Map<Outcome, Long> entries,
        long callbackFailures,
        List<Waiting> oldest) {

    /** The states of a stage. */
    public enum State {
        /** It works, as far as is known. */
        OPEN,
        /** Its resource failed and has not been seen to work since. */
        FAILED,
        /** It takes no tickets any more. */
        CLOSED
    }

    /**
     * The time in which a stage is failed.
     *
     * @param since when the resource was first reported to have failed since it last worked, to the millisecond
     * @param lasting for how long
     * @param retryIn after how long the next ticket is admitted, to try the resource again; zero if one would be now
     */
    public record Outage(Instant since, Duration lasting, Duration retryIn) {}

    /**
     * The thread that heads.
     *
     * @param thread its name
     * @param since since when, to the millisecond
     * @param heading for how long
     */
    public record Head(String thread, Instant since, Duration heading) {}

    /**
     * A thread that waits.
     *
     * @param thread its name
     * @param token what it waits for
     * @param waiting for how long it has waited
     * @param timeoutIn how long it is still going to wait; zero when its time is up
     */
    public record Waiting(String thread, Object token, Duration waiting, Duration timeoutIn) {}
}
