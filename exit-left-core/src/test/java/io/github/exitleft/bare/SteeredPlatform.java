package io.github.exitleft.bare;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A platform whose time stands still until a test moves it, and whose wake-ups a test can hold back.
 *
 * <p>Moving the time wakes the threads whose time to park is over, and rings the alarms that are due; a thread that parks for ever is
 * not helped by it.
 */
final class SteeredPlatform implements Platform {

    /** Whether threads are taken for virtual ones, which park without a limit. */
    volatile boolean virtual = true;

    // so close to the overflow that a test moves beyond it
    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(50).toNanos());
    private final Map<Thread, Long> seen = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<Thread, Long> limits = new ConcurrentHashMap<>();
    private final Set<Alarm> alarms = ConcurrentHashMap.newKeySet();
    private volatile int alarmsSet;
    private final Set<Thread> sleepers = ConcurrentHashMap.newKeySet();
    private final Set<Thread> deaf = ConcurrentHashMap.newKeySet();
    private volatile Runnable beforeTime = () -> {};

    private volatile @Nullable Failing failing;

    /** Which call of this seam is to throw an Error. */
    private static final class Failing {
        private final String call;
        private final @Nullable Thread thread;
        private final AtomicInteger countdown;

        Failing(String call, @Nullable Thread thread, int number) {
            this.call = call;
            this.thread = thread;
            this.countdown = new AtomicInteger(number);
        }

        boolean hits(String call) {
            return (this.call.isEmpty() || this.call.equals(call))
                    && (thread == null || thread == Thread.currentThread())
                    && countdown.decrementAndGet() == 0;
        }
    }

    /** An Error that a test wants. */
    static final class Wanted extends OutOfMemoryError {
        private static final long serialVersionUID = 1L;

        Wanted(String call) {
            super("wanted by a test in " + call);
        }
    }

    /** Makes a method of this seam throw an Error once, when it is called for the given time from now; counted from 1. */
    void failWhen(String call, int number) {
        failing = new Failing(call, null, number);
    }

    /** Makes any call of this seam throw an Error once; counted from 1, and those of one thread only. */
    void failWhen(Thread thread, int number) {
        failing = new Failing("", thread, number);
    }

    /** How many calls are to come before the one that throws; negative when that has come. */
    int callsToFailure() {
        Failing now = failing;
        return now == null ? Integer.MAX_VALUE : now.countdown.get() - 1;
    }

    private void called(String call) {
        Failing now = failing;
        if (now != null && now.hits(call)) {
            throw new Wanted(call);
        }
    }

    @Override
    public long nanoTime() {
        called("nanoTime");
        beforeTime.run();
        long time = now.get();
        seen.put(Thread.currentThread(), time);
        return time;
    }

    @Override
    public void park(Object blocker, long nanos) {
        called("park");
        Thread me = Thread.currentThread();
        if (nanos == FOR_EVER) {
            sleepers.add(me);
            LockSupport.park(blocker);
            sleepers.remove(me);
        } else {
            // counted from when the thread looked at the clock last, or a jump between that look and now would be lost
            long limit = seen.getOrDefault(me, now.get()) + nanos;
            limits.put(me, limit);
            if (now.get() - limit < 0) {
                LockSupport.park(blocker);
            }
            limits.remove(me);
        }
        while (deaf.contains(me)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public boolean isVirtual() {
        called("isVirtual");
        return virtual;
    }

    @Override
    public void unpark(Thread thread) {
        called("unpark");
        LockSupport.unpark(thread);
    }

    @Override
    public void set(Alarm alarm, long at) {
        called("set");
        alarm.moveTo(at);
        alarms.add(alarm);
        alarmsSet++;
        if (at - now.get() <= 0) { // the time has been moved since the thread looked at it
            new Thread(() -> ring(alarm), "late alarm").start();
        }
    }

    private void ring(Alarm alarm) {
        while (alarm.isOn() && alarm.at() - now.get() <= 0) {
            alarm.ring();
        }
    }

    /** How often an alarm has been set; rings move it without. */
    int alarmsSet() {
        return alarmsSet;
    }

    boolean isAlarmOn() {
        return alarms.stream().anyMatch(Alarm::isOn);
    }

    /** Lets the clock lose its alarms. */
    void loseAlarms() {
        alarms.clear();
    }

    /** Lets time pass. */
    void advance(Duration time) {
        long then = now.addAndGet(time.toNanos());
        limits.forEach((thread, limit) -> {
            if (limit - then <= 0) {
                LockSupport.unpark(thread);
            }
        });
        alarms.forEach(this::ring);
    }

    /** How many threads are parked. */
    int parked() {
        return limits.size() + sleepers.size();
    }

    /** How many threads are parked with a limit. */
    int parkedTimed() {
        return limits.size();
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
