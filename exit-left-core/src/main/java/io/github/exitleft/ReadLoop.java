package io.github.exitleft;

import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The read loop of a stage of messages: the head reads the source, has each message routed, and looks at its time. */
final class ReadLoop<T, M> {

    /** How long a source that fails for the moment is left alone, so that it does not spin. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    /** Stands for a message that was not the head's own. */
    private static final Received<?> ROUTED = new Received<>("routed", 0);

    private final BareStage<T, Source<M>, Void> bare;
    private final Source<M> source;
    private final Router<T, M> router;
    private final StageStats stats;
    private final Heartbeat heartbeat;
    private final Mailroom<T, M> mailroom;
    private final AsyncWaits asyncWaits;
    private final LostCarriers lostCarriers;
    private final int drain;

    ReadLoop(
            BareStage<T, Source<M>, Void> bare,
            Source<M> source,
            Router<T, M> router,
            StageStats stats,
            Heartbeat heartbeat,
            Mailroom<T, M> mailroom,
            AsyncWaits asyncWaits,
            LostCarriers lostCarriers,
            int drain) {
        this.bare = bare;
        this.source = source;
        this.router = router;
        this.stats = stats;
        this.heartbeat = heartbeat;
        this.mailroom = mailroom;
        this.asyncWaits = asyncWaits;
        this.lostCarriers = lostCarriers;
        this.drain = drain;
    }

    /**
     * Reads until a message for the head itself has come, or its time is up.
     *
     * @param mine the head's own mailbox
     * @return the message; null if the head is out of time, which the director has been told
     * @throws SourceFailedException if the source has failed
     */
    @Nullable
    Received<M> head(Director<T, Source<M>, Void> director, Mailbox<T, M> mine) throws InterruptedException {
        int looks = Math.max(1, drain);
        long rest = mine.overshot ? 0 : director.remainingNanos();
        while (true) {
            Received<M> got = step(director, mine, false, rest);
            if (got != null && got != ROUTED && !mine.keeps(got)) {
                return got;
            }
            if (got != null && !mine.isEmpty()) { // filed by a head that was hit by an Error before it signalled
                Received<M> filed = mailroom.take(mine);
                if (filed != null && !mine.keeps(filed)) {
                    return filed;
                }
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while heading with " + mine);
            }
            if (rest == 0) {
                // a head without time looks through what is there already, but not for ever
                looks--;
                if (got == null || looks == 0) {
                    return director.outOfTime();
                }
            } else {
                rest = director.remainingNanos();
                if (rest == 0) {
                    return director.outOfTime();
                }
            }
        }
    }

    /**
     * Reads for others, as the keeper, until that is to step down.
     *
     * @param stepsDown tells whether it is, after each read; is given whether there has been a message for a caller
     * @throws SourceFailedException if the source has failed
     */
    void keep(Director<T, Source<M>, Void> director, Predicate<Boolean> stepsDown) throws InterruptedException {
        long before = router.filed();
        long rest = 0; // first a mere look, which shows at once whether a source that failed works again
        do {
            try {
                step(director, null, false, rest);
            } catch (InterruptedException e) {
                // nothing has a right to interrupt it, so it is perhaps a source that says so for ever
                stats.transientFailure();
                throw e;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while heading as the keeper of " + bare);
            }
            rest = Heartbeat.LONGEST_NANOS;
        } while (!director.isClosed() && !stepsDown.test(router.filed() != before));
        drain(director, null);
    }

    /**
     * Routes what is there already before leaving, so that others need not be promoted for it (M5).
     *
     * @throws SourceFailedException if the source has failed; anything else leaves the head alone, which has its message
     */
    void drain(Director<T, Source<M>, Void> director, @Nullable Mailbox<T, M> mine) {
        try {
            for (int i = 0; i < drain && bare.parts.registrations.count() > 1 && !director.isClosed(); i++) {
                if (step(director, mine, true, 0) == null) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // for its caller to see
        } catch (SourceFailedException e) {
            throw e;
        } catch (Throwable e) {
            // whatever it is, the head has its message
        }
    }

    /** Reads and routes one message; returns it if it was the head's own, and null if there was none. */
    @SuppressWarnings("unchecked") // what stands for a message is none
    private @Nullable Received<M> step(
            Director<T, Source<M>, Void> director, @Nullable Mailbox<T, M> mine, boolean leaving, long rest)
            throws InterruptedException {
        M message = null;
        Throwable unreadable = null;
        long readAt;
        try {
            message = source.receive(rest >= Heartbeat.LONGEST_NANOS ? Heartbeat.LONGEST : Duration.ofNanos(rest));
        } catch (InterruptedException e) {
            throw e;
        } catch (UnreadableMessageException e) {
            unreadable = e;
        } catch (CarrierLostException e) {
            lostCarriers.lost(
                    e); // whatever the flag says, or it would never be told; what the head does next is look at that
            return null;
        } catch (TransientSourceException e) {
            if (Source.isInterrupt(e)) {
                throw failure(director, e); // or the interrupt would be lost
            }
            stats.transientFailure();
            director.pause(PAUSE);
            return null;
        } catch (Throwable e) {
            throw failure(director, e);
        } finally {
            readAt = heartbeat.readEnded(); // throws nothing, or what has been read would be lost
        }
        director.recovered();
        if (unreadable != null) {
            stats.received();
            router.unreadable(null, unreadable);
            return (Received<M>) ROUTED;
        }
        if (message == null) {
            return null;
        }
        stats.received();
        Received<M> own = router.route(director, mine, leaving, message, readAt);
        return own == null ? (Received<M>) ROUTED : own;
    }

    /** Tells an interrupt, which libraries like to wrap, and the end of a closed stage from a failure. */
    private RuntimeException failure(Director<T, Source<M>, Void> director, Throwable thrown)
            throws InterruptedException {
        if (Thread.interrupted() || Source.isInterrupt(thrown)) {
            var interrupt = new InterruptedException("interrupted while reading the source of " + bare);
            interrupt.initCause(thrown);
            throw interrupt;
        }
        if (director.isClosed()) {
            return director.closed();
        }
        RuntimeException failed = director.fail(thrown);
        asyncWaits.sweep();
        return failed;
    }
}
