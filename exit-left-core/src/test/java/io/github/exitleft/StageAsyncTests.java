package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asynchronous calls: how their futures end, on which thread, and what is left of them. */
class StageAsyncTests extends NoteFixture {

    private static final CallOptions<Note> SECOND = CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1));

    private final ManualTimer timer = new ManualTimer();

    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.keeper(Keeper.ALWAYS).timer(timer)));
    }

    private Stage<Integer, Note> kept() {
        return kept(builder -> builder);
    }

    private static <V> V get(CompletableFuture<V> future) throws Exception {
        return Patience.get(future);
    }

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("should have failed, but is " + get(future));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }

    private void nothingIsLeft(Stage<?, ?> stage) {
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
        assertThat(timer.pending()).as("timers").isZero();
    }

    @Test
    void asyncAnswer_completesTheFutureAndFreesTheToken() throws Exception {
        Stage<Integer, Note> stage = kept();
        for (int i = 0; i < 20; i++) {
            assertThat(get(stage.callAsync(1, () -> add(1, "answer"))).text()).isEqualTo("answer");
        }

        StageSnapshot snapshot = stage.snapshot(0);
        assertThat(snapshot.exits()).containsEntry(Outcome.SIGNALLED, 20L);
        assertThat(snapshot.messages()).containsEntry(MessageOutcome.DELIVERED, 20L);
        assertThat(snapshot.role().waiters()).isZero();
        nothingIsLeft(stage);
    }

    @Test
    void asyncCall_keepsTheRulesOfCalls() throws Exception {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> future =
                stage.callAsync(1, CallOptions.checked(note -> note.text().startsWith("good")), () -> {
                    add(1, "forged");
                    add(2, "unknown");
                    add(1, "good");
                    add(1, "good, again");
                });

        assertThat(get(future).text()).isEqualTo("good");
        await().untilAsserted(() -> assertThat(unclaimedOutcomes())
                .containsExactly(MessageOutcome.FOREIGN, MessageOutcome.UNKNOWN, MessageOutcome.DUPLICATE));
    }

    @Test
    void asyncCallWithoutAKeeper_isRefusedBeforeAnythingIsSent() {
        Stage<Integer, Note> stage = stage();
        var sent = new AtomicInteger();

        assertThatThrownBy(() -> stage.callAsync(1, sent::incrementAndGet))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "stage 'post' has no keeper, so nobody would read what is to come; set its keeper to idle or"
                                + " always");
        assertThat(sent).hasValue(0);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void asyncCallForATokenThatIsTaken_isRefusedBeforeAnythingIsSent() {
        Stage<Integer, Note> stage = kept();
        var sent = new AtomicInteger();
        CompletableFuture<Note> first = stage.callAsync(1, () -> {});

        assertThatThrownBy(() -> stage.callAsync(1, sent::incrementAndGet)).hasMessageContaining("live ticket");
        assertThat(sent).hasValue(0);
        first.cancel(true);
    }

    @Test
    void asyncSenderThatThrows_throwsToItsCallerAndFreesTheToken() {
        Stage<Integer, Note> stage = kept();
        var cause = new IOException("no route");

        assertThatThrownBy(() -> stage.callAsync(1, () -> {
                    add(1, "answer to what was not sent");
                    await().untilAsserted(() -> assertThat(source.received).hasPositiveValue());
                    throw cause;
                }))
                .isSameAs(cause);

        nothingIsLeft(stage);
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.NOT_SENT, 1L)
                .containsEntry(Outcome.FAILED, 0L);
        assertThat(unclaimedOutcomes()).isSubsetOf(MessageOutcome.ABANDONED, MessageOutcome.DUPLICATE);
    }

    @Test
    void asyncCallWithoutAnAnswer_failsWithATimeoutThatNamesTheReader() {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> add(2, "unknown"));
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));

        timer.advance(Duration.ofMillis(999));
        assertThat(future).isNotDone();
        timer.advance(Duration.ofMillis(1));

        assertThat(failure(future))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("ticket for token '1' of stage 'post'")
                .hasMessageContaining("'exit-left keeper of stage 'post'' is the head")
                .hasMessageContaining("1 message received meanwhile (1 unclaimed: 1 unknown, 0 unreadable)");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
        nothingIsLeft(stage);
        add(1, "late");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(1));
    }

    @Test
    void asyncTimer_doesNothingButSubmit() {
        var jobs = new ConcurrentLinkedQueue<Runnable>();
        Stage<Integer, Note> stage = kept(builder -> builder.executor(jobs::add));
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});

        timer.advance(Duration.ofSeconds(1));

        assertThat(stage.snapshot(0).role().tickets())
                .as("on the timer's thread")
                .isEqualTo(1);
        assertThat(jobs).hasSize(1);
        jobs.forEach(Runnable::run);
        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        nothingIsLeft(stage);
    }

    @Test
    void asyncTimeoutsOfManyCalls_comeFromTheJvmsTimerToo() {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        List<CompletableFuture<Note>> futures = new ArrayList<>();
        CallOptions<Note> soon = CallOptions.<Note>defaults().timeout(Duration.ofMillis(20));
        for (int i = 0; i < 100; i++) {
            futures.add(stage.callAsync(i, soon, () -> {}));
        }

        futures.forEach(future -> assertThat(failure(future)).isInstanceOf(StageTimeoutException.class));
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
    }

    @Test
    void s2_messageFiledWhenTheTimeIsUp_isDelivered() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        // the answer is filed before the call counts as sent, so that it has not been delivered when the time is up
        CompletableFuture<Note> future =
                stage.callAsync(1, CallOptions.<Note>defaults().timeout(Duration.ZERO), () -> {
                    add(1, "just in time");
                    await().untilAsserted(() -> assertThat(source.received).hasValue(1));
                    add(99, "shows that the first has been filed");
                    await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
                });
        timer.advance(Duration.ofSeconds(1));

        assertThat(get(future).text()).isEqualTo("just in time");
    }

    @Test
    void m7_headThatHangs_holdsNoAsynchronousCallPastItsDeadline() throws Exception {
        var hanging = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage = kept();
        hangOnUnclaimed(stage, hanging, goOn);
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> add(99, "hangs"));
        hanging.await();

        timer.advance(Duration.ofSeconds(1));

        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        goOn.countDown();
    }

    private static void hangOnUnclaimed(Stage<Integer, Note> stage, CountDownLatch hanging, CountDownLatch goOn) {
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                hanging.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    @Test
    void cancelledAsyncCall_freesTheTokenAtOnceAndALaterAnswerIsLate() throws Exception {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});

        assertThat(future.cancel(false)).isTrue();

        assertThat(stage.snapshot(0).role().tickets()).as("at once").isZero();
        assertThat(timer.pending()).isZero();
        assertThatThrownBy(() -> get(future)).isInstanceOf(CancellationException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CANCELLED, 1L);
        add(1, "too late");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(1));
        assertThat(get(stage.callAsync(1, () -> add(1, "another's"))).text()).isEqualTo("another's");
        assertThat(future.cancel(false)).as("cancelled already").isTrue();
    }

    @Test
    void asyncCallCompletedByItsOwner_freesTheTokenToo() throws Exception {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> given = stage.callAsync(1, () -> {});
        CompletableFuture<Note> timed = stage.callAsync(2, () -> {}).orTimeout(1, TimeUnit.MILLISECONDS);

        assertThat(given.complete(new Note(1, "own"))).isTrue();

        assertThat(get(given).text()).isEqualTo("own");
        assertThat(given.complete(new Note(1, "more"))).isFalse();
        assertThat(failure(timed)).isInstanceOf(TimeoutException.class);
        nothingIsLeft(stage);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CANCELLED, 2L);
    }

    @Test
    void asyncCompletion_runsOnTheExecutorOfTheStage() throws Exception {
        Executor own = job -> new Thread(job, "own-executor").start();
        Stage<Integer, Note> stage = kept(builder -> builder.executor(own));
        CompletableFuture<String> where = stage.callAsync(1, () -> {})
                .thenApply(note -> Thread.currentThread().getName());
        add(1, "answer");

        assertThat(get(where)).isEqualTo("own-executor");
    }

    @Test
    void asyncCompletion_runsOnTheHeadsThreadIfAskedForAndMayNotWaitThere() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        var refused = new AtomicReference<Throwable>();
        CompletableFuture<String> where = stage.callAsync(1, () -> {}).thenApply(note -> {
            try {
                stage.call(2, () -> {});
            } catch (Exception e) {
                refused.set(e);
            }
            return Thread.currentThread().getName();
        });
        add(1, "answer");

        assertThat(get(where)).startsWith("exit-left keeper");
        assertThat(refused.get()).hasMessageContaining("inside a head or callback");
    }

    @Test
    void asyncCallFromInsideACallback_isAllowed() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));

        CompletableFuture<Note> second = stage.callAsync(1, () -> add(1, "first"))
                .thenCompose(note -> stage.callAsync(2, () -> add(2, note.text() + ", second")));

        assertThat(get(second).text()).isEqualTo("first, second");
    }

    @Test
    void asyncResends_goOnUntilTheAnswerComes() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        var sends = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults().resend(Resends.doubling(Duration.ofMillis(500)));
        CompletableFuture<Note> future = stage.callAsync(1, options, () -> {
            if (sends.incrementAndGet() == 3) {
                add(1, "answer to the third");
            }
        });

        timer.advance(Duration.ofMillis(499));
        assertThat(sends).hasValue(1);
        timer.advance(Duration.ofMillis(1));
        assertThat(sends).hasValue(2);
        timer.advance(Duration.ofMillis(999));
        assertThat(sends).hasValue(2);
        timer.advance(Duration.ofMillis(1));

        assertThat(get(future).text()).isEqualTo("answer to the third");
        nothingIsLeft(stage);
        assertThat(sends).hasValue(3);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.SIGNALLED, 1L);
    }

    @Test
    void asyncResendThatABusyExecutorRunsAfterTheDeadline_isNotSent() throws Exception {
        var jobs = new ConcurrentLinkedQueue<Runnable>();
        Stage<Integer, Note> stage =
                timed(builder -> builder.keeper(Keeper.ALWAYS).timer(timer).executor(jobs::add));
        var sends = new AtomicInteger();
        CompletableFuture<Note> future =
                stage.callAsync(1, SECOND.resend(Resends.every(Duration.ofMillis(500))), sends::incrementAndGet);
        timer.advance(Duration.ofMillis(500));
        assertThat(jobs).hasSize(1);

        clock.advance(Duration.ofSeconds(1));
        jobs.forEach(Runnable::run);

        assertThat(sends).hasValue(1);
        future.cancel(true);
        nothingIsLeft(stage);
        jobs.forEach(Runnable::run);
    }

    @Test
    void asyncResendThatFails_doesNotEndACallThatMayStillBeAnswered() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        var sends = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults().resend(Resends.every(Duration.ofMillis(500)));
        CompletableFuture<Note> future = sendOftenInVain(stage, options, sends);

        timer.advance(Duration.ofMillis(500));
        timer.advance(Duration.ofMillis(500));
        assertThat(sends).as("goes on sending").hasValue(3);
        add(1, "answer to the first");

        assertThat(get(future).text()).isEqualTo("answer to the first");
        nothingIsLeft(stage);
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.SIGNALLED, 1L)
                .containsEntry(Outcome.FAILED, 0L);
    }

    @Test
    void asyncResendsThatFail_areToldByTheTimeout() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        var sends = new AtomicInteger();
        CallOptions<Note> options = SECOND.resend(Resends.every(Duration.ofMillis(10)));
        CompletableFuture<Note> future = sendOftenInVain(stage, options, sends);

        for (int i = 0; i < 100; i++) {
            timer.advance(Duration.ofMillis(10));
        }

        assertThat(failure(future))
                .isInstanceOf(StageTimeoutException.class)
                .satisfies(timeout -> assertThat(timeout.getSuppressed())
                        .as("the first of them")
                        .hasSize(8)
                        .allSatisfy(thrown -> assertThat(thrown).isInstanceOf(IOException.class)));
        nothingIsLeft(stage);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
    }

    private static CompletableFuture<Note> sendOftenInVain(
            Stage<Integer, Note> stage, CallOptions<Note> options, AtomicInteger sends) {
        try {
            return stage.callAsync(1, options, () -> {
                if (sends.incrementAndGet() > 1) {
                    throw new IOException("no route any more");
                }
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void m6_failureOfTheSource_endsAsynchronousCallsWithTheCause() {
        Stage<Integer, Note> stage = kept(builder -> builder.seam(bare -> bare.parker(clock))); // it is not tried again
        var cause = new IOException("cable cut");
        List<CompletableFuture<Note>> futures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            futures.add(stage.callAsync(i, () -> {}));
        }

        queue.fail(cause);

        futures.forEach(future -> assertThat(failure(future))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cause));
        nothingIsLeft(stage);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 10L);
        assertThatThrownBy(() -> stage.callAsync(1, () -> {})).isInstanceOf(SourceFailedException.class);
    }

    @Test
    void s16_close_endsAsynchronousCalls() {
        Stage<Integer, Note> stage = kept();
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});

        stage.close();

        assertThat(failure(future)).isInstanceOf(StageClosedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 1L);
        nothingIsLeft(stage);
        assertThatThrownBy(() -> stage.callAsync(1, () -> {})).isInstanceOf(StageClosedException.class);
    }

    @Test
    void s16_closeUnderAHeadThatHangs_endsAsynchronousCallsAtOnce() throws Exception {
        var hanging = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage = kept(builder -> builder.seam(TestParkers.closeTimeout(Patience.FOR_EVER)));
        hangOnUnclaimed(stage, hanging, goOn);
        CompletableFuture<Note> future = stage.callAsync(1, () -> add(99, "hangs"));
        hanging.await();

        Task<Void> closer = start(() -> {
            stage.close();
            return null;
        });

        assertThat(failure(future)).isInstanceOf(StageClosedException.class);
        assertThat(closer.isDone()).as("while it still waits for the head").isFalse();
        goOn.countDown();
        closer.get();
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void keeperOfAStageWithAsynchronousCalls_readsForThemWhateverItsIdleTime(Keeper mode) throws Exception {
        // an hour: a keeper that is needed must not wait it out
        Stage<Integer, Note> stage = kept(builder -> builder.keeper(mode).keeperIdle(Duration.ofHours(1)));
        for (int i = 0; i < 20; i++) {
            int token = i;
            assertThat(get(stage.callAsync(token, () -> add(token, "answer"))).text())
                    .isEqualTo("answer");
            stage.call(token, () -> add(token, "a caller's in between"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void keeperSwitchedOffWhileACallIsOpen_readsUntilThatIsOverAndTakesNoMore(Keeper mode) throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.keeper(mode).keeperIdle(Duration.ofMillis(1)));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});
        await().until(() -> keeperHeads(stage));

        stage.keeper(Keeper.OFF);

        assertThat(stage.keeper()).isEqualTo(Keeper.OFF);
        assertThatThrownBy(() -> stage.callAsync(2, () -> {})).hasMessageContaining("has no keeper");
        int reads = source.reads.get();
        source.wakeup(); // as when the longest read is over
        await().untilAsserted(() -> assertThat(source.reads).hasValueGreaterThan(reads));
        add(1, "answer");
        assertThat(get(future).text()).isEqualTo("answer");
        source.wakeup();
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    /** A token that does something the first time that the stage asks for its hash, which is when its ticket is taken. */
    private record Slow(int number, AtomicReference<Runnable> meanwhile) {
        @Override
        public int hashCode() {
            meanwhile.getAndSet(() -> {}).run();
            return number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Slow slow && slow.number == number;
        }
    }

    @Test
    void keeperSwitchedOffAndGoneAsACallBegins_comesBackForIt() throws Exception {
        var meanwhile = new AtomicReference<Runnable>(() -> {});
        Stage<Slow, Note> stage =
                build(Stage.<Slow, Note>builder("slow", Slow.class, source, note -> new Slow(note.token(), meanwhile))
                        .keeper(Keeper.ALWAYS));
        await().until(() -> keeperHeads(stage));
        meanwhile.set(() -> {
            stage.keeper(Keeper.OFF);
            await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        });

        CompletableFuture<Note> future = stage.callAsync(new Slow(1, meanwhile), () -> add(1, "answer"));

        assertThat(get(future).text()).isEqualTo("answer");
        source.wakeup();
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void idleKeeper_isNextWhenACallerLeavesAndAnAsynchronousCallIsOpen() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofHours(1)));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        add(1, "the head's own");
        head.get();

        await().until(() -> keeperHeads(stage));
        Task<Note> caller = startWaiter(stage, () -> stage.call(3, () -> {}));
        add(3, "a caller's");
        caller.get();
        assertThat(keeperHeads(stage)).as("goes on reading for the future").isTrue();
        add(2, "answer");
        assertThat(get(future).text()).isEqualTo("answer");
    }

    @Test
    void callersOfBothKinds_getTheirOwnAnswers() throws Exception {
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofMillis(1)));
        List<Task<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int base = t * 1_000;
            tasks.add(start(() -> {
                for (int i = base; i < base + 200; i++) {
                    int token = i;
                    Sender<RuntimeException> sender = () -> add(token, "n" + token);
                    Note note = i % 2 == 0 ? get(stage.callAsync(token, sender)) : stage.call(token, sender);
                    assertThat(note.text()).isEqualTo("n" + token);
                }
                return null;
            }));
        }
        for (Task<Void> task : tasks) {
            task.get();
        }
        assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.DELIVERED, 800L);
    }
}
