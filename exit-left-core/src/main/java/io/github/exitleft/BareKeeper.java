package io.github.exitleft;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right of one background thread to head a stage without a ticket, so that the resource is read although nobody waits.
 *
 * <p>It takes the role when nobody heads, or queues for it, before all others. Those who enter and leave pay nothing for it:
 * they wake it only where it is queued and they hand it the role. It is no caller: it is shown as the head while it heads, and
 * counted neither among those who wait nor among the exits.
 *
 * @param <T> tokens
 * @param <R> the resource
 * @param <B> the buffer
 */
public final class BareKeeper<T, R, B extends @Nullable Object> extends Waiter {

    private final BareStage<T, R, B> stage;
    private final Role role;
    private final Parker parker;
    private volatile @Nullable Thread parked;

    // guarded by the stage's lock
    Role.Generation generation;
    boolean recalled;

    BareKeeper(BareStage<T, R, B> stage, Role role, Parker parker) {
        this.stage = stage;
        this.role = role;
        this.parker = parker;
        this.generation = role.generation();
    }

    /**
     * Heads the stage if nobody else does.
     *
     * @param <X> what the routine throws
     * @param queues whether to wait for the role if somebody has it, until it is handed over or the keeper is recalled
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
        stage.requireOutside();
        StackProbe.forAnEntry();
        try { // around the arrival too, so that nothing can come between getting the role and passing it on
            role.arrive(this, queues, triesAgain);
            parked = Thread.currentThread();
            State found = role.await(this);
            if (found == State.HEADING) {
                if (Thread.interrupted()) { // chosen and interrupted: the role goes on
                    throw interrupted();
                }
                stage.run(new Director<>(stage, this, generation), routine);
                return true;
            }
            if (found == State.INTERRUPTED) {
                throw interrupted();
            }
            if (found == State.FAILED) {
                throw new SourceFailedException(stage.name(), Objects.requireNonNull(generation.failure));
            }
            if (found == State.CLOSED) {
                throw stage.closedException();
            }
            return false;
        } finally {
            if (isMine()) { // not if another thread has entered
                parked = null;
                role.depart(this, null);
            }
        }
    }

    /**
     * Says whether a thread heads as the keeper now.
     *
     * @return true if so
     */
    public boolean isHeading() {
        return state == State.HEADING;
    }

    /** Whether a thread heads as the keeper now, or is queued for the role. */
    boolean isEngaged() {
        State now = state;
        return now == State.HEADING || now == State.WAITING;
    }

    private InterruptedException interrupted() {
        return new InterruptedException("keeper of " + stage + " was interrupted");
    }

    /**
     * Blocks the keeper's thread for a time, or until it is recalled or interrupted; may be shorter.
     *
     * @param atMost how long
     */
    public void pause(Duration atMost) {
        parked = Thread.currentThread();
        try {
            if (!role.wasRecalled(this)) {
                parker.park(stage, BareStage.nanos(atMost));
            }
        } finally {
            parked = null;
        }
    }

    /**
     * Makes the keeper's thread look up, from any thread: ends its wait for the role or its pause, or the next of these. A
     * keeper that heads goes on heading.
     */
    public void recall() {
        role.recall(this);
        parker.wake(parked);
    }
}
