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

    private record Entry(long at, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
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
        var entry = new Entry(now + nanos, task);
        entries.add(entry);
        return () -> cancel(entry);
    }

    private synchronized void cancel(Entry entry) {
        entries.removeIf(other -> other == entry);
    }

    /** How many tasks it has still to run. */
    synchronized int pending() {
        return entries.size();
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
        due(by.toNanos()).forEach(entry -> entry.task.run());
    }

    private synchronized List<Entry> due(long nanos) {
        now += nanos;
        List<Entry> due = entries.stream()
                .filter(entry -> entry.at - now <= 0)
                .sorted(Comparator.comparingLong(Entry::at))
                .toList();
        entries.removeAll(due);
        return due;
    }
}
