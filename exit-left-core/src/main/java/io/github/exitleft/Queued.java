package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait in a {@link Line}, of a thread or of a taker.
 *
 * <p>Unless its comment says otherwise, a field belongs to the line, which also describes the states.
 *
 * @param <P> things
 */
final class Queued<P> implements Runnable {

    /** What has become of a wait; see {@link Line}. */
    enum State {
        WAITING,
        GRANTED,
        TAKEN,
        LEFT,
        ENDED
    }

    /** How many takers call each other at most, each in the call of the one before. */
    private static final int DEEPEST = 32;

    /** How many takers this thread is calling. */
    private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

    private final Line<P> line;
    private final ReentrantLock lock;

    /** The thread that waits; null for a taker, which has an executor. */
    final @Nullable Thread thread;

    private final @Nullable Taker<P> taker;
    private final @Nullable Executor executor;

    volatile State state = State.WAITING;

    @Nullable
    P thing;

    @Nullable
    Supplier<? extends RuntimeException> why;

    /** Whether it goes ahead of the waits that came before it. */
    boolean isAhead;

    /** The neighbours in the line; once the wait is out of it, {@code after} is the next wait to be told. */
    @Nullable
    Queued<P> before;

    @Nullable
    Queued<P> after;

    /**
     * The thread that is calling the executor now; written by that thread, and only that thread can find itself in it.
     */
    private @Nullable Thread calling;

    /**
     * Whether the taker had no use for the thing when the executor called it on the calling thread itself; used by that
     * thread.
     */
    private boolean declined;

    /**
     * Creates a wait.
     *
     * @param lock the line's lock
     */
    Queued(
            Line<P> line,
            ReentrantLock lock,
            @Nullable Thread thread,
            @Nullable Taker<P> taker,
            @Nullable Executor executor) {
        this.line = line;
        this.lock = lock;
        this.thread = thread;
        this.taker = taker;
        this.executor = executor;
    }

    /**
     * Leaves the line, unless the taker is being told already.
     *
     * @return whether it has left; the taker is then told nothing
     */
    boolean cancel() {
        return line.cancel(this);
    }

    /**
     * Calls a taker's executor; returns false if the thing has to go back.
     *
     * <p>A taker that is called on this thread may free the thing at once, which calls the next taker. Thousands of these calls
     * would not fit on the stack, so another thread goes on from a certain depth.
     */
    boolean tell() {
        int depth = DEPTH.get();
        if (depth == DEEPEST) {
            try {
                line.alarm.timer.after(0, () -> line.tellAll(this));
                return true;
            } catch (Throwable e) { // no memory
                return tellHere();
            }
        }
        DEPTH.set(depth + 1);
        try {
            return tellHere();
        } finally {
            if (depth == 0) {
                DEPTH.remove();
            } else {
                DEPTH.set(depth);
            }
        }
    }

    private boolean tellHere() {
        calling = Thread.currentThread();
        try {
            Objects.requireNonNull(executor).execute(this);
            return !declined;
        } catch (Throwable e) {
            // thrown by the executor, since run() throws nothing
            return !refuse(e);
        } finally {
            calling = null;
        }
    }

    /** Tells the taker on this thread that its executor has refused to; returns whether it had been granted a thing. */
    private boolean refuse(Throwable cause) {
        State found = become(State.LEFT);
        if (found == State.GRANTED) {
            end(cause);
        } else if (found == State.ENDED && why != null) {
            end(why.get());
        }
        return found == State.GRANTED;
    }

    /** Tells the taker, unless it has left; run by the executor. */
    @Override
    public void run() {
        State found = become(State.TAKEN);
        if (found == State.ENDED && why != null) {
            end(why.get());
        }
        P granted = thing;
        if (found != State.GRANTED || granted == null) {
            return;
        }
        boolean kept = false;
        try {
            kept = Objects.requireNonNull(taker).granted(granted);
        } catch (Throwable e) {
            // not for the thread that freed the thing
            end(e);
        }
        if (kept) {
            return;
        }
        if (calling == Thread.currentThread()) {
            // the call of the executor is still on this thread's stack, and gives the thing back
            declined = true;
        } else {
            line.giveBack(granted);
        }
    }

    /** Moves a wait that was granted or ended to its last state, once; returns the state before. */
    private State become(State then) {
        lock.lock();
        try {
            State found = state;
            if (found == State.GRANTED || found == State.ENDED) {
                state = then;
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private void end(Throwable thrown) {
        try {
            Objects.requireNonNull(taker)
                    .ended(
                            thrown instanceof RuntimeException exception
                                    ? exception
                                    : new IllegalStateException(thrown));
        } catch (Throwable e) {
            // the taker has had its chance, and other waits are still to be told
            return;
        }
    }
}
