package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A timer whose time only passes when told to, on the thread that says so; what is to run at once gets a thread of its own. */
final class ManualTimer implements Timer {

    static final String THREAD = "manual timer";

    private record Alarm(long at, Runnable task) {}

    private final List<Alarm> alarms = new ArrayList<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private long now;

    @Override
    public synchronized Runnable after(long nanos, Runnable task) {
        if (nanos <= 0) {
            var thread = new Thread(null, task, THREAD, 0, false);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
            return NOTHING;
        }
        var alarm = new Alarm(now + nanos, task);
        alarms.add(alarm);
        return () -> cancel(alarm);
    }

    private synchronized void cancel(Alarm alarm) {
        alarms.removeIf(other -> other == alarm);
    }

    /** How many tasks it has still to run. */
    synchronized int pending() {
        return alarms.size();
    }

    /** Waits until all that was to be run at once has been. */
    void settle() {
        for (Thread thread = threads.poll(); thread != null; thread = threads.poll()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    void advance(Duration by) {
        due(by.toNanos()).forEach(alarm -> alarm.task.run());
    }

    private synchronized List<Alarm> due(long nanos) {
        now += nanos;
        List<Alarm> due = alarms.stream()
                .filter(alarm -> alarm.at - now <= 0)
                .sorted(Comparator.comparingLong(Alarm::at))
                .toList();
        alarms.removeAll(due);
        return due;
    }
}
