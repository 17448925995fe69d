package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right of one background thread to head a stage without a ticket, so that the resource is read although no caller waits.
 *
 * <p>It takes the role when that is free, or queues for it, before all callers. Callers that enter and leave pay nothing for it:
 * they wake it only if it is queued and they hand it the role. It is no caller: a snapshot shows it as the head while it heads, and
 * counts it neither among the waiters nor among the exits.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
public final class BareKeeper<T, R, B extends @Nullable Object> {

    final KeeperWaiter waiter;
    private final BareParts<T, R, B> stage;
    private final Director<T, R, B> director;
    private final Role role;

    BareKeeper(BareParts<T, R, B> stage, Director<T, R, B> director) {
        this.stage = stage;
        this.director = director;
        this.role = stage.role;
        this.waiter = stage.role.keeper;
    }

    /**
     * Heads the stage if no other thread does.
     *
     * @param <X> what the routine throws
     * @param queues whether to wait for the role if another thread has it, until it is handed over or the keeper is recalled
     * @param triesAgain whether to head although the resource has failed and was not seen to work since
     * @param routine what to do as the head; its director has neither token nor attachment, and much time
     * @return whether it has headed
     * @throws X thrown by the routine
     * @throws InterruptedException if the thread was interrupted; the role has been passed on
     * @throws IllegalStateException if another thread heads or waits as the keeper, or this one is inside a head or callback
     * @throws StageClosedException if the stage is or gets closed
     * @throws SourceFailedException if the resource fails while the keeper waits
     */
    public <X extends Exception> boolean head(boolean queues, boolean triesAgain, HeadRoutine<T, R, B, ?, X> routine)
            throws X, InterruptedException {
        ReentrancyGuard.requireOutside(stage.stage);
        StackProbe.forAnEntry();
        try { // around the arrival too, so that nothing can come between getting the role and passing it on
            role.arriveAsKeeper(queues, triesAgain);
            waiter.parked = Thread.currentThread();
            Waiter.State found = role.await(waiter, waiter.since);
            if (found == Waiter.State.HEADING) {
                if (Thread.interrupted()) { // chosen and interrupted: the role goes on
                    throw interrupted();
                }
                run(routine);
                return true;
            }
            if (found == Waiter.State.INTERRUPTED) {
                throw interrupted();
            }
            if (found == Waiter.State.FAILED) {
                throw new SourceFailedException(stage.name, Objects.requireNonNull(waiter.generation.failure));
            }
            if (found == Waiter.State.CLOSED) {
                throw role.guarded.closedException();
            }
            return false;
        } finally {
            if (waiter.isMine()) { // not if another thread has entered
                waiter.parked = null;
                role.depart(waiter, null);
            }
        }
    }

    private <X extends Exception> void run(HeadRoutine<T, R, B, ?, X> routine) throws X, InterruptedException {
        try {
            director.begin(waiter);
            routine.head(director);
        } finally {
            director.end();
        }
    }

    /**
     * Says whether a thread heads as the keeper now.
     *
     * @return true if so
     */
    public boolean isHeading() {
        return waiter.state == Waiter.State.HEADING;
    }

    /** Whether a thread heads as the keeper now, or is queued for the role. */
    boolean isEngaged() {
        Waiter.State now = waiter.state;
        return now == Waiter.State.HEADING || now == Waiter.State.WAITING;
    }

    private InterruptedException interrupted() {
        return new InterruptedException("keeper of " + stage.stage + " was interrupted");
    }

    /**
     * Blocks the keeper's thread for a time, or until it is recalled or interrupted; may be shorter.
     *
     * @param atMost how long
     */
    public void pause(Duration atMost) {
        waiter.parked = Thread.currentThread();
        try {
            if (!role.wasKeeperRecalled()) {
                stage.parker.park(stage.stage, Parker.nanos(atMost));
            }
        } finally {
            waiter.parked = null;
        }
    }

    /**
     * Makes the keeper's thread look up, from any thread: ends its wait for the role or its pause, or the next of these. A
     * keeper that heads goes on heading.
     */
    public void recall() {
        role.recallKeeper();
    }
}
