package io.github.exitleft.bare;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A platform whose time stands still until a test moves it, and whose wake-ups a test can hold back. */
final class SteeredPlatform implements Platform {

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Set<Thread> lookers = Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));
    private final Set<Thread> deaf = ConcurrentHashMap.newKeySet();
    private volatile Runnable beforeTime = () -> {};

    @Override
    public long nanoTime() {
        beforeTime.run();
        lookers.add(Thread.currentThread());
        return now.get();
    }

    @Override
    public void park(Object blocker, long nanos) {
        LockSupport.park(blocker);
        while (deaf.contains(Thread.currentThread())) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Lets time pass, and everybody look at the clock. */
    void advance(Duration time) {
        now.addAndGet(time.toNanos());
        List.copyOf(lookers).forEach(LockSupport::unpark); // who has looked and not yet parked won't park either
    }

    /** Keeps a parked thread where it is, whoever wakes it, until {@link #release}. */
    void hold(Thread thread) {
        deaf.add(thread);
    }

    void release(Thread thread) {
        deaf.remove(thread);
        LockSupport.unpark(thread);
    }

    /** Runs something once, on the given thread, the next time that it looks at the clock. */
    void whenLooking(Thread thread, Runnable action) {
        beforeTime = () -> {
            if (Thread.currentThread() == thread) {
                beforeTime = () -> {};
                action.run();
            }
        };
    }
}
