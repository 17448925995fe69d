package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Many threads do everything at once, while a watcher checks that rules S1, S3, S4 and S14 hold at every moment. */
class BareStageChaosTests {

    private static final int THREADS = 8;
    private static final int STEPS = 6_000;

    @Test
    void s1_s3_s4_s14_timeoutsInterruptsSignalsAndThrowingHeads_breakNoRule() throws Exception {
        for (Promotion promotion : Promotion.values()) {
            long seed = System.nanoTime();
            try {
                run(promotion, seed);
            } catch (Throwable e) {
                throw new AssertionError("promotion " + promotion + ", seed " + seed, e);
            }
        }
    }

    private static void run(Promotion promotion, long seed) throws Exception {
        var stage = BareStage.<Integer, int[], int[]>builder("chaos", new int[1], new int[1])
                .promotion(promotion)
                .build();
        var heading = new AtomicBoolean();
        var entries = new AtomicLong();
        var headed = new AtomicInteger();
        var over = new AtomicBoolean();
        List<Actor<String>> actors = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            int own = i;
            actors.add(Actor.start("chaos-" + i, () -> {
                for (int step = 0; step < STEPS; step++) {
                    step(stage, own, random, heading, headed, entries);
                }
                return "done";
            }));
        }
        Actor<Long> watcher = Actor.start("watcher", () -> {
            long looks = 0;
            while (!over.get()) {
                BareSnapshot now = stage.snapshot(3);
                assertThat(now.waiters() == 0 || now.head() != null)
                        .as("there is a head while threads wait: %s", now)
                        .isTrue();
                looks++;
            }
            return looks;
        });
        Actor<String> interrupter = Actor.start("interrupter", () -> {
            var random = new Random(seed - 1);
            while (!over.get()) {
                actors.get(random.nextInt(THREADS)).thread.interrupt();
                Thread.yield();
            }
            return "done";
        });
        try {
            for (Actor<String> actor : actors) {
                assertThat(actor.result()).isEqualTo("done");
            }
        } finally {
            over.set(true);
        }
        interrupter.result();
        assertThat(watcher.result()).isPositive();
        BareSnapshot end = stage.snapshot(0);
        assertThat(end.waiters()).isZero();
        assertThat(end.tickets()).isZero();
        assertThat(end.head()).isNull();
        assertThat(end.entries().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(entries.get());
        assertThat(stage.backdoor()[0]).isEqualTo(headed.get());
    }

    private static void step(
            BareStage<Integer, int[], int[]> stage,
            int own,
            Random random,
            AtomicBoolean heading,
            AtomicInteger headed,
            AtomicLong entries) {
        try (var ticket = stage.ticket(own)) {
            int rounds = 1 + random.nextInt(3);
            for (int i = 0; i < rounds; i++) {
                Duration timeout = Duration.ofNanos(random.nextInt(4) * 40_000L * random.nextInt(5));
                entries.incrementAndGet();
                try {
                    stage.enter(ticket, timeout, director -> {
                        assertThat(heading.compareAndSet(false, true))
                                .as("alone")
                                .isTrue();
                        try {
                            director.resource()[0]++;
                            headed.incrementAndGet();
                            for (int signals = random.nextInt(4); signals > 0; signals--) {
                                director.signal(random.nextInt(THREADS));
                            }
                            return switch (random.nextInt(8)) {
                                case 0 -> throw new IllegalArgumentException("of a head");
                                case 1 -> throw new InterruptedException("of a head");
                                case 2 -> director.<String>outOfTime();
                                default -> "";
                            };
                        } finally {
                            heading.set(false);
                        }
                    });
                } catch (IllegalArgumentException | InterruptedException e) {
                    // what the head threw, or the interrupter
                }
            }
        }
    }
}
