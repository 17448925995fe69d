package io.github.exitleft;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs something later: a seam through which tests steer the time of waits for which no thread waits. */
@FunctionalInterface
interface Timer {

    /** By the one thread that the JVM has for the timeouts of all futures; leaves nothing behind when cancelled. */
    Timer JVM = (nanos, task) -> {
        var alarm = new CompletableFuture<Void>();
        CompletableFuture<Void> unused = alarm.whenComplete((nothing, cancelled) -> {
            if (cancelled == null) {
                task.run();
            }
        });
        alarm.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
        return () -> alarm.cancel(false);
    };

    /** What cancels nothing. */
    Runnable NOTHING = () -> {};

    /**
     * Runs a task, which is short and throws nothing, in a while.
     *
     * @return what cancels that, and does no harm later
     */
    Runnable after(long nanos, Runnable task);
}
