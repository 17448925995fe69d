package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.Window.Place;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads and takers at windows and tokens: nothing is given twice, nothing lost (M12, M13). */
class LineStressTests {

    private static final int THREADS = 16;
    private static final int ROUNDS = 1_500;

    private final long seed = System.nanoTime();

    /** What one thread does, again and again. */
    interface Turn {
        void take(Random random) throws Exception;
    }

    private void all(boolean virtual, Turn turn) throws Exception {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            var task = new FutureTask<Void>(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    turn.take(random);
                }
                return null;
            });
            tasks.add(task);
            Thread thread = virtual ? VirtualThreadSupport.unstarted("turn " + i, task) : new Thread(task);
            if (!virtual) {
                thread.setDaemon(true);
            }
            thread.start();
        }
        for (FutureTask<Void> task : tasks) {
            Patience.get(task);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m13_manyThreadsAndTakers_neverExceedTheWindowAndLoseNoPlace(boolean virtual) throws Exception {
        if (virtual && !VirtualThreadSupport.exist()) {
            return;
        }
        int size = 3;
        var window = new Window(size, Parker.JVM, Timer.JVM);
        var out = new AtomicInteger();
        var most = new AtomicInteger();
        var told = new AtomicInteger();
        var joined = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            all(virtual, random -> {
                int what = random.nextInt(10);
                if (what < 6) {
                    boolean interrupt = what == 0;
                    if (interrupt) {
                        Thread.currentThread().interrupt();
                    }
                    Place place = null;
                    try {
                        long timeout = random.nextInt(3) == 0 ? random.nextInt(200_000) : 60_000_000_000L;
                        place = window.acquire(System.nanoTime() + timeout);
                    } catch (InterruptedException e) {
                        assertThat(interrupt).isTrue();
                    }
                    boolean unused = Thread.interrupted();
                    if (place != null) {
                        use(out, most);
                        place.release();
                    }
                } else {
                    boolean keeps = what < 9;
                    joined.incrementAndGet();
                    Queued<Place> wait = window.join(
                            new Taker<>() {
                                @Override
                                public boolean granted(Place place) {
                                    use(out, most);
                                    told.incrementAndGet();
                                    if (keeps) {
                                        place.release();
                                    }
                                    return keeps;
                                }

                                @Override
                                public void ended(RuntimeException why) {
                                    throw why;
                                }
                            },
                            what == 6 ? Runnable::run : executor,
                            Integer.MAX_VALUE);
                    if (random.nextBoolean() && wait != null && wait.cancel()) {
                        told.incrementAndGet();
                    }
                }
            });
            // a place that a taker gives back is passed on by way of the executor, which must still be there
            await().untilAsserted(() -> assertThat(told)
                    .as("each taker was told, or left; seed %d", seed)
                    .hasValue(joined.get()));
        } finally {
            executor.shutdown();
        }
        assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).as("at once; seed %d", seed).isLessThanOrEqualTo(size);
        assertThat(window.waiting()).as("waiting; seed %d", seed).isZero();
        assertThat(window.used()).as("used; seed %d", seed).isZero();
    }

    private static void use(AtomicInteger out, AtomicInteger most) {
        int now = out.incrementAndGet();
        most.accumulateAndGet(now, Math::max);
        Thread.yield();
        out.decrementAndGet();
    }

    @Test
    void m12_manyThreads_neverHaveTheSameTokenThoughAllAreInUse() throws Exception {
        // as many tokens as half of the threads, and a rest so short that it ends meanwhile
        var issuing = new Issuing<>(
                new ReentrantLock(),
                TokenFixture.random(Integer.class, 3, Duration.ofNanos(50_000), new SecureNumbers()),
                Parker.JVM,
                Timer.JVM);
        Set<Integer> out = ConcurrentHashMap.newKeySet();
        all(false, random -> {
            long timeout = random.nextInt(4) == 0 ? random.nextInt(300_000) : 60_000_000_000L;
            Integer token = issuing.issue(System.nanoTime() + timeout);
            if (token != null) {
                assertThat(out.add(token)).as("%s is out; seed %d", token, seed).isTrue();
                Thread.yield();
                out.remove(token);
                if (random.nextInt(3) == 0) {
                    issuing.gaveUp(token, null, null, 1);
                } else {
                    issuing.answered(token);
                }
            }
        });
        assertThat(issuing.waiting()).as("waiting; seed %d", seed).isZero();
        assertThat(issuing.live()).as("live; seed %d", seed).isZero();
    }

    @Test
    void m13_closeAmongManyThreads_endsAllAndLosesNoPlace() throws Exception {
        for (int round = 0; round < 50; round++) {
            var window = new Window(2, Parker.JVM, Timer.JVM);
            var ready = new CountDownLatch(8);
            List<FutureTask<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                var task = new FutureTask<Void>(() -> {
                    ready.countDown();
                    try {
                        while (true) {
                            Place place = window.acquire(System.nanoTime() + 60_000_000_000L);
                            place.release();
                        }
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessage("closed");
                        return null;
                    }
                });
                tasks.add(task);
                var thread = new Thread(task);
                thread.setDaemon(true);
                thread.start();
            }
            ready.await();
            window.close(() -> new IllegalStateException("closed"));
            for (FutureTask<Void> task : tasks) {
                Patience.get(task);
            }
            assertThat(window.used()).isZero();
            assertThat(window.waiting()).isZero();
        }
    }
}
