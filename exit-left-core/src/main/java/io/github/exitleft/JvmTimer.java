package io.github.exitleft;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer of all stages in the JVM.
 *
 * <p>One thread keeps the time and does nothing else, so no task can delay another. Tasks run on threads that are added
 * while the others are busy, since what users attach to futures may block. All of them are daemons, inherit nothing
 * from the thread that made them start, and end after some seconds without work.
 */
final class JvmTimer implements Timer {

    private static final long IDLE_SECONDS = 5;

    /** The pause before another attempt when the system has no thread to give. */
    private static final long NO_THREAD_MILLIS = 100;

    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(1, task -> thread(task, "exit-left timer"));
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> thread(task, "exit-left spare thread"));

    JvmTimer() {
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable task, String name) {
        var thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(JvmTimer.class.getClassLoader());
        return thread;
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
        if (nanos <= 0) {
            run(task);
            return NOTHING;
        }
        Future<?> alarm = clock.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
        return () -> alarm.cancel(false);
    }

    private void run(Runnable task) {
        try {
            threads.execute(task);
        } catch (Throwable e) {
            // the system has no thread to give
            Future<?> unused = clock.schedule(() -> run(task), NO_THREAD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
