package io.github.exitleft;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Parking whose time stands still until a test moves it: a wake-up that is lost stays lost. */
final class SteeredParking implements Parking {

    // so close to the overflow that a test moves beyond it
    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
    private final Map<Thread, Long> seen = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<Thread, Long> alarms = new ConcurrentHashMap<>();
    private final Set<Thread> held = ConcurrentHashMap.newKeySet();

    @Override
    public long nanoTime() {
        long time = now.get();
        seen.put(Thread.currentThread(), time);
        return time;
    }

    @Override
    public void park(Object blocker, long nanos) {
        Thread me = Thread.currentThread();
        // counted from when the thread looked at the clock last, or a jump between that look and now would be lost
        long alarm = seen.getOrDefault(me, now.get()) + nanos;
        alarms.put(me, alarm);
        if (now.get() - alarm < 0) {
            LockSupport.park(blocker);
        }
        alarms.remove(me);
        while (held.contains(me)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Returns the time without counting as a look at the clock. */
    long now() {
        return now.get();
    }

    void advance(Duration time) {
        long then = now.addAndGet(time.toNanos());
        alarms.forEach((thread, alarm) -> {
            if (alarm - then <= 0) {
                LockSupport.unpark(thread);
            }
        });
    }

    boolean isParked(Thread thread) {
        return alarms.containsKey(thread);
    }

    /** Keeps a parked thread where it is, whatever wakes it, until {@link #release}. */
    void hold(Thread thread) {
        held.add(thread);
    }

    void release(Thread thread) {
        held.remove(thread);
        LockSupport.unpark(thread);
    }
}
