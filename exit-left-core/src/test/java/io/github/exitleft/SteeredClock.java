package io.github.exitleft;

import java.time.Duration;

/** The time of a stage, of its timer and of its threads, in the hands of a test of another package. */
public final class SteeredClock {

    private final SteeredParker parker = new SteeredParker();
    private final ManualTimer timer = new ManualTimer();

    public SteeredClock() {
        parker.restless = true;
    }

    /** Steers both. */
    public <T, M> StageBuilder<T, M> steer(StageBuilder<T, M> builder) {
        return steerTimer(builder).seam(bare -> bare.parker(parker));
    }

    /** Steers the timer alone; threads are on real time. */
    public <T, M> StageBuilder<T, M> steerTimer(StageBuilder<T, M> builder) {
        return builder.timer(timer);
    }

    /** Lets time pass, and runs what is due on this thread. */
    public void advance(Duration by) {
        parker.advance(by);
        timer.advance(by);
    }

    /** How many tasks the timer has still to run. */
    public int pending() {
        return timer.pending();
    }

    /** Waits until all that was to be run at once has been. */
    public void settle() {
        timer.settle();
    }
}
