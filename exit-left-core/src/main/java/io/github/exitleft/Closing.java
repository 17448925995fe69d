package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The closing of a stage: ends every wait, and gets the resource closed by the head or instead of it (S16). */
final class Closing {

    private final Role role;
    private final Parker parker;
    private final ResourceHooks hooks;
    private final Callbacks callbacks;
    private final boolean closesUnderHead;
    private final long waitNanos;
    private final GuardedState guarded;
    private final StageLock lock;
    private final Closer closer = new Closer();

    /** Whether a thread has begun to close the stage; guarded by the stage's lock. */
    private boolean closing;

    /**
     * Creates the closing of a stage.
     *
     * @param closesUnderHead whether the resource may be closed under a head that does not come back
     * @param waitNanos how long to wait for the head
     */
    Closing(
            Role role,
            Parker parker,
            ResourceHooks hooks,
            Callbacks callbacks,
            boolean closesUnderHead,
            long waitNanos) {
        this.role = role;
        this.parker = parker;
        this.hooks = hooks;
        this.callbacks = callbacks;
        this.closesUnderHead = closesUnderHead;
        this.waitNanos = waitNanos;
        this.guarded = role.guarded;
        this.lock = role.guarded.lock;
    }

    /** Closes the stage, once; waits for the head unless this thread is inside a head or a callback. */
    void close() {
        boolean waited = false;
        String late = null;
        try {
            late = endWaits(ReentrancyGuard.ANYTHING.where() == null);
            waited = true;
        } finally {
            if ((late != null || !waited) && closesUnderHead) {
                closeUnderHead();
            }
        }
        if (late != null) {
            callbacks.log(
                    Level.WARNING,
                    "",
                    " was closed, but its head, thread '" + late + "', did not come back within "
                            + Duration.ofNanos(waitNanos)
                            + (closesUnderHead
                                    ? "; its resource was closed under it"
                                    : "; its resource is closed when it does"),
                    null);
        }
    }

    /**
     * Ends every wait, and gets the role in order to close the resource.
     *
     * @param mayWait whether this thread may wait for the head to leave
     * @return the name of the head that did not come back in time, or null
     */
    private @Nullable String endWaits(boolean mayWait) {
        StackProbe.forAStep();
        long now = parker.nanoTimeOr(guarded.stats.headSince());
        boolean virtual = parker.seemsVirtual();
        @Nullable Thread[] ended = guarded.roomForAll();
        boolean headed;
        lock.insist();
        try {
            if (closing) {
                return null;
            }
            closing = true;
            guarded.closed = true;
            guarded.endAll(Waiter.State.CLOSED, ended);
            closer.arrive(now, now + waitNanos);
            headed = guarded.head != null;
            if (!headed) {
                guarded.giveRoleTo(closer, now);
            } else if (mayWait) {
                guarded.enqueue(closer, virtual);
            }
        } catch (Throwable e) {
            guarded.breakOff(e);
            throw e;
        } finally {
            lock.unlock();
        }
        guarded.wakeAll(ended);
        if (headed) {
            hooks.wakeHead();
        }
        try {
            long hookEnded = parker.nanoTimeOr(guarded.stats.headSince());
            return role.await(closer, hookEnded) == Waiter.State.EXPIRED ? nameOfHead() : null;
        } finally {
            role.depart(closer, null);
        }
    }

    /** Closes the resource under a head that did not come back, unless that has happened meanwhile. */
    private void closeUnderHead() {
        lock.insist();
        try {
            if (guarded.resourceClosed) {
                return;
            }
            guarded.resourceClosed = true;
        } finally {
            lock.unlock();
        }
        hooks.close();
    }

    private String nameOfHead() {
        lock.lock();
        try {
            return guarded.head == null ? "none" : guarded.head.threadName();
        } finally {
            lock.unlock();
        }
    }
}
