package io.github.exitleft;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The failures of a stage's resource: the waits that they end, the ticket that is to try again, and the reopening (M6). */
final class Generations {

    private static final long RETRY_NANOS = 1_000_000_000;

    private final String stage;
    private final Role role;
    private final Parker parker;
    private final Callbacks callbacks;
    private final GuardedState guarded;
    private final StageLock lock;

    Generations(String stage, Role role, Parker parker, Callbacks callbacks) {
        this.stage = stage;
        this.role = role;
        this.parker = parker;
        this.callbacks = callbacks;
        this.guarded = role.guarded;
        this.lock = role.guarded.lock;
    }

    /** Whether {@link #admit} would let any ticket pass; a look without the lock. */
    boolean admitsAll() {
        return !guarded.closed && guarded.failure == null;
    }

    /** Returns why a new ticket would be refused now; null if it would not be. */
    @Nullable
    RuntimeException refusal() {
        Throwable failed = guarded.failure;
        if (guarded.closed) {
            return guarded.closedException();
        }
        return failed == null || isAttemptDue() ? null : new SourceFailedException(stage, failed);
    }

    /** Returns what has ended a generation's waits; null if nothing has. */
    @Nullable
    RuntimeException failure(Generation generation) {
        Throwable cause = generation.failure;
        if (cause != null) {
            return new SourceFailedException(stage, cause);
        }
        return guarded.closed ? guarded.closedException() : null;
    }

    /** Whether the next ticket would be the one that tries a failed resource again. */
    boolean isAttemptDue() {
        if (admitsAll()) {
            return false;
        }
        long now = parker.nanoTime();
        lock.lock();
        try {
            return !guarded.closed && guarded.failure != null && now - guarded.retryAt >= 0;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses a new ticket, but for one a second while the resource is failed: that one is to try again. */
    void admit(TicketWaiter ticket) {
        Throwable failed;
        long now = parker.nanoTime();
        lock.lock();
        try {
            failed = guarded.failure;
            if (!guarded.closed && (failed == null || now - guarded.retryAt >= 0)) {
                guarded.retryAt = now + RETRY_NANOS;
                ticket.generation = guarded.generation;
                return;
            }
        } finally {
            lock.unlock();
        }
        if (guarded.closed || failed == null) {
            throw guarded.closedException();
        }
        throw new SourceFailedException(stage, failed);
    }

    /** Marks the resource as failed, unless that has been done for this generation, and tells listeners and log. */
    void fail(Generation reported, Throwable why) {
        boolean again = !admitsAll(); // one that was tried again, which is no change
        if (endGeneration(reported, why)) {
            callbacks.recorder.sourceFailed(why, again);
            try {
                callbacks.tell(listener -> listener.failed(why));
            } catch (Throwable e) { // no memory, and the head has to tell others yet
                callbacks.failed(e);
            }
            callbacks.log(again ? Level.DEBUG : Level.WARNING, "source of ", " failed", why);
        }
    }

    /** Ends every wait and every open ticket with the cause; false if that has been done, or the stage is closed. */
    private boolean endGeneration(Generation reported, Throwable why) {
        long now = parker.nanoTime();
        var next = new Generation();
        @Nullable Thread[] ended = guarded.roomForAll();
        lock.lock();
        try {
            if (guarded.closed || reported != guarded.generation) {
                return false;
            }
            if (guarded.failure == null) {
                guarded.stats.failed(now);
            }
            reported.failure = why;
            guarded.failure = why; // before the new generation, or a ticket taken in that would not be refused
            guarded.generation = next;
            guarded.retryAt = now + RETRY_NANOS;
            guarded.endAll(Waiter.State.FAILED, ended);
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        guarded.wakeAll(ended);
        return true;
    }

    /** Reopens the stage after a failure, unless a later generation has failed since, and tells listeners and log. */
    void recovered(Generation reported) {
        Throwable cause = guarded.failure;
        if (cause != null && endOutage(reported)) {
            // a caller may have reopened the source, and the keeper need not wait out its retry pause
            role.recallKeeper();
            callbacks.recorder.sourceReopened(cause);
            callbacks.tell(BareListener::reopened);
            callbacks.log(Level.INFO, "source of ", " works again", null);
        }
    }

    private boolean endOutage(Generation reported) {
        lock.lock();
        try {
            if (guarded.failure == null || reported != guarded.generation) {
                return false;
            }
            guarded.failure = null;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
