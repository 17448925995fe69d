package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A ticket as the role sees it: a caller that waits or heads, or has yet to enter. */
abstract class TicketWaiter extends Waiter {

    /** When the longer wait began and will end of which the entries are parts. */
    private record LongerWait(long since, long deadline) {}

    /** Cleared by closing, with the stage's lock held unless by its own thread, which enters no more; volatile for a look without it. */
    volatile boolean open = true;

    // guarded by the stage's lock
    @SuppressWarnings("NullAway.Init") // set before any other thread can see it
    Generation generation;

    boolean signalPending;

    /** Null if entries are waits of their own. Written by the entering thread between entries, read with the lock held while it waits. */
    private @Nullable LongerWait longerWait;

    // the table's own: its token's hash code, and the next ticket in the same chain

    int hash;

    @Nullable
    TicketWaiter next;

    abstract Object token();

    /**
     * Makes snapshots show the entries from now on as parts of one longer wait, whose thread leaves now and then, for example to
     * send again. Called by the thread that enters, between entries.
     */
    final void partOf(long since, long deadline) {
        longerWait = new LongerWait(since, deadline);
    }

    /** Makes snapshots show the entries from now on as waits of their own again; called as {@link #partOf} is. */
    final void whole() {
        longerWait = null;
    }

    /** Describes how the ticket's thread waits; with the stage's lock held. */
    final BareSnapshot.Waiting describe(long now) {
        long began = longerWait == null ? since : longerWait.since;
        long ends = longerWait == null ? deadline : longerWait.deadline;
        return new BareSnapshot.Waiting(
                threadName(), token(), Duration.ofNanos(now - began), Duration.ofNanos(Math.max(0, ends - now)));
    }
}
