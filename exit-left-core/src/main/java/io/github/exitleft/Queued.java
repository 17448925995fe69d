package io.github.exitleft;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait in a {@link Line}, of a thread or of a taker.
 *
 * <p>Its fields are the line's, unless they say otherwise, and so is the story of its states.
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

    /** Its neighbours in the line; once out of it, {@code after} is the next to be told. */
    @Nullable
    Queued<P> before;

    @Nullable
    Queued<P> after;

    /** The thread that is calling the executor now; written by that thread, which alone can find itself in it. */
    private @Nullable Thread calling;

    /** Whether the taker, called by the executor in that very thread, had no use for the thing; of that thread. */
    private boolean declined;

    /**
     * Makes a wait.
     *
     * @param lock the line's
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
     * Leaves, unless the taker is being told already.
     *
     * @return whether it has left; the taker is not told of anything then
     */
    boolean cancel() {
        return line.cancel(this);
    }

    /** Calls the executor of a taker; false if its thing has to go back. */
    boolean tell() {
        calling = Thread.currentThread();
        try {
            Objects.requireNonNull(executor).execute(this);
            return !declined;
        } catch (Throwable e) { // the executor's, since run() throws nothing
            return !refuse(e);
        } finally {
            calling = null;
        }
    }

    /** Tells the taker in this thread what its executor refuses to tell it; whether it had been granted a thing. */
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
        } catch (Throwable e) { // of which the thread that has freed the thing must not hear
            end(e);
        }
        if (kept) {
            return;
        }
        if (calling == Thread.currentThread()) {
            declined = true; // the call of the executor is still on the stack, and does the rest
        } else {
            line.giveBack(granted);
        }
    }

    /** Moves a wait that was granted or ended to its last state, once; returns in which it was. */
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
        } catch (Throwable e) { // it knows no better, and others have still to be told
            return;
        }
    }
}
