package io.github.exitleft.test;

import io.github.exitleft.StageBuilder;
import io.github.exitleft.internal.StageTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A clock to steer: the time of the stages that are built on it stands still until a test moves it.
 *
 * <p>With it a test of code that calls a stage reaches a timeout, a resend, the deadline of a future or the pause of a keeper without
 * sleeping, and without hanging on how fast the machine is:
 *
 * {@snippet file = "io/github/exitleft/test/SteerableClockTests.java" region = "example"}
 *
 * <p><b>Wait first, then move.</b> A call's time begins when it waits, so let it get as far with {@link #awaitWaiters}. Moving the time
 * goes from one deadline to the next, wakes the threads that are due, and goes on when each of these waits again or has left its stage:
 * a call that sends again after one second and after two, and gives up after three, has done all that when {@link #advance} returns.
 * Tasks of futures are begun in the same way, and handed to the stage's {@linkplain StageBuilder#executor executor}, which runs them
 * in real time; with {@code Runnable::run} they are done when {@code advance} returns.
 *
 * <p><b>What else is real.</b> Messages come when they come, and are read at once. A source that cannot be woken takes up to 100 ms to
 * notice that the time has been moved, once for each second of it. Closing a stage waits for its head without a limit.
 *
 * <p>In a Spring application, a {@code StageCustomizer} bean can {@linkplain #steer steer} the builders of its stages.
 */
public final class SteerableClock {

    /** How often to look whether a thread has left its stage, of which nothing tells. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A thread that waits: until when, if ever, how it is woken, and whether it reads its source. */
    private record Wait(@Nullable Long until, Runnable wake, boolean reads) {}

    /** Of real time; after that a thread hangs. */
    private final Duration limit;

    private final StageTime time = new Time();
    private final ReentrantLock advancing = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // all guarded by lock
    private long now;
    private final Map<Thread, Wait> waits = new HashMap<>();
    private final Alarms alarms = new Alarms();

    /** Threads that have been woken, and were not seen to wait again or to leave their stage. */
    private final Set<Thread> running = new HashSet<>();

    /** Threads that are woken before they park. */
    private final Set<Thread> permits = Collections.newSetFromMap(new WeakHashMap<>());

    /** What the time was when a thread last looked at it. */
    private final Map<Thread, Long> seen = new WeakHashMap<>();

    /** Creates a clock whose time is zero. */
    public SteerableClock() {
        this(Duration.ofMinutes(1));
    }

    SteerableClock(Duration limit) {
        this.limit = limit;
    }

    /**
     * Puts the stage that a builder builds on this clock; one clock serves any number of stages.
     *
     * @param <T> tokens
     * @param <M> messages
     * @param builder the stage's builder
     * @return that builder
     */
    public <T, M> StageBuilder<T, M> steer(StageBuilder<T, M> builder) {
        time.steer(Objects.requireNonNull(builder, "'builder' must not be null"));
        return builder;
    }

    /**
     * Returns how far the time has been moved, which is the scale of {@link io.github.exitleft.Received#receivedAt()}.
     *
     * @return nanoseconds since the clock was created
     */
    public long nanoTime() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the time, and returns when all that was due has been woken, and waits again or has left its stage. It hangs, and then throws,
     * where a thread that was due does something else, such as waiting for the test in a sender.
     *
     * @param time how far; zero wakes what is due now
     * @throws IllegalArgumentException if that is negative
     * @throws AssertionError if a thread that was woken has neither waited again nor left its stage within a minute
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("'time' must not be negative, but is " + time);
        }
        advancing.lock();
        try {
            long target = nanoTime() + time.toNanos();
            for (boolean more = true; more; ) {
                more = step(target);
            }
        } finally {
            advancing.unlock();
        }
    }

    /** Runs a task when the time has been moved that far. */
    void after(Duration delay, Runnable task) {
        time.after(delay.toNanos(), task);
    }

    /**
     * Adds a message to a source. The threads that read are woken, so that the time is not moved on before one of them has routed the
     * message.
     */
    void deliver(Runnable message) {
        List<Runnable> reading;
        lock.lock();
        try {
            message.run();
            reading = wake(Wait::reads);
        } finally {
            lock.unlock();
        }
        reading.forEach(Runnable::run);
    }

    /**
     * Waits until so many threads wait for a stage on this clock, one of which may be the head, blocked in the source; keepers are not
     * counted. A thread that has been woken does not wait, whether or not it has noticed.
     *
     * @param atLeast how many
     * @throws AssertionError if there are not as many within a minute
     */
    public void awaitWaiters(int atLeast) {
        await(atLeast, thread -> !StageThreads.isKeeper(thread), "callers");
    }

    /**
     * Waits until so many keepers wait, for messages, for their turn, or in a pause.
     *
     * @param atLeast how many
     * @throws AssertionError if there are not as many within a minute
     */
    public void awaitKeepers(int atLeast) {
        await(atLeast, StageThreads::isKeeper, "keepers");
    }

    private void await(int atLeast, Predicate<Thread> kind, String what) {
        long rest = limit.toNanos();
        lock.lock();
        try {
            while (waits.keySet().stream().filter(kind).count() < atLeast) {
                if (rest <= 0) {
                    throw new AssertionError(
                            "fewer than " + atLeast + " " + what + " wait after " + limit + ": " + waits.keySet());
                }
                rest = changed.awaitNanos(rest);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting for the threads of a stage", e);
    }

    /** Goes on to what is due next, but not beyond a time; says whether there was anything. */
    private boolean step(long target) {
        List<Runnable> due;
        lock.lock();
        try {
            settle();
            now = earliest(target);
            due = wake(wait -> isOver(wait.until));
        } finally {
            lock.unlock();
        }
        due.forEach(Runnable::run);
        settle();
        return ring() || !due.isEmpty();
    }

    /** Notes that some threads wait no more; returns what wakes them. */
    private List<Runnable> wake(Predicate<Wait> which) {
        List<Runnable> wakes = new ArrayList<>();
        waits.entrySet().removeIf(entry -> {
            boolean woken = which.test(entry.getValue());
            if (woken) {
                running.add(entry.getKey());
                wakes.add(entry.getValue().wake);
            }
            return woken;
        });
        return wakes;
    }

    /** The earliest time at which anything is due, or the target if that is earlier; not before now. */
    private long earliest(long target) {
        long earliest = alarms.earliest(target);
        for (Wait wait : waits.values()) {
            if (wait.until != null && wait.until - earliest < 0) {
                earliest = wait.until;
            }
        }
        return earliest - now < 0 ? now : earliest;
    }

    /** Runs the tasks that are due; says whether there were any. */
    private boolean ring() {
        boolean any = false;
        Runnable due;
        while ((due = takeAlarm()) != null) {
            any = true;
            due.run();
        }
        return any;
    }

    private @Nullable Runnable takeAlarm() {
        lock.lock();
        try {
            return alarms.takeDue(now);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until each thread that was woken waits again, or has left its stage. */
    private void settle() {
        long start = System.nanoTime();
        lock.lock();
        try {
            running.remove(Thread.currentThread());
            while (!running.isEmpty()) {
                changed.awaitNanos(LOOK_NANOS);
                running.removeIf(thread -> !StageThreads.isInStage(thread));
                if (System.nanoTime() - start > limit.toNanos() && !running.isEmpty()) {
                    Thread one = running.iterator().next();
                    throw new AssertionError(one + " was woken, and has neither waited again nor left its stage within "
                            + limit + "; it is in " + Arrays.toString(one.getStackTrace()));
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver(@Nullable Long until) {
        return until != null && until - now <= 0;
    }

    /** Until when a thread waits, counted from when it looked last, or a move between that and now would be lost. */
    private long until(long nanos) {
        return seen.getOrDefault(Thread.currentThread(), now) + nanos;
    }

    private void begins(Wait wait) {
        running.remove(Thread.currentThread());
        waits.put(Thread.currentThread(), wait);
        changed.signalAll();
    }

    private void ends() {
        if (waits.remove(Thread.currentThread()) != null) { // by itself
            running.add(Thread.currentThread());
        }
    }

    /** What the stages see of the clock. */
    private final class Time extends StageTime {

        @Override
        public long nanoTime() {
            lock.lock();
            try {
                seen.put(Thread.currentThread(), now);
                return now;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void park(Object blocker, long nanos) {
            Thread me = Thread.currentThread();
            lock.lock();
            try {
                Long until = nanos == FOR_EVER ? null : (Long) until(nanos);
                if (permits.remove(me) || isOver(until)) {
                    return;
                }
                begins(new Wait(until, () -> LockSupport.unpark(me), false));
            } finally {
                lock.unlock();
            }
            LockSupport.park(blocker);
            lock.lock();
            try {
                ends();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void unpark(Thread thread) {
            lock.lock();
            try {
                if (waits.remove(thread) != null) {
                    running.add(thread);
                    LockSupport.unpark(thread);
                } else {
                    permits.add(thread);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Runnable after(long nanos, Runnable task) {
            lock.lock();
            try {
                Runnable cancel = alarms.set(until(nanos), task);
                return () -> cancel(cancel);
            } finally {
                lock.unlock();
            }
        }

        private void cancel(Runnable cancel) {
            lock.lock();
            try {
                cancel.run();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean beginRead(long nanos, Runnable wakeup) {
            lock.lock();
            try {
                long until = until(nanos);
                if (isOver(until)) {
                    return false;
                }
                begins(new Wait(until, wakeup, true));
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void endRead() {
            lock.lock();
            try {
                ends();
            } finally {
                lock.unlock();
            }
        }
    }
}
