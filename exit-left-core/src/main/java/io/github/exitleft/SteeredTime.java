package io.github.exitleft;

import io.github.exitleft.internal.StageTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Puts a stage on the time of a test: all that looks at the clock, parks or blocks in the source goes through it. */
final class SteeredTime implements Parker, Timer {

    private final StageTime time;

    private SteeredTime(StageTime time) {
        this.time = time;
    }

    static void steer(StageSettings<?, ?> settings, StageTime time) {
        steerTyped(settings, time);
    }

    private static <T, M> void steerTyped(StageSettings<T, M> settings, StageTime time) {
        var steered = new SteeredTime(time);
        settings.timer = steered;
        settings.seam = bare -> bare.parker(steered);
        settings.source = new SteeredSource<>(settings.source, time);
    }

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public boolean isVirtual() {
        return false; // so that each thread parks until its own deadline, and no timer is set
    }

    @Override
    public void park(Object blocker, long nanos) {
        time.park(blocker, nanos == FOR_EVER ? StageTime.FOR_EVER : nanos);
    }

    @Override
    public void unpark(Thread thread) {
        time.unpark(thread);
    }

    @Override
    public void set(DeadlineTimer timer, long at) {
        throw new AssertionError("no thread parks beyond its deadline");
    }

    @Override
    public Runnable after(long nanos, Runnable task) {
        return nanos <= 0 ? Timer.JVM.after(0, task) : time.after(nanos, task);
    }

    /** A source whose reads end when the test moves the time that far, however long they may take in the real one. */
    @SuppressWarnings("try") // closing what it wraps may throw anything
    private static final class SteeredSource<M> extends ForwardingSource<M> {

        /** Of real time, which does not pass for the stage: the source comes back, and is read again. */
        private static final Duration LONGEST = Duration.ofSeconds(1);

        private final StageTime time;

        SteeredSource(Source<M> source, StageTime time) {
            super(source);
            this.time = time;
        }

        @Override
        public @Nullable M receive(Duration remaining) throws Exception {
            if (remaining.isZero() || !time.beginRead(Parker.nanos(remaining), this::wakeup)) {
                return super.receive(Duration.ZERO);
            }
            try {
                return super.receive(LONGEST);
            } finally {
                time.endRead();
            }
        }
    }
}
