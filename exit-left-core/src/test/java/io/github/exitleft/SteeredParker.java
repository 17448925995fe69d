package io.github.exitleft;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A parker whose time stands still until a test moves it, and whose wake-ups a test can hold back.
 *
 * <p>Moving the time wakes the threads whose time to park is over, and fires the timers that are due; a thread that parks for ever is
 * not helped by it. A thread that has been woken is not parked any more, though it may not have noticed yet: once it is parked again,
 * it has seen all there is.
 */
final class SteeredParker implements Parker, Parking {

    /** Runs whenever a thread looks at the clock, on that thread. */
    volatile Runnable beforeReading = () -> {};

    /** Runs whenever a thread is about to wake another, on the thread that wakes. */
    volatile Runnable beforeWaking = () -> {};

    /** Whether threads that park look up each millisecond, so that no test has to move the time for a short pause of theirs. */
    volatile boolean restless;

    /** Whether threads are taken for virtual ones, of which few park with a limit. */
    volatile boolean virtual = true;

    // so close to the overflow that a test moves beyond it
    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(50).toNanos());
    private final Map<Thread, Long> seen = Collections.synchronizedMap(new WeakHashMap<>());
    private final Set<Thread> deaf = ConcurrentHashMap.newKeySet();
    private final Set<Thread> held = ConcurrentHashMap.newKeySet();

    private final Set<DeadlineTimer> timers = ConcurrentHashMap.newKeySet();
    private volatile int alarmsSet;
    private volatile @Nullable Failing failing;

    /** Which call of this seam is to throw an Error, once. */
    private static final class Failing {
        private final String thread;
        private final String call;
        private final AtomicInteger countdown;

        Failing(String thread, int number, String call) {
            this.thread = thread;
            this.call = call;
            this.countdown = new AtomicInteger(number);
        }

        boolean hits(String call) {
            return (this.call.isEmpty() ? !call.startsWith("end of") : this.call.equals(call))
                    && (thread.isEmpty() || thread.equals(Thread.currentThread().getName()))
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

    /** Makes a call of this seam throw an Error: the one of that number, of those that threads of that name make. */
    void failWhen(String thread, int number) {
        failing = new Failing(thread, number, "");
    }

    /** Likewise, of those of one method. */
    void failWhen(String thread, int number, String call) {
        failing = new Failing(thread, number, call);
    }

    /** Whether the Error that was wanted last has been thrown. */
    boolean hasFailed() {
        Failing now = failing;
        return now != null && now.countdown.get() <= 0;
    }

    private void called(String call) {
        Failing now = failing;
        if (now != null && now.hits(call)) {
            throw new Wanted(call);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Thread, Long> parked = new HashMap<>(); // until when; guarded by lock, as what follows
    private final Map<Thread, Boolean> permits = new WeakHashMap<>();
    private final Map<Thread, Integer> wakeUps = new WeakHashMap<>();

    @Override
    public long nanoTime() {
        called("nanoTime");
        beforeReading.run();
        long time = now.get();
        seen.put(Thread.currentThread(), time);
        return time;
    }

    @Override
    public void park(Object blocker, long nanos) {
        called("park");
        Thread me = Thread.currentThread();
        // counted from when the thread looked at the clock last, or a jump between that look and now would be lost
        Long until = nanos == FOR_EVER ? null : (Long) (seen.getOrDefault(me, now.get()) + nanos);
        boolean woken;
        boolean parks;
        lock.lock();
        try {
            woken = permits.remove(me) != null;
            parks = !woken && !isOver(until);
            if (parks) {
                parked.put(me, until);
            }
        } finally {
            lock.unlock();
        }
        if (parks) {
            if (restless) {
                LockSupport.parkNanos(blocker, TimeUnit.MILLISECONDS.toNanos(1));
            } else {
                LockSupport.park(blocker);
            }
            lock.lock();
            try {
                parked.remove(me);
            } finally {
                lock.unlock();
            }
        } else if (woken) {
            LockSupport.parkNanos(1); // uses up the JVM's own permit
        }
        while (deaf.contains(me)) {
            held.add(me);
            LockSupport.parkNanos(100_000);
        }
        held.remove(me);
        called("end of park");
    }

    private boolean isOver(@Nullable Long until) {
        return until != null && until - now.get() <= 0;
    }

    @Override
    public boolean isVirtual() {
        called("isVirtual");
        return virtual;
    }

    @Override
    public void unpark(Thread thread) {
        called("unpark");
        beforeWaking.run();
        lock.lock();
        try {
            wakeUps.merge(thread, 1, Integer::sum);
            end(thread);
        } finally {
            lock.unlock();
        }
    }

    private void end(Thread thread) {
        if (parked.containsKey(thread)) {
            parked.remove(thread);
        } else {
            permits.put(thread, true);
        }
        LockSupport.unpark(thread);
    }

    @Override
    public void set(DeadlineTimer timer, long at) {
        called("set");
        timer.moveTo(at);
        timers.add(timer);
        alarmsSet++;
        if (at - now.get() <= 0) { // the time has been moved since the thread looked at it
            new Thread(() -> fire(timer), "late timer").start();
        }
    }

    private void fire(DeadlineTimer timer) {
        while (timer.isOn() && timer.at() - now.get() <= 0) {
            timer.fire();
        }
    }

    /** How often a timer has been set; fires move it without. */
    int alarmsSet() {
        return alarmsSet;
    }

    boolean isAlarmOn() {
        return timers.stream().anyMatch(DeadlineTimer::isOn);
    }

    /** Lets the clock lose its timers. */
    void loseAlarms() {
        timers.clear();
    }

    /** Lets time pass. */
    void advance(Duration time) {
        lock.lock();
        try {
            now.addAndGet(time.toNanos());
            parked.entrySet().stream()
                    .filter(entry -> isOver(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::end);
        } finally {
            lock.unlock();
        }
        timers.forEach(this::fire);
    }

    /** What time it is, for a test that looks; not counted as a look. */
    long time() {
        return now.get();
    }

    /** How many threads are parked. */
    int parked() {
        lock.lock();
        try {
            return parked.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many threads are parked with a limit. */
    int parkedTimed() {
        lock.lock();
        try {
            return (int) parked.values().stream().filter(until -> until != null).count();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a thread is parked and has not been woken. */
    boolean isParked(Thread thread) {
        lock.lock();
        try {
            return parked.containsKey(thread);
        } finally {
            lock.unlock();
        }
    }

    /** For how much longer a thread is parked; null if it is not, or for ever. */
    @Nullable
    Duration parkedFor(Thread thread) {
        lock.lock();
        try {
            Long until = parked.get(thread);
            return until == null ? null : Duration.ofNanos(until - now.get());
        } finally {
            lock.unlock();
        }
    }

    /** How often a thread was woken by another. */
    int wakeUps(Thread thread) {
        lock.lock();
        try {
            return wakeUps.getOrDefault(thread, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a thread that is parked, or about to park, where it is until {@link #release}, even if it is woken. */
    void hold(Thread thread) {
        deaf.add(thread);
        await().until(() -> isParked(thread) || held.contains(thread)); // or it might see why before it parks
    }

    void release(Thread thread) {
        deaf.remove(thread);
        LockSupport.unpark(thread);
    }

    /** Wakes a parked thread for no reason. */
    void wakeForNoReason(Thread thread) {
        unpark(thread);
    }

    /** Runs something once, on the given thread, the next time that it looks at the clock. */
    void whenLooking(Thread thread, Runnable action) {
        whenLooking(thread, () -> true, action);
    }

    /** Runs something once, on the given thread, the first time that it looks at the clock and the moment is right. */
    void whenLooking(Thread thread, BooleanSupplier isTheMoment, Runnable action) {
        beforeReading = () -> {
            if (Thread.currentThread() == thread && isTheMoment.getAsBoolean()) {
                beforeReading = () -> {};
                action.run();
            }
        };
    }
}
