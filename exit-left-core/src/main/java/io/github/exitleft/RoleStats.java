package io.github.exitleft;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts heads, promotions and how entries end, for snapshots (S18).
 *
 * <p>Guarded by the stage's lock. The thread that closes the stage heads to do so, and is not counted.
 */
final class RoleStats {

    private final long[] entries = new long[Outcome.values().length];
    private long headSince;

    /** Computed on first use and kept, so that repeated snapshots agree. */
    private @Nullable Instant headSinceInstant;

    private long failedSince;

    /** Computed and kept likewise. */
    private @Nullable Instant failedSinceInstant;

    private long headChanges;
    private long promotions;

    void headed(Waiter head, long now) {
        headSince = now;
        headSinceInstant = null;
        headChanges += head instanceof Closer ? 0 : 1;
    }

    long headSince() {
        return headSince;
    }

    void promoted(Waiter head) {
        promotions += head instanceof Closer ? 0 : 1;
    }

    /** Notes the beginning of an outage; not called for a failure during one. */
    void failed(long now) {
        failedSince = now;
        failedSinceInstant = null;
    }

    void ended(Outcome outcome) {
        entries[outcome.ordinal()]++;
    }

    /** Makes a snapshot of these counts and of the queue. */
    BareSnapshot snapshot(
            BareSnapshot.State state,
            @Nullable Throwable failure,
            long retryAt,
            @Nullable Waiter head,
            WaiterQueue queue,
            int tickets,
            int oldest,
            long now,
            long callbackFailures) {
        boolean closed = state == BareSnapshot.State.CLOSED;
        return new BareSnapshot(
                state,
                closed ? null : failure,
                closed || failure == null ? null : outage(retryAt, now),
                closed ? 0 : queue.size(), // only the closing thread can still be queued
                tickets,
                head == null
                        ? null
                        : new BareSnapshot.Head(
                                head.threadName(), headSinceInstant(now), Duration.ofNanos(now - headSince)),
                headChanges,
                promotions,
                entries(),
                callbackFailures,
                waiting(queue, oldest, now));
    }

    private Instant headSinceInstant(long now) {
        if (headSinceInstant == null) {
            headSinceInstant = instant(headSince, now);
        }
        return headSinceInstant;
    }

    private BareSnapshot.Outage outage(long retryAt, long now) {
        if (failedSinceInstant == null) {
            failedSinceInstant = instant(failedSince, now);
        }
        return new BareSnapshot.Outage(
                failedSinceInstant, Duration.ofNanos(now - failedSince), Duration.ofNanos(Math.max(0, retryAt - now)));
    }

    private static Instant instant(long nanoTime, long now) {
        return Instant.now().minusNanos(now - nanoTime).truncatedTo(ChronoUnit.MILLIS);
    }

    private Map<Outcome, Long> entries() {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, entries[outcome.ordinal()]);
        }
        return counts;
    }

    private static List<BareSnapshot.Waiting> waiting(WaiterQueue queue, int oldest, long now) {
        List<BareSnapshot.Waiting> waiting = new ArrayList<>();
        for (Waiter waiter = queue.oldest(); waiter != null && waiting.size() < oldest; waiter = waiter.newer) {
            if (waiter instanceof TicketWaiter ticket) {
                waiting.add(ticket.describe(now));
            }
        }
        return waiting;
    }
}
