package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Opens the primitive's package-private seams to tests in other packages. */
public final class TestParkers {

    /** A clock that only moves when told to; stages on it still block and wake for real. */
    public static final class ManualClock {

        // close to the overflow of nanoTime, so that comparisons instead of differences show
        private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

        /** Runs whenever the clock is read, on the reading thread. */
        public volatile Runnable beforeReading = () -> {};

        /** Reads the clock. */
        public long nanoTime() {
            beforeReading.run();
            return nanos.get();
        }

        /** Moves the clock; threads that wait on it notice within milliseconds. */
        public void advance(Duration by) {
            nanos.addAndGet(by.toNanos());
        }
    }

    /** A clock that only moves when told to, and wakes only those whose time is up by that: a lost wake-up stays lost. */
    public static final class StrictClock {

        private final SteeredParker parker = new SteeredParker();

        /** Moves the clock. */
        public void advance(Duration by) {
            parker.advance(by);
        }

        /** How many threads are parked with a limit. */
        public int parkedTimed() {
            return parker.parkedTimed();
        }

        /** Whether a thread is parked, having seen all that others have woken it for. */
        public boolean isParked(Thread thread) {
            return parker.isParked(thread);
        }

        /** For how much longer a thread is parked; null if it is not, or for ever. */
        public @Nullable Duration parkedFor(Thread thread) {
            return parker.parkedFor(thread);
        }

        /** How often a thread was woken by another. */
        public int wakeUps(Thread thread) {
            return parker.wakeUps(thread);
        }

        /** What time it is. */
        public long time() {
            return parker.time();
        }

        /** Runs something once, on the given thread, the first time that it looks at the clock and the moment is right. */
        public void whenLooking(Thread thread, BooleanSupplier isTheMoment, Runnable action) {
            parker.whenLooking(thread, isTheMoment, action);
        }

        /** Makes a call of the parker throw an Error: the one of that number, of those that threads of that name make. */
        public void failWhen(String thread, int number) {
            parker.failWhen(thread, number);
        }

        /** Likewise, of those of one method. */
        public void failWhen(String thread, int number, String call) {
            parker.failWhen(thread, number, call);
        }

        /** Whether the Error that was wanted last has been thrown. */
        public boolean hasFailed() {
            return parker.hasFailed();
        }

        /** Runs something once, on the given thread, the next time that it looks at the clock. */
        public void whenLooking(Thread thread, Runnable action) {
            parker.whenLooking(thread, action);
        }
    }

    /** Sees each look at the clock and each wake-up, and says what time it is. */
    public interface Eye {

        /** The time, for the thread that looks. */
        default long nanoTime() {
            return System.nanoTime();
        }

        /** By how much its time is ahead of the JVM's. */
        default long ahead() {
            return 0;
        }

        /** Whether this thread's park returns at once, for no reason. */
        default boolean parksInVain() {
            return false;
        }

        /** A call of the parker begins, which throws what this throws. */
        default void called(String call) {}

        /** A thread is about to be woken. */
        void unparks(Thread thread);
    }

    /** Fires a stage's timer by the eye's time, which may jump, where the JVM's timer thread knows only its own. */
    private static final class Shadow extends DeadlineTimer {

        private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(2);

        private final Eye eye;
        private DeadlineTimer shadowed; // guarded by this

        Shadow(Eye eye) {
            this.eye = eye;
        }

        synchronized void set(DeadlineTimer timer, long at) {
            timer.moveTo(at);
            shadowed = timer;
            Parker.JVM.set(this, System.nanoTime() + OFTEN);
        }

        @Override
        void fire() {
            DeadlineTimer timer;
            synchronized (this) {
                timer = shadowed;
            }
            if (timer.isOn() && timer.at() - System.nanoTime() - eye.ahead() <= 0) {
                timer.fire();
            }
            synchronized (this) {
                if (timer.isOn()) {
                    moveTo(System.nanoTime() + OFTEN);
                } else {
                    turnOff();
                }
            }
        }
    }

    private TestParkers() {}

    /** Puts a stage under an eye; it blocks and wakes for real. */
    public static <T, R, B extends @Nullable Object> UnaryOperator<BareStageBuilder<T, R, B>> under(Eye eye) {
        var shadow = new Shadow(eye);
        Parker parker = new Parker() {
            @Override
            public long nanoTime() {
                eye.called("nanoTime");
                return eye.nanoTime();
            }

            @Override
            public void park(Object blocker, long nanos) {
                eye.called("park");
                if (!eye.parksInVain()) {
                    Parker.JVM.park(blocker, nanos);
                }
            }

            @Override
            public void unpark(Thread thread) {
                eye.called("unpark");
                eye.unparks(thread);
                LockSupport.unpark(thread);
            }

            @Override
            public void set(DeadlineTimer timer, long at) {
                eye.called("set");
                shadow.set(timer, at);
            }
        };
        return builder -> builder.parker(parker);
    }

    /** Puts a stage on a clock of the test's own. */
    public static <T, R, B extends @Nullable Object> UnaryOperator<BareStageBuilder<T, R, B>> on(ManualClock clock) {
        Parker parker = new Parker() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public void park(Object blocker, long nanos) {
                // looks up often, because moving the clock unparks no thread; returning for no reason is allowed
                LockSupport.parkNanos(blocker, TimeUnit.MILLISECONDS.toNanos(1));
            }

            @Override
            public void unpark(Thread thread) {
                LockSupport.unpark(thread);
            }

            @Override
            public void set(DeadlineTimer timer, long at) {
                // not needed: threads look up by themselves
            }
        };
        return builder -> builder.parker(parker);
    }

    /** Puts a stage on a strict clock of the test's own. */
    public static <T, R, B extends @Nullable Object> UnaryOperator<BareStageBuilder<T, R, B>> on(StrictClock clock) {
        return builder -> builder.parker(clock.parker);
    }

    /** Shortens the time that closing waits for a head. */
    public static <T, R, B extends @Nullable Object> UnaryOperator<BareStageBuilder<T, R, B>> closeTimeout(
            Duration timeout) {
        return builder -> builder.closeTimeout(timeout);
    }
}
