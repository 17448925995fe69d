package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.ChaosLetter.ChaosViolation;
import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Many threads draw at random what to do with a stage, one stage after the other, while a watcher looks; a step is one
 * thing drawn.
 *
 * <p>{@code -Dexitleft.chaos.seconds} and {@code -Dexitleft.chaos.steps} say for how long, at least, and {@code
 * -Dexitleft.chaos.seed} repeats what was drawn, though not how the threads were interleaved.
 */
class StageChaosTests {

    private static final int MOST_THREADS = 48; // half of them virtual, where there are such
    private static final int MOST_STEPS = 6_000; // of a thread, in one world
    private static final Duration HANGS_AFTER = Duration.ofMinutes(2);

    private static final String CONTEXT_CHECKED = ChaosWorld.CONTEXT_CHECKED + " in the background";

    private static final List<String> TO_BE_MET = List.of(
            "TIMED_OUT",
            "INTERRUPTED",
            "CLOSED",
            "FAILED",
            "DELIVERED",
            "LATE",
            "DUPLICATE",
            "FOREIGN",
            "UNKNOWN",
            "UNREADABLE",
            "OVERFLOW",
            "EVENT",
            "issued call",
            "issued ticket",
            "timed out in line",
            "DELIVERED in the background",
            "TIMED_OUT in the background",
            "CLOSED in the background",
            "CANCELLED",
            "CANCELLED while heading",
            "CANCELLED in the background",
            CONTEXT_CHECKED,
            "FAILED by an Error",
            "Error before a wait",
            "Error in nanoTime",
            "Error in park",
            "Error in unpark",
            "Error in receive in the background",
            "Error in the reader in the background",
            "Error in the check in the background",
            "Error in the event handler in the background",
            "Error in a listener");

    /** Only where there are virtual threads. */
    private static final String TIMER = "Error in set";

    private final long seed = Long.getLong("exitleft.chaos.seed", System.nanoTime());
    private final long begin = System.nanoTime();
    private final Map<String, Long> totals = new TreeMap<>();
    private final long[] handOvers = new long[40];
    private long steps;
    private long worlds;
    private long looks;
    private long promotions;
    private long headChanges;
    private long firstHeap;
    private long lastHeap;

    @Test
    void s1ToS20_m1ToM9_m11_m12_m13_m15_m19_m20_anyDrawnScenario_breaksNoRuleAndLeavesNothing() throws Exception {
        long stepsWanted = Long.getLong("exitleft.chaos.steps", 0);
        long seconds = Long.getLong("exitleft.chaos.seconds", stepsWanted > 0 ? 0 : 10);
        say("chaos: seed " + seed
                + (VirtualThreadSupport.exist() ? ", platform and virtual threads" : ", platform threads"));
        var random = new SplittableRandom(seed);
        Logger logger = Logger.getLogger("io.github.exitleft"); // sources fail by the thousand
        logger.setLevel(Level.OFF);
        try {
            long nextReport = 30;
            while (steps < stepsWanted || elapsed() < TimeUnit.SECONDS.toNanos(seconds) || hasMissedSomething()) {
                live(random.split());
                if (elapsed() > TimeUnit.SECONDS.toNanos(nextReport)) {
                    say(summary());
                    nextReport += 30;
                }
            }
        } catch (Throwable e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new AssertionError("seed " + seed + ", stage " + worlds + ", after " + steps + " steps: " + cause, e);
        } finally {
            logger.setLevel(null);
        }
        say(summary());
        say("chaos: drawn and met " + totals);
        say("chaos: heap after the first look at it " + firstHeap + " KB, after the last " + lastHeap + " KB");
        assertThat(totals.keySet()).containsAll(TO_BE_MET);
        assertThat(totals.containsKey(TIMER) || !VirtualThreadSupport.exist())
                .as(TIMER)
                .isTrue();
        assertThat(promotions).isPositive();
        assertThat(lastHeap).as("KB in use").isLessThan(firstHeap + 32_768);
    }

    /** Whether it goes on, on a slow machine, since not all has come about that is to. */
    private boolean hasMissedSomething() {
        return !(totals.keySet().containsAll(TO_BE_MET)
                        && (totals.containsKey(TIMER) || !VirtualThreadSupport.exist())
                        && promotions > 0)
                && elapsed() < Patience.LIMIT.toNanos();
    }

    private long elapsed() {
        return System.nanoTime() - begin;
    }

    @SuppressWarnings("SystemOut")
    private static void say(String what) {
        System.out.println(what);
    }

