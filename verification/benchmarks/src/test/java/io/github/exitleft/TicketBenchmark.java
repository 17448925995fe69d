package io.github.exitleft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What one thread does with a bare stage while others hold tickets, and a look-up in a plain map of that size. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TicketBenchmark {

    private static final int MANY = 1 << 10;
    private static final Duration LONG = Duration.ofSeconds(10);

    /** How many others hold tickets. */
    @Param({"0", "10", "1000", "100000"})
    public int others;

    private final BareStage<Long, Object, Void> stage = Stages.builder().build();
    private final List<BareTicket<Long>> theirs = new ArrayList<>();
    private final ConcurrentHashMap<Long, Object> map = new ConcurrentHashMap<>();
    private final Long[] asked = new Long[MANY << 7];
    private int place;
    private final BareTicket<Long> mine = stage.ticket(-1L);
    private long next = 1L << 40;

    /** Hands out the tickets. */
    @Setup
    public void prepare() {
        for (long i = 0; i < Math.max(1, others); i++) {
            theirs.add(stage.ticket(Stages.token(i)));
            map.put(Stages.token(i), this);
        }
        for (int i = 0; i < asked.length; i++) {
            asked[i] = Stages.token(Math.floorMod(Stages.token(i), (long) Math.max(1, others)));
        }
    }

    /** A ticket is taken and closed, each time for another token. */
    @Benchmark
    public void ticketAndClose() {
        stage.ticket(Stages.token(next++)).close();
    }

    /** A lone caller enters, heads, and leaves. */
    @Benchmark
    public Object enterAlone() throws InterruptedException {
        return stage.enter(mine, LONG, head -> Boolean.TRUE);
    }

    /** A head signals tickets whose owners don't wait. */
    @Benchmark
    @OperationsPerInvocation(MANY)
    public Object signal() throws InterruptedException {
        int first = nextPlace();
        return stage.enter(mine, LONG, head -> {
            int found = 0;
            for (int i = first; i < first + MANY; i++) {
                found += head.signal(asked[i]) ? 1 : 0;
            }
            return found;
        });
    }

    /** The same tokens are looked up in a plain map. */
    @Benchmark
    @OperationsPerInvocation(MANY)
    public void lookUp(Blackhole blackhole) {
        int first = nextPlace();
        for (int i = first; i < first + MANY; i++) {
            blackhole.consume(map.get(asked[i]));
        }
    }

    /** Others each time, so that they are not all at hand. */
    private int nextPlace() {
        place = (place + MANY) % asked.length;
        return place;
    }
}
