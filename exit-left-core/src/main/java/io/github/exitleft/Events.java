package io.github.exitleft;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The events of a stage: messages that are readable, and for no caller (M15).
 *
 * <p>The head adds them to a bounded queue; the stage's executor takes them out and hands them on, one job at a time. A
 * job is submitted by a thread of the library, not by the head. So the head is spared by an executor that blocks or runs
 * the job in place, and an executor that hands on its submitter's context has no caller's to hand on (M19).
 *
 * <p>An event is counted when it leaves the queue: it is handed on, or the stage is closed before.
 */
final class Events<T, M> {

    /** How many events may wait for their handler. */
    static final int LIMIT = 1_024;

    private final BareStage<?, ?, ?> bare;
    private final AsyncJobs jobs;
    private final StageStats stats;
    private final Listeners<T, M> listeners;
    private final @Nullable EventHandler<? super M> handler;

    /** Held for a few instructions, and never while foreign code runs. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final Queue<M> waiting = new ArrayDeque<>();

    /** Whether a job is on its way or at work; guarded by the lock. */
    private boolean busy;

    /** Guarded by the lock. */
    private boolean closed;

    /**
     * Creates the events of a stage.
     *
     * @param handler what they are handed to; null if they are only counted
     */
    Events(
            BareStage<?, ?, ?> bare,
            AsyncJobs jobs,
            StageStats stats,
            Listeners<T, M> listeners,
            @Nullable EventHandler<? super M> handler) {
        this.bare = bare;
        this.jobs = jobs;
        this.stats = stats;
        this.listeners = listeners;
        this.handler = handler;
    }

    /** Takes an event from the head; never waits for the handler. */
    void add(M event) {
        if (handler == null) {
            stats.message(MessageOutcome.EVENT);
            return;
        }
        MessageOutcome refused = null;
        boolean begins = false;
        lock.lock();
        try {
            if (closed) {
                refused = MessageOutcome.ABANDONED;
            } else if (waiting.size() >= LIMIT) {
                refused = MessageOutcome.OVERFLOW;
            } else {
                waiting.add(event);
                begins = !busy;
                busy = true;
            }
        } finally {
            lock.unlock();
        }
        if (refused != null) {
            unclaimed(refused, event);
        } else if (begins) {
            begin();
        }
    }

    /** Abandons what has not been handed on, and what is still to come. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        for (M event = next(); event != null; event = next()) {
            unclaimed(MessageOutcome.ABANDONED, event);
        }
    }

    private void unclaimed(MessageOutcome outcome, M event) {
        listeners.unclaimed(new Unclaimed<>(outcome, null, event, null, null, null));
    }

    /** Has the executor hand on what waits; if that can't be, the next event tries again. */
    private void begin() {
        try {
            Runnable unused = jobs.after(0, this::submit);
        } catch (Throwable e) { // no memory
            brokenOff(e);
        }
    }

    private void submit() {
        try {
            jobs.execute(UnaryOperator.identity(), this::handOn);
        } catch (Throwable e) { // no memory
            brokenOff(e);
        }
    }

    private void brokenOff(Throwable thrown) {
        lock.lock();
        try {
            busy = false;
        } finally {
            lock.unlock();
        }
        bare.callbackFailed(thrown);
    }

    private void handOn() {
        try {
            for (M event = next(); event != null; event = next()) {
                stats.message(MessageOutcome.EVENT);
                handle(event);
                if (Thread.currentThread().isInterrupted()) {
                    begin(); // by another job, since the next event must not be handled by an interrupted thread
                    return;
                }
            }
        } catch (Throwable e) { // no memory
            brokenOff(e);
        }
    }

    private void handle(M event) {
        try {
            Objects.requireNonNull(handler).handle(event);
        } catch (Throwable e) { // a user's code
            bare.callbackFailed(e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Takes the oldest event; null, which ends the job, if there is none. */
    private @Nullable M next() {
        lock.lock();
        try {
            M event = waiting.poll();
            if (event == null) {
                busy = false;
            }
            return event;
        } finally {
            lock.unlock();
        }
    }
}
