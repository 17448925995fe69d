package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The report of a wait whose time is up: which thread read meanwhile, and what came instead of a message (M7). */
final class TimeoutReport {

    private final BareStage<?, ?, ?> bare;
    private final Heartbeat heartbeat;
    private final StageStats stats;

    TimeoutReport(BareStage<?, ?, ?> bare, Heartbeat heartbeat, StageStats stats) {
        this.bare = bare;
        this.heartbeat = heartbeat;
        this.stats = stats;
    }

    /**
     * Makes the exception that ends a wait.
     *
     * @param received how many messages had been received when the wait began
     * @param unclaimed what had not been claimed by then: {@link StageStats#unclaimedSoFar}
     * @param inLine says how long the question waited before its ticket; may be empty
     */
    StageTimeoutException exception(
            Mailbox<?, ?> box,
            long start,
            long deadline,
            int received,
            long unclaimed,
            @Nullable FailedSends failed,
            String inLine) {
        BareSnapshot role = bare.snapshot(0);
        long now = bare.nanoTime();
        var text = new StringBuilder();
        if (box.headed) {
            text.append("this thread was the head");
        } else if (role.head() == null) {
            text.append("there is no head now");
        } else {
            text.append("thread '").append(role.head().thread()).append("' is the head");
            if (!box.overshot && heartbeat.isSilent(role)) {
                text.append(" and has not read for ")
                        .append(heartbeat.silence(role).toMillis())
                        .append(" ms");
            }
        }
        int messages = (int) stats.receivedSoFar() - received;
        text.append("; ").append(messages).append(messages == 1 ? " message" : " messages");
        text.append(" received meanwhile (");
        text.append(stats.unclaimedSince(unclaimed)).append("), ");
        text.append(box.foreign()).append(" refused by this ticket's check");
        text.append(inLine);
        if (failed != null) {
            text.append(failed);
        }
        if (box.overshot) {
            text.append("; the wait ended ")
                    .append(Duration.ofNanos(now - deadline).toMillis());
            text.append(" ms after its deadline, as after a pause of the whole process");
        }
        heartbeat.warnIfUnattended(role);
        var timeout = new StageTimeoutException(
                bare.name(), box.token(), box.toString(), Duration.ofNanos(now - start), text.toString());
        if (failed != null) {
            failed.suppressIn(timeout);
        }
        return timeout;
    }

    /** Makes the exception that ends a wait in line, before there was a ticket. */
    StageTimeoutException unasked(long start, String what, String why) {
        Duration waited = Duration.ofNanos(bare.nanoTime() - start);
        return new StageTimeoutException(
                bare.name(), what + " in " + waited.toMillis() + " ms, so nothing was sent; " + why, waited);
    }
}
