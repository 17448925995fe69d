package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What handing the role over costs: two threads take turns, each leaving as soon as the other waits. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandOverBenchmark {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final long PATIENCE = 1_000_000; // for the other one, which stops at the end of a measurement

    /** How many others hold tickets. */
    @Param({"0", "10", "1000", "100000"})
    public int others;

    private final BareStage<Long, Object, Void> stage = Stages.builder().build();

    private final AtomicReferenceArray<Thread> both = new AtomicReferenceArray<>(2);
    private final AtomicInteger here = new AtomicInteger();

    /** One of the two. */
    @State(Scope.Thread)
    public static class One {

        private int number;
        private @Nullable BareTicket<Long> ticket;
    }

    /** Hands out the tickets. */
    @Setup
    public void prepare() {
        for (long i = 0; i < others; i++) {
            stage.ticket(Stages.token(i));
        }
    }

    /** A thread becomes head, by hand-over but for the first time, and hands over. */
    @Benchmark
    @Threads(2)
    public Object handOver(One one) throws InterruptedException {
        BareTicket<Long> ticket = one.ticket;
        if (ticket == null) {
            one.number = here.getAndIncrement();
            both.set(one.number, Thread.currentThread());
            ticket = stage.ticket(-1L - one.number);
            one.ticket = ticket;
        }
        return stage.enter(ticket, LONG, head -> {
            long deadline = System.nanoTime() + PATIENCE;
            while (!Stages.parked(both.get(1 - one.number)) && System.nanoTime() - deadline < 0) {
                Thread.yield(); // for the other one may need this processor
            }
            return true;
        });
    }
}
