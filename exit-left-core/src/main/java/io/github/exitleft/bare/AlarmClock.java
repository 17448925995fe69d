package io.github.exitleft.bare;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rings alarms when they are due, by one daemon thread for the whole JVM, which starts when it is needed and ends when it is not.
 *
 * <p>It is a platform thread, so it comes whatever holds the carriers of virtual threads. It runs none but this package's code, and
 * allocates nothing once it runs.
 */
final class AlarmClock implements Runnable {

    /*
     * Setting an alarm never blocks, since a virtual thread does it that holds the lock of its stage: it writes the time, puts the
     * alarm on the stack of newcomers unless it is known, and wakes the thread. The thread moves newcomers to its own list, rings
     * what is due, drops what is off, and parks until the earliest time of the others. An alarm that is set while it is dropped is
     * put on the stack again, by the one of the two that comes second. So is the thread started again, by the one that sets an alarm
     * or by itself, if one is set while it ends. A thread makes itself known once it runs, or one that can't be started after all would
     * be counted on; of several that are started at once, the first stays.
     */

    static final AlarmClock JVM = new AlarmClock(5_000_000_000L);

    private final AtomicReference<@Nullable Alarm> newcomers = new AtomicReference<>();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private final long lingerNanos;
    private final Function<Runnable, Thread> threads;

    /** The alarms that the thread looks after, as a list; handed from one thread to the next. */
    private @Nullable Alarm mine;

    /**
     * Creates a clock.
     *
     * @param lingerNanos how long its thread stays when no alarm is on
     */
    AlarmClock(long lingerNanos) {
        this(lingerNanos, task -> new Thread(null, task, "exit-left alarm clock", 0, false));
    }

    /** Creates a clock whose threads are made by a test. */
    AlarmClock(long lingerNanos, Function<Runnable, Thread> threads) {
        this.lingerNanos = lingerNanos;
        this.threads = threads;
    }

    /** Sets an alarm; throws an Error only where it had to start the thread and could not. */
    void set(Alarm alarm, long at) {
        alarm.moveTo(at);
        enlist(alarm);
        Thread running = thread.get();
        if (running != null) {
            LockSupport.unpark(running);
        } else {
            start();
        }
    }

    private void enlist(Alarm alarm) {
        if (alarm.known.compareAndSet(false, true)) {
            do {
                alarm.next = newcomers.get();
            } while (!newcomers.compareAndSet(alarm.next, alarm));
        }
    }

    private void start() {
        Thread starting = threads.apply(this);
        starting.setDaemon(true);
        starting.setContextClassLoader(null);
        starting.start();
    }

    /** Whether its thread is there. */
    boolean isRunning() {
        return thread.get() != null;
    }

    @Override
    public void run() {
        Thread me = Thread.currentThread();
        Thread other = thread.compareAndExchange(null, me);
        if (other != null) {
            LockSupport.unpark(other); // for the alarm that this one was started for
            return;
        }
        long lastOn = System.nanoTime();
        boolean stays = true;
        while (stays) {
            try {
                long now = System.nanoTime();
                adoptNewcomers();
                long rest = ring(now);
                if (mine != null) {
                    lastOn = now;
                } else {
                    rest = lingerNanos - (now - lastOn);
                    stays = rest > 0 || !hasEnded(me);
                }
                if (stays && rest > 0) {
                    LockSupport.parkNanos(this, rest);
                }
            } catch (Throwable e) { // an Error, and alarms must come nevertheless
                stays = thread.get() == me;
                Thread.yield();
            }
        }
    }

    private void adoptNewcomers() {
        Alarm newcomer = newcomers.getAndSet(null);
        while (newcomer != null) {
            Alarm next = newcomer.next;
            newcomer.next = mine;
            mine = newcomer;
            newcomer = next;
        }
    }

    /** Rings what is due and drops what is off; returns how long nothing else is due. */
    private long ring(long now) {
        long rest = Long.MAX_VALUE;
        Alarm before = null;
        Alarm next;
        for (Alarm alarm = mine; alarm != null; alarm = next) {
            next = alarm.next;
            if (alarm.isOn() && alarm.at() - now <= 0) {
                alarm.ring();
            }
            if (alarm.isOn()) {
                rest = Math.min(rest, alarm.at() - now);
                before = alarm;
            } else {
                drop(alarm, before, next);
            }
        }
        return rest;
    }

    private void drop(Alarm alarm, @Nullable Alarm before, @Nullable Alarm next) {
        if (before == null) {
            mine = next;
        } else {
            before.next = next;
        }
        alarm.next = null;
        alarm.known.set(false);
        if (alarm.isOn()) { // set meanwhile, when it still was known
            enlist(alarm);
        }
    }

    /** Ends the thread, unless an alarm was set meanwhile, for which no other has been started. */
    private boolean hasEnded(Thread me) {
        thread.set(null);
        return newcomers.get() == null || !thread.compareAndSet(null, me);
    }
}