    /** One stage from its beginning to its end. */
    private void live(SplittableRandom random) throws Exception {
        var world = new ChaosWorld(random);
        List<ChaosActor> actors = new ArrayList<>();
        int threads = random.nextInt(8) == 0 ? 2 + random.nextInt(6) : 8 + random.nextInt(MOST_THREADS - 7);
        for (int i = 0; i < threads; i++) {
            boolean virtual = VirtualThreadSupport.exist() && random.nextBoolean();
            new ChaosActor(world, actors, random.split(), MOST_STEPS, virtual);
        }
        long[] looked = new long[1];
        var watcher = new Thread(() -> watch(world, actors, looked), "chaos-watcher");
        actors.forEach(actor -> actor.thread.start());
        watcher.start();
        long deadline = System.nanoTime() + HANGS_AFTER.toNanos();
        for (ChaosActor actor : actors) {
            while (actor.thread.isAlive()) {
                actor.thread.join(100);
                if (world.violation.get() != null) { // what is found need not be waited for
                    deadline = Math.min(deadline, System.nanoTime() + TimeUnit.SECONDS.toNanos(2));
                }
                if (System.nanoTime() - deadline > 0 && actor.thread.isAlive()) {
                    throw hangs(world, actor);
                }
            }
        }
        watcher.join();
        if (world.violation.get() == null) {
            world.finish(actors);
        }
        if (world.violation.get() != null) {
            throw new AssertionError(world.settings, world.violation.get());
        }
        record(world, actors, looked[0]);
        actors.clear();
        if (worlds % 16 == 1) {
            nothingIsRemembered(world);
        }
    }

    private static AssertionError hangs(ChaosWorld world, ChaosActor actor) {
        var hang = new ChaosViolation(actor.thread + " hangs; " + world.stage.snapshot(10) + "; " + world.settings);
        hang.setStackTrace(actor.thread.getStackTrace());
        if (world.violation.get() != null) {
            hang.initCause(world.violation.get());
        }
        return hang;
    }

    private static void watch(ChaosWorld world, List<ChaosActor> actors, long[] looked) {
        List<Thread> threads = actors.stream().map(actor -> actor.thread).toList();
        while (threads.stream().anyMatch(Thread::isAlive) && !hasHung(world)) {
            for (int i = 0; i < 100; i++) {
                world.look(2);
                if (i % 10 == 0) {
                    world.cancelWanted();
                }
                looked[0]++;
                LockSupport.parkNanos(20_000);
            }
        }
    }

    private static boolean hasHung(ChaosWorld world) {
        return world.violation.get() != null;
    }

    private void record(ChaosWorld world, List<ChaosActor> actors, long looked) {
        worlds++;
        looks += looked;
        StageSnapshot end = world.snapshot();
        promotions += end.role().promotions();
        headChanges += end.role().headChanges();
        end.messages().forEach((outcome, count) -> {
            if (outcome != MessageOutcome.DELIVERED && count > 0) {
                totals.merge(outcome.name(), count, Long::sum);
            }
        });
        for (ChaosActor actor : actors) {
            steps += actor.steps;
            actor.counts().forEach((what, count) -> totals.merge(what, count[0], Long::sum));
        }
        world.background.forEach((what, count) -> totals.merge(what + " in the background", count.sum(), Long::sum));
        for (int i = 0; i < handOvers.length; i++) {
            handOvers[i] += world.handOvers[i];
        }
    }

    /** The stage is still here, but the tickets and messages must be gone; and no thread may be left. */
    private void nothingIsRemembered(ChaosWorld world) {
        // a wait that ended by itself after the last look has left it behind, with its ticket
        world.toBeCancelled.set(null);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        do {
            System.gc();
            world.mortal.removeIf(reference -> reference.get() == null);
        } while (!world.mortal.isEmpty() && System.nanoTime() - deadline < 0);
        assertThat(world.mortal.stream().map(WeakReference::get).toList())
                .as("still referred to by " + world.stage)
                .isEmpty();
        Runtime runtime = Runtime.getRuntime();
        lastHeap = (runtime.totalMemory() - runtime.freeMemory()) / 1024;
        firstHeap = firstHeap == 0 ? lastHeap : firstHeap;
        await().untilAsserted(
                        () -> // a keeper may be about to end
                        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                                .noneMatch(name -> name.startsWith("chaos-") || name.startsWith("exit-left keeper")));
    }

    private String summary() {
        double seconds = elapsed() / 1e9;
        return String.format(
                "chaos: %,d steps in %.1f s, %,.0f a second; %d stages; %,d looks; %,d contexts checked; %,d head changes, %,d hand-overs;"
                        + " hand-over to first read: %s",
                steps,
                seconds,
                steps / seconds,
                worlds,
                looks,
                totals.getOrDefault(CONTEXT_CHECKED, 0L),
                headChanges,
                promotions,
                distribution());
    }

    private String distribution() {
        long all = Arrays.stream(handOvers).sum();
        var text = new StringBuilder(all + " times");
        double[] wanted = {0.5, 0.9, 0.99, 0.999, 1};
        long sum = 0;
        int next = 0;
        for (int i = 0; i < handOvers.length && all > 0; i++) {
            sum += handOvers[i];
            while (next < wanted.length && sum >= wanted[next] * all) {
                text.append(String.format(", %.1f %% within %,d µs", wanted[next++] * 100, (1L << i) / 1_000 + 1));
            }
        }
        return text.toString();
    }
}
