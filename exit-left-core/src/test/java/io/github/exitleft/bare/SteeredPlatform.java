package io.github.exitleft.bare;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A platform whose time stands still until a test moves it, and whose wake-ups a test can hold back.
 *
 * <p>Moving the time wakes those whose time to park is over, and nobody else: who parks for ever is not helped by it.
 */
final class SteeredPlatform implements Platform {

    /** Whether threads are taken for virtual ones, of which few park with a limit. */
    volatile boolean virtual = true;

    // so close to the overflow that a test moves beyond it
    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(50).toNanos());
    private final Map<Thread, Long> seen = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<Thread, Long> alarms = new ConcurrentHashMap<>();
    private final Set<Thread> sleepers = ConcurrentHashMap.newKeySet();
    private final Set<Thread> deaf = ConcurrentHashMap.newKeySet();
    private volatile Runnable beforeTime = () -> {};

    @Override
    public long nanoTime() {
        beforeTime.run();
        long time = now.get();
        seen.put(Thread.currentThread(), time);
        return time;
    }

    @Override
    public void park(Object blocker, long nanos) {
        Thread me = Thread.currentThread();
        if (nanos == FOR_EVER) {
            sleepers.add(me);
            LockSupport.park(blocker);
            sleepers.remove(me);
        } else {
            // counted from when the thread looked at the clock last, or a jump between that look and now would be lost
            long alarm = seen.getOrDefault(me, now.get()) + nanos;
            alarms.put(me, alarm);
            if (now.get() - alarm < 0) {
                LockSupport.park(blocker);
            }
            alarms.remove(me);
        }
        while (deaf.contains(me)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public boolean isVirtual() {
        return virtual;
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Lets time pass. */
    void advance(Duration time) {
        long then = now.addAndGet(time.toNanos());
        alarms.forEach((thread, alarm) -> {
            if (alarm - then <= 0) {
                LockSupport.unpark(thread);
            }
        });
    }

    /** How many threads are parked. */
    int parked() {
        return alarms.size() + sleepers.size();
    }

    /** How many threads are parked with a limit. */
    int parkedTimed() {
        return alarms.size();
    }

    /** Keeps a parked thread where it is, whoever wakes it, until {@link #release}. */
    void hold(Thread thread) {
        deaf.add(thread);
    }

    void release(Thread thread) {
        deaf.remove(thread);
        LockSupport.unpark(thread);
    }

    /** Wakes a parked thread for no reason. */
    void wakeForNoReason(Thread thread) {
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
