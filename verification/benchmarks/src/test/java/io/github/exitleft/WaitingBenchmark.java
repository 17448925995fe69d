package io.github.exitleft;

import io.github.exitleft.benchmarks.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What entering, being signalled and leaving costs while others wait, up to 100,000 virtual threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WaitingBenchmark {

    private static final Duration LONG = Duration.ofHours(1);

    /** Signals instead of parking where the measured thread is asked to park, so that no system call hides the rest. */
    private final class Signalling implements Parker {

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
            if (Thread.currentThread() == measured && inline) {
                stage.parts.role.signal(mine);
            } else {
                LockSupport.parkNanos(blocker, nanos);
            }
        }

        @Override
        public void unpark(Thread thread) {
            if (thread != measured || !inline) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void set(DeadlineTimer timer, long at) {
            Parker.JVM.set(timer, at);
        }
    }

    /** How many others wait. */
    @Param({"0", "10", "1000", "100000"})
    public int others;

    private final BareStage<Long, Object, Void> stage =
            Stages.builder().parker(new Signalling()).build();
    private final BareTicket<Long> mine = stage.ticket(-1L);
    private final List<Thread> threads = new ArrayList<>();
    private final Thread head = new Thread(() -> wait(stage.ticket(-2L), this::signalMeasured), "head");
    private volatile @Nullable Thread measured;
    private volatile boolean inline = true;
    private volatile boolean asked;
    private volatile boolean stopped;

    /** Lets one thread head and the others wait. */
    @Setup
    public void prepare() throws InterruptedException {
        head.start();
        until(() -> stage.snapshot(0).head() != null);
        for (long i = 0; i < others; i++) {
            BareTicket<Long> ticket = stage.ticket(Stages.token(i));
            Thread thread = Threads.cheap("waiter-" + i, () -> wait(ticket, () -> {}));
            threads.add(thread);
            thread.start();
        }
        until(() -> stage.snapshot(0).waiters() == others && threads.stream().allMatch(Stages::parked));
        System.gc(); // so that the waiters are old, and not moved during the measurement
        measured = Thread.currentThread();
    }

    private void wait(BareTicket<Long> ticket, Runnable whileHead) {
        try {
            stage.enter(ticket, LONG, director -> {
                whileHead.run();
                return true;
            });
        } catch (InterruptedException | StageClosedException e) {
            // the benchmark is over
        }
    }

    /** The head's life: it signals the measured thread as soon as that waits. */
    private void signalMeasured() {
        while (!stopped) {
            Thread waiting = measured;
            if (asked && Stages.parked(waiting)) {
                asked = false;
                stage.parts.role.signal(mine);
            } else if (inline) {
                LockSupport.parkNanos(1_000_000);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private static void until(java.util.function.BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(1);
        }
    }

    /** A thread enters, queues, is signalled, and leaves; without the system's part in parking and waking it. */
    @Benchmark
    public Object enterAndLeave() throws InterruptedException {
        return stage.enter(mine, LONG, head -> true);
    }

    /** The same with parking and waking: the head signals as soon as the thread waits. */
    @Benchmark
    public Object signalAndWake() throws InterruptedException {
        inline = false;
        asked = true;
        return stage.enter(mine, LONG, head -> true);
    }

    /** Ends all of them. */
    @TearDown
    public void end() throws InterruptedException {
        stopped = true;
        stage.close();
        head.join();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
