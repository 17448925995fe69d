package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one thread of the JVM that fires timers (S17, S19). */
@Timeout(60)
class DeadlineTimerThreadTests {

    private static final Duration LONG = Duration.ofHours(1);

    /** Fires once, and says by which thread. */
    private static final class Bell extends DeadlineTimer {
        final CountDownLatch fired = new CountDownLatch(1);
        final AtomicReference<Thread> by = new AtomicReference<>();
        volatile int broken;

        @Override
        void fire() {
            if (broken > 0) {
                broken--;
                throw new StackOverflowError("wanted by a test");
            }
            by.set(Thread.currentThread());
            turnOff();
            fired.countDown();
        }

        void awaitRing() throws InterruptedException {
            Patience.await(fired);
        }
    }

    private final DeadlineTimerThread clock =
            new DeadlineTimerThread(Duration.ofMillis(1).toNanos());

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    @Test
    void s17_alarm_ringsNotBeforeItsTimeOnADaemonOfNoContext() throws Exception {
        var bell = new Bell();
        long at = in(Duration.ofMillis(5));
        clock.set(bell, at);
        bell.awaitRing();
        assertThat(System.nanoTime() - at).isPositive();
        Thread thread = bell.by.get();
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isEqualTo("exit-left deadlines");
        assertThat(thread.getContextClassLoader()).isNull();
    }

    @Test
    void s17_alarmThatIsMovedForward_doesNotWaitForAnother() throws Exception {
        var far = new Bell();
        var moved = new Bell();
        clock.set(far, in(LONG));
        clock.set(moved, in(LONG));
        clock.set(moved, in(Duration.ZERO));
        moved.awaitRing();
        assertThat(far.fired.getCount()).isEqualTo(1);
        clock.set(far, in(Duration.ZERO));
        far.awaitRing();
    }

    @Test
    void s17_clockWithoutAlarms_endsItsThreadAndStartsAnother() throws Exception {
        for (int round = 0; round < 3; round++) {
            var bell = new Bell();
            clock.set(bell, in(Duration.ZERO));
            bell.awaitRing();
            await().until(() -> !clock.isRunning());
        }
    }

    @Test
    void s19_alarmThatThrowsAnError_ringsAgainAndKeepsNoOtherFromRinging() throws Exception {
        var broken = new Bell();
        broken.broken = 3;
        var other = new Bell();
        clock.set(other, in(Duration.ofMillis(1)));
        clock.set(broken, in(Duration.ZERO));
        broken.awaitRing();
        other.awaitRing();
    }

    @Test
    void s19_alarmThatIsSetWhileAnotherFailsToStartTheThread_ringsNevertheless() throws Exception {
        var bell = new Bell();
        var clocks = new AtomicReference<DeadlineTimerThread>();
        var first = new AtomicBoolean(true);
        var failing = new DeadlineTimerThread(
                1,
                task -> !first.getAndSet(false)
                        ? new Thread(task)
                        : new Thread(task) {
                            @Override
                            public void start() {
                                var other = new Thread(() -> clocks.get().set(bell, in(Duration.ZERO)));
                                other.start();
                                try {
                                    other.join();
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                                throw new OutOfMemoryError("wanted by a test");
                            }
                        });
        clocks.set(failing);
        var far = new Bell();
        assertThatThrownBy(() -> failing.set(far, in(LONG))).isInstanceOf(OutOfMemoryError.class);
        bell.awaitRing();
    }

    @Test
    void s17_alarmsThatAreSetWhileTheThreadEnds_ringAll() throws Exception {
        var hasty = new DeadlineTimerThread(0);
        var fires = new AtomicInteger();
        class Firing extends DeadlineTimer {
            volatile int left = 2_000;

            @Override
            void fire() {
                turnOff();
                fires.incrementAndGet();
                left--;
            }
        }
        var setters = new Thread[4];
        for (int i = 0; i < setters.length; i++) {
            setters[i] = new Thread(() -> {
                var timer = new Firing();
                while (timer.left > 0) {
                    int before = timer.left;
                    hasty.set(
                            timer,
                            System.nanoTime() + ThreadLocalRandom.current().nextInt(2_000));
                    while (timer.left == before) {
                        Thread.yield();
                    }
                }
            });
            setters[i].setDaemon(true);
            setters[i].start();
        }
        for (Thread setter : setters) {
            Patience.join(setter);
            assertThat(setter.isAlive()).as("still waits for a fire").isFalse();
        }
        assertThat(fires).hasValue(8_000);
    }
}
