package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.testing.Patience;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Deadlines come also when every carrier of virtual threads is held by one that is pinned: rule S17. */
@EnabledForJreRange(min = JRE.JAVA_21)
@Timeout(60)
class PinnedCarrierTests {

    private final BareStage<Integer, Object, Object> stage = BareStage.<Integer, Object, Object>builder(
                    "test", new Object(), new Object())
            .build();
    private final AtomicInteger timedOut = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();

    private void enter(int token) {
        try (var ticket = stage.ticket(token)) {
            Exit<String> exit = stage.enter(ticket, Duration.ofMillis(20), director -> "headed");
            if (exit instanceof Exit.TimedOut<?>) {
                timedOut.incrementAndGet();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void start(String name, Runnable body) {
        Thread thread = VirtualThreadSupport.unstarted(name, body);
        threads.add(thread);
        thread.start();
    }

    @Test
    void s17_deadlinesCome_thoughEveryCarrierIsHeldByAPinnedThread() throws Exception {
        var heads = new CountDownLatch(1);
        var hangs = new CountDownLatch(1);
        Actor<Exit<String>> head = Actor.start("head", () -> {
            try (var ticket = stage.ticket(0)) {
                return stage.enter(ticket, Duration.ofHours(1), director -> {
                    heads.countDown();
                    hangs.await();
                    return "hung";
                });
            }
        });
        Patience.await(heads);
        int carriers = Runtime.getRuntime().availableProcessors();
        for (int i = 1; i <= carriers; i++) {
            int free = i;
            start("free " + i, () -> enter(free));
        }
        for (int i = 1; i <= 2 * carriers; i++) {
            int pinned = 1_000 + i;
            start("pinned " + i, () -> Pinning.run(() -> enter(pinned)));
        }
        for (Thread thread : threads) {
            Patience.join(thread);
            assertThat(thread.isAlive()).as(thread.getName() + " still waits").isFalse();
        }
        assertThat(timedOut).hasValue(3 * carriers);
        hangs.countDown();
        assertThat(head.result()).isInstanceOf(Exit.Finished.class);
    }
}
