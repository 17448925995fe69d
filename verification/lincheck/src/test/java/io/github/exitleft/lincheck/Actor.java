package io.github.exitleft.lincheck;

import io.github.exitleft.Simulation;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A thread of a scenario, and what it came back with. */
final class Actor {

    // of the plain type: Lincheck does not see a join through a subclass, and hangs
    private final Thread thread;
    private final Simulation time;
    private @Nullable End end;
    private @Nullable Throwable thrown;
    private boolean interrupted;

    Actor(Simulation time, Supplier<End> task) {
        this.time = time;
        this.thread = time.thread(() -> run(task));
    }

    private void run(Supplier<End> task) {
        try {
            end = task.get();
        } catch (RuntimeException | AssertionError e) { // not what Lincheck throws to end a thread
            thrown = e;
        }
        interrupted = Thread.interrupted();
    }

    void start() {
        thread.start();
    }

    /** Starts it and lets it park, before the others; how it got there is explored elsewhere. */
    void startParked() {
        time.startParked(thread);
    }

    void interrupt() {
        time.interrupt(thread);
    }

    End join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (end == null) {
            throw new AssertionError("the thread came back with an exception", thrown);
        }
        return end;
    }

    /** Whether the thread came back with its interrupt flag set; after {@link #join}. */
    boolean interrupted() {
        return interrupted;
    }
}
