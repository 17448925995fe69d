package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts stages under the eye of a test. */
final class TestParkers {

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

    /** Shortens the time that closing waits for a head. */
    public static <T, R, B extends @Nullable Object> UnaryOperator<BareStageBuilder<T, R, B>> closeTimeout(
            Duration timeout) {
        return builder -> builder.closeTimeout(timeout);
    }
}
