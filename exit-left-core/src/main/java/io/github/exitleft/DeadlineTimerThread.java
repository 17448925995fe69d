package io.github.exitleft;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fires timers when they are due, by one daemon thread for the whole JVM, which starts when it is needed and ends when it is not.
 *
 * <p>It is a platform thread, so it comes whatever holds the carriers of virtual threads. It runs none but this package's code, and
 * allocates nothing once it runs.
 */
final class DeadlineTimerThread implements Runnable {

    /*
     * Setting a timer never blocks, since it may be set by a virtual thread that holds the lock of its stage: that writes the time,
     * puts the timer on the stack of newcomers unless it is known, and wakes the timer thread. The timer thread moves newcomers to its
     * own list, fires what is due, drops what is off, and parks until the earliest time of the others. A timer that is set while it is
     * dropped is put on the stack again, by the second of the two threads. Likewise, if a timer is set while the timer thread ends, the
     * setting thread starts another, or the ending one goes on. A timer thread makes itself known once it runs, or one that can't be
     * started after all would be counted on; of several that are started at once, the first stays.
     */

    static final DeadlineTimerThread JVM = new DeadlineTimerThread(5_000_000_000L);

    private final AtomicReference<@Nullable DeadlineTimer> newcomers = new AtomicReference<>();
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private final long lingerNanos;
    private final Function<Runnable, Thread> threads;

    /** The timers that the thread looks after, as a list; handed from one thread to the next. */
    private @Nullable DeadlineTimer mine;

    /**
     * Creates a timer thread, to be started when it is needed.
     *
     * @param lingerNanos how long it stays when no timer is on
     */
    DeadlineTimerThread(long lingerNanos) {
        this(lingerNanos, task -> new Thread(null, task, "exit-left deadlines", 0, false));
    }

    /** Creates one whose threads are made by a test. */
    DeadlineTimerThread(long lingerNanos, Function<Runnable, Thread> threads) {
        this.lingerNanos = lingerNanos;
        this.threads = threads;
    }

    /** Sets a timer; throws an Error only where it had to start the thread and could not. */
    void set(DeadlineTimer timer, long at) {
        timer.moveTo(at);
        enlist(timer);
        Thread running = thread.get();
        if (running != null) {
            LockSupport.unpark(running);
        } else {
            start();
        }
    }

    private void enlist(DeadlineTimer timer) {
        if (timer.known.compareAndSet(false, true)) {
            do {
                timer.next = newcomers.get();
            } while (!newcomers.compareAndSet(timer.next, timer));
        }
    }

    private void start() {
        Thread starting = threads.apply(this);
        starting.setDaemon(true);
        starting.setContextClassLoader(null);
        starting.start();
    }

    /** Whether the thread runs. */
    boolean isRunning() {
        return thread.get() != null;
    }

    @Override
    public void run() {
        Thread me = Thread.currentThread();
        Thread other = thread.compareAndExchange(null, me);
        if (other != null) {
            LockSupport.unpark(other); // for the timer that this one was started for
            return;
        }
        long lastOn = System.nanoTime();
        boolean stays = true;
        while (stays) {
            try {
                long now = System.nanoTime();
                adoptNewcomers();
                long rest = fire(now);
                if (mine != null) {
                    lastOn = now;
                } else {
                    rest = lingerNanos - (now - lastOn);
                    stays = rest > 0 || !hasEnded(me);
                }
                if (stays && rest > 0) {
                    LockSupport.parkNanos(this, rest);
                }
            } catch (Throwable e) { // an Error, and timers must come nevertheless
                stays = thread.get() == me;
                Thread.yield();
            }
        }
    }

    private void adoptNewcomers() {
        DeadlineTimer newcomer = newcomers.getAndSet(null);
        while (newcomer != null) {
            DeadlineTimer next = newcomer.next;
            newcomer.next = mine;
            mine = newcomer;
            newcomer = next;
        }
    }

    /** Fires what is due and drops what is off; returns how long nothing else is due. */
    private long fire(long now) {
        long rest = Long.MAX_VALUE;
        DeadlineTimer before = null;
        DeadlineTimer next;
        for (DeadlineTimer timer = mine; timer != null; timer = next) {
            next = timer.next;
            if (timer.isOn() && timer.at() - now <= 0) {
                timer.fire();
            }
            if (timer.isOn()) {
                rest = Math.min(rest, timer.at() - now);
                before = timer;
            } else {
                drop(timer, before, next);
            }
        }
        return rest;
    }

    private void drop(DeadlineTimer timer, @Nullable DeadlineTimer before, @Nullable DeadlineTimer next) {
        if (before == null) {
            mine = next;
        } else {
            before.next = next;
        }
        timer.next = null;
        timer.known.set(false);
        if (timer.isOn()) { // set meanwhile, when it still was known
            enlist(timer);
        }
    }

    /** Ends the thread, unless a timer was set meanwhile, for which no other has been started. */
    private boolean hasEnded(Thread me) {
        thread.set(null);
        return newcomers.get() == null || !thread.compareAndSet(null, me);
    }
}
