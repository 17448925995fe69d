package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Waiting for tokens, which time frees too (M12), and what is left when a thread can't finish what it began (S19). */
class LineTests {

    private static final Duration REST = Duration.ofSeconds(60);

    private final SteeredParker parker = new SteeredParker();
    private final ManualTimer timer = new ManualTimer();
    private final ReentrantLock lock = new ReentrantLock();
    private final Issuing<Integer> issuing =
            new Issuing<>(lock, TokenFixture.random(Integer.class, 1, REST, new SecureNumbers()), parker, timer);

    private FutureTask<Integer> startWaiting(Duration timeout) {
        int before = issuing.waiting();
        var task = new FutureTask<>(() -> issuing.issue(parker.nanoTime() + timeout.toNanos()));
        var thread = new Thread(task, "caller");
        thread.setDaemon(true);
        thread.start();
        await().until(() -> issuing.waiting() == before + 1 && parker.isParked(thread));
        return task;
    }

    private static @Nullable Integer tokenOf(FutureTask<Integer> task) throws Exception {
        return Patience.get(task);
    }

    private void advance(Duration time) {
        parker.advance(time);
        timer.advance(time);
    }

    @Test
    void m12_allInUse_callersWaitInOrderForAnAnswer() throws Exception {
        Integer one = issuing.tryIssue();
        Integer other = issuing.tryIssue();
        assertThat(issuing.tryIssue()).isNull();
        FutureTask<Integer> first = startWaiting(Duration.ofHours(1));
        FutureTask<Integer> second = startWaiting(Duration.ofHours(1));
        issuing.answered(other);
        assertThat(tokenOf(first)).isEqualTo(other);
        assertThat(second.isDone()).isFalse();
        issuing.answered(one);
        assertThat(tokenOf(second)).isEqualTo(one);
        assertThat(issuing.live()).isEqualTo(2);
        assertThat(timer.pending()).as("nothing rests, so no alarm").isZero();
    }

    @Test
    void m12_allInUse_timeoutComesOnTime() throws Exception {
        issuing.tryIssue();
        issuing.tryIssue();
        FutureTask<Integer> waiting = startWaiting(Duration.ofSeconds(3));
        advance(Duration.ofSeconds(3));
        assertThat(tokenOf(waiting)).isNull();
        assertThat(issuing.waiting()).isZero();
    }

