package io.github.exitleft.benchmarks;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/** One contender under one load for a short while: threads ask, every answer is checked, and the cost is counted. */
final class Round {

    /** Longs from one caller's counter to the next, so that they share no cache line. */
    private static final int STRIDE = 16;

    private static final int GROUP = 128;
    private static final int MOST_HISTOGRAMS = 256;

    /** Enough for the clock of processor time, which may have steps of 10 ms. */
    private static final long LEAST_CPU = 50_000_000;

    private static final long LONGEST = 60_000_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(Caller.TIMEOUT_SECONDS + 1);

    private final Contender contender;
    private final Load load;
    private final PeerProcess peer;
    private final Set<Long> bystanders;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Histogram> histograms = new ArrayList<>();
    private final AtomicLongArray done;
    private final LongAdder asked = new LongAdder();
    private final LongAdder finished = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder wrong = new LongAdder();
    private final ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    private volatile boolean measuring;
    private volatile boolean stopped;
    private volatile boolean closed;

    private Round(Contender contender, Load load, PeerProcess peer, Set<Long> bystanders) {
        this.contender = contender;
        this.load = load;
        this.peer = peer;
        this.bystanders = bystanders;
        this.done = new AtomicLongArray(load.callers() * STRIDE);
    }

    static Result run(Contender.Factory factory, Load load, PeerProcess peer, Duration measured) throws Exception {
        Set<Long> bystanders = Threads.ids();
        try (Contender contender = factory.open(peer.address())) {
            return new Round(contender, load, peer, bystanders).run(measured);
        }
    }

    private Result run(Duration measured) throws Exception {
        peer.expect(load.callers());
        startAll();
        settle(measured);
        measuring = true;
        long headChanges = contender.headChanges();
        long handOvers = contender.handOvers();
        long exchanges = sum();
        long peerCpu = peer.cpuNanos();
        Sample before = Sample.take();
        Thread.sleep(measured.toMillis());
        headChanges = contender.headChanges() - headChanges;
        handOvers = contender.handOvers() - handOvers;
        exchanges = sum() - exchanges;
        Sample after = Sample.take();
        peerCpu = peerCpu < 0 ? -1 : peer.cpuNanos() - peerCpu;
        measuring = false;
        int ownThreads = ownThreads();
        stopAll();
        return result(before, after, peerCpu, exchanges, headChanges, handOvers, ownThreads);
    }

    private void startAll() throws Exception {
        for (int i = 0; i < Math.min(load.callers(), MOST_HISTOGRAMS); i++) {
            histograms.add(
                    load.callers() > MOST_HISTOGRAMS
                            ? new AtomicHistogram(100, LONGEST, 2)
                            : new Histogram(100, LONGEST, 2));
        }
        ByteBuffer requests = ByteBuffer.allocateDirect(load.callers() * Wire.SIZE);
        for (int i = 0; i < load.callers(); i++) {
            int caller = i;
            ByteBuffer request = requests.slice(i * Wire.SIZE, Wire.SIZE);
            Runnable body = () -> ask(caller, request);
            Thread thread = load.virtual() ? Threads.virtual("caller-" + i, body) : new Thread(body, "caller-" + i);
            threads.add(thread);
        }
        for (int i = 0; i < threads.size(); i++) {
            threads.get(i).start();
            if (i % GROUP == GROUP - 1) {
                // if all first requests came at once, no buffer would hold them
                while (asked.sum() <= i - GROUP && thrown.isEmpty()) {
                    Thread.sleep(1);
                }
                peer.expect(load.callers());
            }
        }
    }

    /** Waits until all callers have had an answer, and then a little longer. */
    private void settle(Duration measured) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < load.callers(); i++) {
            while (done.get(i * STRIDE) == 0 && System.nanoTime() - deadline < 0 && thrown.isEmpty()) {
                Thread.sleep(1);
            }
        }
        Thread.sleep(measured.toMillis() / 5);
    }

    private void ask(int index, ByteBuffer request) {
        Histogram histogram = histograms.get(index % histograms.size());
        long interval = load.rate() > 0 ? (long) (load.callers() * 1e9 / load.rate()) : 0;
        long due = System.nanoTime() + interval * index / load.callers();
        try {
            Caller caller = contender.caller();
            long number = 0;
            asked.increment();
            while (!stopped) {
                long token = Wire.token(index, number);
                long begin = interval > 0 ? waitUntil(due) : System.nanoTime();
                due += interval;
                try {
                    long answer = caller.exchange(token, Wire.request(request, token));
                    if (answer != Wire.answer(token)) {
                        wrong.increment();
                    }
                    if (measuring) {
                        histogram.recordValue(Math.min(LONGEST, System.nanoTime() - begin));
                    }
                } catch (TimeoutException e) {
                    lost.increment();
                }
                done.lazySet(index * STRIDE, ++number);
            }
            caller.close();
        } catch (Throwable e) {
            if (!closed) {
                thrown.add(e);
            }
        } finally {
            finished.increment();
        }
    }

    /** Waits for the time when a request is due, and returns that time, however late it is. */
    private static long waitUntil(long due) {
        for (long now = System.nanoTime(); due - now > 0; now = System.nanoTime()) {
            LockSupport.parkNanos(due - now);
        }
        return due;
    }

    private long sum() {
        long sum = 0;
        for (int i = 0; i < load.callers(); i++) {
            sum += done.get(i * STRIDE);
        }
        return sum;
    }

    /** Returns how many threads there are that were not there before and are no callers. */
    private int ownThreads() {
        Set<Long> ids = Threads.ids();
        ids.removeAll(bystanders);
        threads.forEach(caller -> ids.remove(caller.getId()));
        return ids.size();
    }

    private void stopAll() throws Exception {
        stopped = true;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long left = load.callers();
        while (left > 0 && System.nanoTime() - deadline < 0) {
            // the peer keeps back ever fewer requests, and never sends more than can be read
            peer.expect((int) Math.max(2, left));
            Thread.sleep(1);
            left = load.callers() - finished.sum();
        }
        closed = true;
        contender.close();
        // these callers wait without a limit, or are stuck
        lost.add(left);
        if (left > 0) {
            threads.forEach(Thread::interrupt);
        }
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
        }
        Throwable first = thrown.poll();
        if (first != null) {
            throw new IllegalStateException("a caller failed", first);
        }
    }

    private Result result(
            Sample before,
            Sample after,
            long peerCpu,
            long exchanges,
            long headChanges,
            long handOvers,
            int ownThreads) {
        var latency = new Histogram(100, LONGEST, 2);
        histograms.forEach(latency::add);
        double all = Math.max(1, exchanges);
        return new Result(
                exchanges * 1e9 / (after.nanoTime() - before.nanoTime()),
                latency.getValueAtPercentile(50) / 1e3,
                latency.getValueAtPercentile(99) / 1e3,
                latency.getValueAtPercentile(99.9) / 1e3,
                micros(after.cpuNanos() - before.cpuNanos(), all),
                micros(peerCpu, all),
                before.switches() < 0 ? -1 : (after.switches() - before.switches()) / all,
                (after.bytes() - before.bytes()) / all,
                contender.headChanges() < 0 ? -1 : headChanges / all,
                contender.handOvers() < 0 ? -1 : handOvers / all,
                ownThreads,
                sum(),
                lost.sum(),
                wrong.sum());
    }

    private static double micros(long cpu, double exchanges) {
        return cpu < LEAST_CPU ? -1 : cpu / 1e3 / exchanges;
    }
}
