package io.github.exitleft;

import static org.jetbrains.lincheck.util.AnalysisSectionsKt.enterIgnoredSection;
import static org.jetbrains.lincheck.util.AnalysisSectionsKt.leaveIgnoredSection;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A parker for Lincheck: time stands still until a scenario moves it, and threads park where Lincheck can see that they do.
 *
 * <p>To Lincheck every {@code LockSupport.park} may return for no reason, so a lost wake-up shows nowhere; a monitor it
 * believes. A park ends when its thread is unparked or interrupted, or when the scenario has moved time past its end. That
 * end counts from the thread's last look at the clock, so a thread that looked before time moved and parks after does not
 * sleep through it.
 */
public final class Simulation implements Parker {

    /** A thread of a scenario. */
    private static final class Actor extends Thread {
        private final Bed bed;

        Actor(Bed bed, Runnable task) {
            super(task);
            this.bed = bed;
        }
    }

    /** Where a thread parks. */
    private static final class Bed {
        private boolean explored = true;
        private boolean settled; // guarded by the bed
        private boolean permit; // guarded by the bed
        private long looked;
        private long until;
    }

    /** The time; where it is looked at and moved, unlike in the rest of this class, threads may be switched. */
    private static final class Clock {
        private volatile long now = 1_000_000;

        long look() {
            long time = now;
            point();
            return time;
        }

        void advance(long nanos) {
            now += nanos;
        }

        /** A place where threads may be switched, since it reads what they share. */
        long point() {
            return now;
        }
    }

    /** Fires a timer, outside of this class, where threads may be switched. */
    private record Firing(DeadlineTimer timer) implements Runnable {
        @Override
        public void run() {
            timer.fire();
        }
    }

    private static final int MOST = 4;

    private final boolean virtual;
    private @Nullable DeadlineTimer
            timer; // of the one stage; guarded by its lock as it is set, and then always the same

    private final Bed main = new Bed();
    private final Bed[] beds = new Bed[MOST];
    private int actors;
    private final Clock clock = new Clock();

    /**
     * Creates a simulation.
     *
     * @param virtual whether its threads are taken for virtual ones
     */
    public Simulation(boolean virtual) {
        this.virtual = virtual;
    }

    /**
     * Makes a thread; declared as the plain class, because Lincheck does not see a {@code join} through a subclass.
     *
     * @param task what it runs
     * @return the thread, not started
     */
    public Thread thread(Runnable task) {
        var bed = new Bed();
        enterIgnoredSection();
        try {
            beds[actors++] = bed;
        } finally {
            leaveIgnoredSection();
        }
        return new Actor(bed, () -> run(bed, task));
    }

    private void run(Bed bed, Runnable task) {
        enterIgnoredSection();
        if (bed.explored) {
            leaveIgnoredSection();
        }
        try {
            task.run();
        } finally {
            settle(bed);
        }
    }

    /**
     * Starts a thread, and waits until it parks or ends; what it does before that is not explored. To be called before any
     * other thread is started, or that one could have a lock that this one needs.
     *
     * @param thread one of this simulation's
     */
    public void startParked(Thread thread) {
        Bed bed = bed(thread);
        bed.explored = false;
        thread.start();
        synchronized (bed) {
            while (!bed.settled) {
                try {
                    bed.wait();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Explores the calling thread from here on, if it was not before. */
    private static void settle(Bed bed) {
        enterIgnoredSection();
        boolean begins = !bed.explored;
        bed.explored = true;
        leaveIgnoredSection();
        if (begins) {
            leaveIgnoredSection();
            synchronized (bed) {
                bed.settled = true;
                bed.notifyAll();
            }
        }
    }

    /**
     * Puts a stage on this parker.
     *
     * @param <T> tokens
     * @param <R> the resource
     * @param <B> the buffer
     * @param builder a builder
     * @return the same
     */
    public <T, R, B extends @Nullable Object> BareStageBuilder<T, R, B> under(BareStageBuilder<T, R, B> builder) {
        return builder.parker(this);
    }

    /**
     * Interrupts a thread.
     *
     * @param thread the thread
     */
    public void interrupt(Thread thread) {
        clock.point();
        thread.interrupt();
    }

    /**
     * What there is to do at the time that it is now, besides waking those whose park is over.
     *
     * @return what fires the timer if that is due, or null
     */
    public @Nullable Runnable due() {
        enterIgnoredSection();
        try {
            DeadlineTimer set = timer;
            return set != null && set.isOn() && set.at() - clock.now <= 0 ? new Firing(set) : null;
        } finally {
            leaveIgnoredSection();
        }
    }

    /**
     * Moves time, and wakes those whose park is over by that; what is {@link #due()} then is to be run.
     *
     * @param time how far
     */
    public void advance(Duration time) {
        clock.advance(time.toNanos());
        for (Bed bed : beds()) {
            synchronized (bed) {
                bed.notifyAll();
            }
        }
    }

    private Bed[] beds() {
        enterIgnoredSection();
        try {
            return Arrays.copyOf(beds, actors);
        } finally {
            leaveIgnoredSection();
        }
    }

    @Override
    public long nanoTime() {
        long time = clock.look();
        enterIgnoredSection(); // what only this class reads is no place to switch threads
        try {
            bed(Thread.currentThread()).looked = time;
        } finally {
            leaveIgnoredSection();
        }
        return time;
    }

    @Override
    public void park(Object blocker, long nanos) {
        for (Runnable due = due(); due != null; due = due()) { // set when it was due already
            due.run();
        }
        Bed bed = begin(nanos);
        settle(bed);
        synchronized (bed) {
            try {
                while (!bed.permit && (nanos == FOR_EVER || clock.now - bed.until < 0)) {
                    bed.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // as LockSupport does
            }
            bed.permit = false;
        }
    }

    private Bed begin(long nanos) {
        enterIgnoredSection();
        try {
            Bed bed = bed(Thread.currentThread());
            bed.until = bed.looked + nanos;
            return bed;
        } finally {
            leaveIgnoredSection();
        }
    }

    @Override
    public void unpark(Thread thread) {
        clock.point();
        Bed bed = bed(thread);
        synchronized (bed) {
            bed.permit = true;
            bed.notifyAll();
        }
    }

    @Override
    public boolean isVirtual() {
        return virtual;
    }

    @Override
    public void set(DeadlineTimer stages, long at) {
        timer = stages;
        stages.moveTo(at);
    }

    private Bed bed(Thread thread) {
        return thread instanceof Actor actor ? actor.bed : main;
    }
}