    @Test
    void m12_callersWhileAllRest_getOneWhenItsRestIsOverWithoutAnyAction() throws Exception {
        Integer one = issuing.tryIssue();
        Integer other = issuing.tryIssue();
        issuing.gaveUp(one, null, null, 1);
        advance(Duration.ofSeconds(10));
        issuing.gaveUp(other, null, null, 1);
        FutureTask<Integer> first = startWaiting(Duration.ofHours(1));
        var told = new ArrayList<Integer>();
        issuing.join(
                new Taker<>() {
                    @Override
                    public boolean granted(Integer token) {
                        return told.add(token);
                    }

                    @Override
                    public void ended(RuntimeException why) {
                        throw why;
                    }
                },
                Runnable::run,
                100);
        assertThat(timer.pending()).as("one alarm for all").isEqualTo(1);
        advance(Duration.ofSeconds(49));
        assertThat(first.isDone()).isFalse();
        advance(Duration.ofSeconds(1));
        assertThat(tokenOf(first)).isEqualTo(one);
        assertThat(told).isEmpty();
        assertThat(timer.pending()).as("set again for the other").isEqualTo(1);
        advance(Duration.ofSeconds(10));
        assertThat(told).containsExactly(other);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void m12_restThatIsOverBeforeTheAlarm_isForTheFirstWaiterAndNotForANewcomer() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            Integer one = issuing.tryIssue();
            Integer other = issuing.tryIssue();
            issuing.gaveUp(one, null, null, 1);
            FutureTask<Integer> first = startWaiting(Duration.ofHours(1));
            parker.advance(REST); // and the timer is late
            assertThat(waits ? issuing.issue(parker.nanoTime()) : issuing.tryIssue())
                    .isNull();
            assertThat(tokenOf(first)).isEqualTo(one);
            issuing.answered(one);
            issuing.answered(other);
        }
    }

    @Test
    void s10_tokenHandedOverBetweenTheInterruptAndTheLeaving_isTakenAndTheFlagStays() throws Exception {
        Integer one = issuing.tryIssue();
        issuing.tryIssue();
        boolean[] interrupted = {false};
        var task = new FutureTask<>(() -> {
            Integer token = issuing.issue(parker.nanoTime() + REST.toNanos());
            interrupted[0] = Thread.currentThread().isInterrupted();
            return token;
        });
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> parker.isParked(thread));
        lock.lock();
        try {
            thread.interrupt();
            await().until(() -> lock.hasQueuedThread(thread)); // it wants to leave
            issuing.answered(one);
        } finally {
            lock.unlock();
        }
        assertThat(tokenOf(task)).isEqualTo(one);
        assertThat(interrupted[0]).isTrue();
    }

    @Test
    void m12_restThatBeginsWhileOthersWait_setsTheAlarm() throws Exception {
        Integer one = issuing.tryIssue();
        issuing.tryIssue();
        FutureTask<Integer> waiting = startWaiting(Duration.ofHours(1));
        assertThat(timer.pending()).isZero();
        issuing.gaveUp(one, null, null, 1);
        assertThat(timer.pending()).isEqualTo(1);
        advance(REST);
        assertThat(tokenOf(waiting)).isEqualTo(one);
    }

    @Test
    void m12_lastToLeave_cancelsTheAlarm() throws Exception {
        issuing.gaveUp(issuing.tryIssue(), null, null, 1);
        issuing.gaveUp(issuing.tryIssue(), null, null, 1);
        FutureTask<Integer> waiting = startWaiting(Duration.ofSeconds(3));
        assertThat(timer.pending()).isEqualTo(1);
        parker.advance(Duration.ofSeconds(3));
        assertThat(tokenOf(waiting)).isNull();
        assertThat(timer.pending()).isZero();

        startWaiting(Duration.ofSeconds(3));
        assertThat(timer.pending()).isEqualTo(1);
        issuing.close(() -> new IllegalStateException("closed"));
        assertThat(timer.pending()).isZero();
        assertThatThrownBy(issuing::tryIssue).hasMessage("closed");
    }

    @Test
    void m11_lateAnswer_freesItsTokenForTheFirstWaiter() throws Exception {
        Integer one = issuing.tryIssue();
        issuing.tryIssue();
        long since = parker.time();
        issuing.gaveUp(one, "a call", null, 1);
        assertThat(issuing.resting(one)).isEqualTo(new Rest(since, "a call", 1));
        assertThat(issuing.take(one)).isFalse();
        FutureTask<Integer> waiting = startWaiting(Duration.ofHours(1));
        assertThat(issuing.answered(one)).isEqualTo(new Rest(since, "a call", 1));
        assertThat(tokenOf(waiting)).isEqualTo(one);
        assertThat(issuing.resting()).isZero();
        assertThat(timer.pending()).isZero();
    }

    /** Gives what it has, unless there is no memory. */
    private static final class Scarce implements LineSupply<String> {
        int left;
        boolean fails;

        @Override
        public @Nullable String poll(long now) {
            if (fails) {
                fails = false;
                throw new OutOfMemoryError("for this test");
            }
            if (left == 0) {
                return null;
            }
            left--;
            return "thing";
        }

        @Override
        public void giveBack(String thing, long now) {
            left++;
        }
    }

    @Test
    void s19_errorWhileServing_harmsTheThreadItMetAndNoOther() throws Exception {
        var supply = new Scarce();
        var line = new Line<>(new ReentrantLock(), supply, parker, timer);
        List<FutureTask<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            var task = new FutureTask<>(
                    () -> line.acquire(parker.nanoTime() + Duration.ofHours(1).toNanos()));
            var thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
            waiting.add(task);
            int expected = i + 1;
            await().until(() -> line.waiting() == expected && parker.isParked(thread));
        }
        line.lock();
        supply.left = 2;
        supply.fails = true;
        assertThatThrownBy(line::unlock).hasMessage("for this test");
        for (FutureTask<String> task : waiting) {
            assertThat(Patience.get(task)).isEqualTo("thing");
        }
        assertThat(line.waiting()).isZero();
    }

    @Test
    void s19_timerThatFails_preventsNoLaterAlarm() throws Exception {
        int[] failures = {1};
        var failing = new Issuing<>(
                new ReentrantLock(),
                TokenFixture.random(Integer.class, 1, REST, new SecureNumbers()),
                parker,
                (nanos, task) -> {
                    if (failures[0]-- > 0) {
                        throw new OutOfMemoryError("for this test");
                    }
                    return timer.after(nanos, task);
                });
        Integer one = failing.tryIssue();
        Integer other = failing.tryIssue();
        failing.gaveUp(one, null, null, 1);
        var told = new ArrayList<Integer>();
        failing.join(
                new Taker<>() {
                    @Override
                    public boolean granted(Integer token) {
                        return told.add(token);
                    }

                    @Override
                    public void ended(RuntimeException why) {
                        throw why;
                    }
                },
                Runnable::run,
                100);
        assertThat(timer.pending()).isZero();
        failing.gaveUp(other, null, null, 1); // whatever comes next
        assertThat(timer.pending()).isEqualTo(1);
        advance(REST);
        assertThat(told).containsExactly(one);
    }
}
