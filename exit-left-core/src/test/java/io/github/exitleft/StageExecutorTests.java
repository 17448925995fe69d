package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** M20: futures and streams end whatever their executor does, and until then their owner has the first say. */
class StageExecutorTests extends NoteFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofNanos(AsyncWaits.GRACE_NANOS);
    private static final CallOptions<Note> SECOND = CallOptions.<Note>defaults().timeout(TIMEOUT);
    private static final CallOptions<Note> SOON = CallOptions.<Note>defaults().timeout(Duration.ofMillis(20));

    private final ManualTimer timer = new ManualTimer();
    private final ConcurrentLinkedQueue<Runnable> jobs = new ConcurrentLinkedQueue<>();

    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.keeper(Keeper.ALWAYS).timer(timer)));
    }

    /** A stage whose executor comes to nothing before the test has it run its jobs. */
    private Stage<Integer, Note> starved() {
        return kept(builder -> builder.executor(jobs::add));
    }

    private CompletableFuture<Note> answered(Stage<Integer, Note> stage) {
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});
        add(1, "answer");
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));
        return future;
    }

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("should have failed, but is " + Patience.get(future));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }

    private void exits(Stage<?, ?> stage, Outcome outcome, long count) {
        Map<Outcome, Long> exits = stage.snapshot(0).exits();
        assertThat(exits).containsEntry(outcome, count);
        assertThat(exits.values().stream().mapToLong(Long::longValue).sum())
                .as("of " + exits)
                .isEqualTo(count);
    }

    private void nothingIsLeft(Stage<?, ?> stage) {
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
        await().untilAsserted(() -> assertThat(timer.pending()).as("timers").isZero());
    }

    // starved executors

    @Test
    void m20_answerThatAStarvedExecutorDoesNotComeTo_isThereAtTheTimeout() {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = answered(stage);

        timer.advance(TIMEOUT);
        assertThat(future).as("the executor has a little longer").isNotDone();
        timer.advance(GRACE);

        assertThat(future).isCompletedWithValue(new Note(1, "answer"));
        jobs.forEach(Runnable::run);
        exits(stage, Outcome.SIGNALLED, 1);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        nothingIsLeft(stage);
    }

    @Test
    void m20_timeoutThatAStarvedExecutorDoesNotComeTo_isThereInTime() {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});

        timer.advance(TIMEOUT);
        assertThat(jobs).hasSize(1);
        assertThat(future).isNotDone();
        timer.advance(GRACE);

        assertThat(future).isDone();
        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        jobs.forEach(Runnable::run);
        exits(stage, Outcome.TIMED_OUT, 1);
        nothingIsLeft(stage);
    }

    /** What looks first looks for the time alone, and finds the message all the same. */
    @Test
    void s2_messageInTheMailboxWhenTheTimeIsUp_isDelivered() {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});
        timer.advance(TIMEOUT); // a job is on its way that has to do with the time alone
        add(1, "answer");
        add(2, "shows that the first has been filed");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));

        jobs.remove().run();

        assertThat(future).isCompletedWithValue(new Note(1, "answer"));
        exits(stage, Outcome.SIGNALLED, 1);
        nothingIsLeft(stage);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void m20_poolWhoseOnlyThreadWaitsForTheFuture_getsItAtTheTimeout(boolean answered) throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Stage<Integer, Note> stage =
                    stage(builder -> builder.keeper(Keeper.ALWAYS).executor(pool));
            CompletableFuture<Object> got = CompletableFuture.supplyAsync(
                    () -> {
                        CompletableFuture<Note> future = stage.callAsync(1, SOON, () -> {
                            if (answered) {
                                add(1, "answer");
                            }
                        });
                        return answered ? future.join().text() : failure(future).getClass();
                    },
                    pool);

            assertThat(Patience.get(got)).isEqualTo(answered ? "answer" : StageTimeoutException.class);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void m20_executorThatBlocks_delaysNoFutureOfAnyStage() throws Exception {
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.ALWAYS).executor(job -> {
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }));
        try {
            for (int i = 0; i < 3; i++) {
                assertThat(failure(stage.callAsync(i, SOON, () -> {}))).isInstanceOf(StageTimeoutException.class);
            }
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void m20_dependentsThatBlock_delayNoOtherTimeout() throws Exception {
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.ALWAYS).executor(Runnable::run));
        Thread tester = Thread.currentThread();
        Runnable block = () -> {
            try {
                if (Thread.currentThread() != tester) { // which runs it if it comes too late to attach it
                    goOn.await();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        // what blocks the JDK's only thread for timeouts does not block ours either
        var ofTheJdk = new CompletableFuture<Void>();
        CompletableFuture<Void> blocksTheJdk = ofTheJdk.handle((nothing, thrown) -> {
            block.run();
            return null;
        });
        ofTheJdk.orTimeout(1, TimeUnit.MILLISECONDS);
        List<CompletableFuture<Void>> blocked = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                CompletableFuture<Note> future = stage.callAsync(i, SOON, () -> {});
                blocked.add(future.handle((note, thrown) -> {
                    block.run();
                    return null;
                }));
                await().untilAsserted(() -> assertThat(future).isDone()); // not get(), which may run what depends on it
            }
        } finally {
            goOn.countDown();
        }
        Patience.get(blocksTheJdk);
        for (CompletableFuture<Void> each : blocked) {
            Patience.get(each);
        }
    }

    @Test
    void m20_callWithoutTime_endsThoughTheExecutorIsStarved() {
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.ALWAYS).executor(jobs::add));
        CallOptions<Note> none = CallOptions.<Note>defaults().timeout(Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            assertThat(failure(stage.callAsync(i, none, () -> {}))).isInstanceOf(StageTimeoutException.class);
        }
        exits(stage, Outcome.TIMED_OUT, 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void m20_senderThatTellsLaterThatItFailed_endsTheCallThoughTheExecutorIsStarved(boolean whileSending) {
        Stage<Integer, Note> stage = starved();
        var sending = new CompletableFuture<Void>();
        AsyncSender<RuntimeException> sender = () -> {
            if (whileSending) {
                sending.completeExceptionally(new IOException("refused"));
            }
            return sending;
        };
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, sender);
        sending.completeExceptionally(new IOException("refused"));

        timer.advance(GRACE);

        assertThat(future).isDone();
        assertThat(failure(future)).isInstanceOf(SendFailedException.class);
        jobs.forEach(Runnable::run);
        exits(stage, Outcome.NOT_SENT, 1);
        nothingIsLeft(stage);
    }

    // the owner

    static Stream<Consumer<CompletableFuture<Note>>> owners() {
        return Stream.of(
                future -> assertThat(future.cancel(true)).isTrue(),
                future -> assertThat(future.complete(new Note(1, "own"))).isTrue(),
                future -> assertThat(future.completeExceptionally(new IOException("own")))
                        .isTrue(),
                future -> future.orTimeout(1, TimeUnit.NANOSECONDS),
                future -> future.completeOnTimeout(new Note(1, "own"), 1, TimeUnit.NANOSECONDS),
                future -> future.completeAsync(() -> new Note(1, "own")),
                future -> future.completeAsync(() -> {
                    throw new IllegalStateException("own");
                }),
                future -> future.obtrudeValue(new Note(1, "own")),
                future -> future.obtrudeException(new IOException("own")));
    }

    @ParameterizedTest
    @MethodSource("owners")
    void m20_ownerBeforeTheExecutor_winsAndTheAnswerIsAbandoned(Consumer<CompletableFuture<Note>> owner) {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = answered(stage);

        owner.accept(future);

        await().untilAsserted(() -> assertThat(future).isDone());
        assertThat(stage.snapshot(0).role().tickets()).as("at once").isZero();
        assertThat(timer.pending()).isZero();
        jobs.forEach(Runnable::run);
        timer.advance(Duration.ofHours(1));
        exits(stage, Outcome.CANCELLED, 1);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isZero();
        assertThat(future.handle((note, thrown) -> note == null ? "" : note.text())
                        .join())
                .isNotEqualTo("answer");
    }

    @ParameterizedTest
    @MethodSource("owners")
    void m20_ownerAfterTheAnswer_changesNothingThatWasCounted(Consumer<CompletableFuture<Note>> owner)
            throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> future = stage.callAsync(1, () -> add(1, "answer"));
        assertThat(Patience.get(future).text()).isEqualTo("answer");

        try {
            owner.accept(future);
        } catch (AssertionError expected) {
            assertThat(expected).hasMessageContaining("true"); // which some of them should have returned
        }

        exits(stage, Outcome.SIGNALLED, 1);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
    }

    @Test
    void m20_supplierOfCompleteAsyncThatThrows_isTheCauseAsElsewhere() {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});

        future.completeAsync(() -> {
            throw new IllegalStateException("of the supplier");
        });

        assertThat(failure(future)).isInstanceOf(IllegalStateException.class).hasMessage("of the supplier");
    }

    @Test
    void m20_dependentThatIsCancelled_leavesTheCallAlone() {
        Stage<Integer, Note> stage = starved();
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});

        future.thenApply(Note::text).cancel(true);
        future.copy().cancel(true);

        assertThat(future).isNotDone();
        assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1);
        future.cancel(true);
    }

    // executors that do other things

    private enum Odd implements Executor {
        DROPS {
            @Override
            public void execute(Runnable job) {
                // never to be seen again
            }
        },
        REJECTS {
            @Override
            public void execute(Runnable job) {
                throw new RejectedExecutionException("full");
            }
        },
        RUNS_IN_THE_CALLER {
            @Override
            public void execute(Runnable job) {
                job.run();
            }
        },
        RUNS_AND_THROWS {
            @Override
            public void execute(Runnable job) {
                job.run();
                throw new RejectedExecutionException("after it has run");
            }
        },
        RUNS_TWICE {
            @Override
            public void execute(Runnable job) {
                job.run();
                ForkJoinPool.commonPool().execute(job);
            }
        }
    }

    /** Lets time pass until something has happened. */
    private void pass(CompletableFuture<?> future, Duration time) {
        timer.advance(time);
        timer.advance(GRACE);
        await().untilAsserted(() -> assertThat(future).isDone());
    }

    @ParameterizedTest
    @EnumSource(Odd.class)
    void m20_oddExecutor_hasOneOutcomeForAnAnswer(Odd executor) throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});
        add(1, "answer");
        add(2, "shows that the first has been filed");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));

        pass(future, TIMEOUT);

        assertThat(future.get().text()).isEqualTo("answer");
        exits(stage, Outcome.SIGNALLED, 1);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        nothingIsLeft(stage);
    }

    @ParameterizedTest
    @EnumSource(Odd.class)
    void m20_oddExecutor_hasOneOutcomeForATimeout(Odd executor) {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});

        pass(future, TIMEOUT);

        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        exits(stage, Outcome.TIMED_OUT, 1);
        nothingIsLeft(stage);
    }

    @ParameterizedTest
    @EnumSource(Odd.class)
    void m20_oddExecutor_endsAllByTheClose(Odd executor) {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});
        var heard = new Heard();
        stage.messages(2).subscribe(heard);

        stage.close();
        pass(future, Duration.ZERO);

        assertThat(failure(future)).isInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0)).isInstanceOf(StageClosedException.class);
        exits(stage, Outcome.CLOSED, 1);
        nothingIsLeft(stage);
    }

    @ParameterizedTest
    @EnumSource(Odd.class)
    void m20_oddExecutor_endsAllByAFailureOfTheSource(Odd executor) {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {});
        var heard = new Heard();
        stage.messages(2).subscribe(heard);

        queue.fail(new IOException("cable cut"));
        await().until(() -> timer.pending() == 2 || future.isDone()); // the call's own, and another
        pass(future, Duration.ZERO);

        assertThat(failure(future)).isInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        exits(stage, Outcome.FAILED, 1);
        nothingIsLeft(stage);
    }

    @ParameterizedTest
    @EnumSource(Odd.class)
    void m20_oddExecutor_sendsAgainOnceOrNotAtAll(Odd executor) {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        var sends = new AtomicInteger();
        CompletableFuture<Note> future =
                stage.callAsync(1, SECOND.resend(Resends.every(Duration.ofMillis(600))), sends::incrementAndGet);

        timer.advance(Duration.ofMillis(600));

        int expected = executor == Odd.DROPS ? 1 : 2;
        await().untilAsserted(() -> assertThat(sends).hasValue(expected));
        pass(future, TIMEOUT);
        assertThat(sends).hasValue(expected);
    }

    @Test
    void m20_answeredCallWhoseExecutorIsStarved_isNotSentAgain() {
        Stage<Integer, Note> stage = starved();
        var sends = new AtomicInteger();
        CompletableFuture<Note> future =
                stage.callAsync(1, SECOND.resend(Resends.every(Duration.ofMillis(600))), sends::incrementAndGet);
        add(1, "answer");
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));
        Runnable completes = jobs.remove();
        timer.advance(Duration.ofMillis(600));

        jobs.remove().run();

        assertThat(sends).hasValue(1);
        assertThat(future).isNotDone();
        completes.run();
        assertThat(future).isCompletedWithValue(new Note(1, "answer"));
        nothingIsLeft(stage);
    }

    @Test
    void m20_executorThatRejects_isCountedAndTheHeadIsSpared() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Odd.REJECTS));

        CompletableFuture<String> where = stage.callAsync(1, () -> {})
                .thenApply(note -> Thread.currentThread().getName());
        add(1, "answer");

        assertThat(Patience.get(where)).isEqualTo(ManualTimer.THREAD);
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
    }

    @Test
    void m20_streamWhoseExecutorRejects_goesOn() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Odd.REJECTS));
        var heard = new Heard();
        stage.messages(1).subscribe(heard);

        for (int i = 0; i < 5; i++) {
            int expected = i + 1;
            add(1, "n" + i);
            await().untilAsserted(() -> assertThat(heard.texts).hasSize(expected));
        }
        heard.subscription.cancel();
    }

    // failures and closes that come before a wait is told of them

    @Test
    void m20_stageClosedWhileSending_endsTheCallThoughTheExecutorDropsJobs() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Odd.DROPS));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {
            stage.close();
            timer.advance(GRACE);
            timer.settle(); // what looks for waits to end has been and gone
        });

        pass(future, Duration.ZERO);

        assertThat(failure(future)).isInstanceOf(StageClosedException.class);
        exits(stage, Outcome.CLOSED, 1);
        nothingIsLeft(stage);
    }

    @Test
    void m20_stageClosedWhileSubscribing_endsTheStreamThoughTheExecutorDropsJobs() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Odd.DROPS));
        var heard = new Heard() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                stage.close();
                timer.advance(GRACE);
                timer.settle();
                assertThat(errors).as("not before it has its subscription").isEmpty();
                super.onSubscribe(given);
            }
        };
        stage.messages(1).subscribe(heard);

        timer.advance(GRACE);

        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0)).isInstanceOf(StageClosedException.class);
        nothingIsLeft(stage);
    }

    /** A failure that is told to all others just before a stream is among them. */
    @Test
    void m6_failureWhileSubscribing_isAnErrorOfThatStreamToo() {
        Stage<Integer, Note> stage = kept(builder -> builder);
        var heard = new Heard() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                queue.fail(new IOException("cable cut"));
                await().untilAsserted(() -> assertThat(stage.snapshot(0).role().state())
                        .isEqualTo(io.github.exitleft.BareSnapshot.State.FAILED));
                super.onSubscribe(given);
            }
        };

        stage.messages(1).subscribe(heard);

        await().untilAsserted(() -> assertThat(heard.errors).hasSize(1));
        assertThat(heard.errors.get(0)).isInstanceOf(SourceFailedException.class);
        nothingIsLeft(stage);
    }

    @Test
    void m1_answerFiledWhileSending_completesTheFutureOnceThatIsOver() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> future = stage.callAsync(1, () -> {
            add(1, "quick");
            add(2, "shows that the first has been filed");
            await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
        });

        assertThat(future).isCompletedWithValue(new Note(1, "quick"));
        nothingIsLeft(stage);
    }

    // timers

    /** A stage whose call 1 is over before it knows how to cancel the timer that it has just set, of which this is the number. */
    private Stage<Integer, Note> answersWhileATimerIsSet(int which) {
        var set = new AtomicInteger();
        var stage = new AtomicReference<Stage<Integer, Note>>();
        stage.set(kept(builder -> builder.executor(Runnable::run).timer((nanos, task) -> {
            Runnable cancel = timer.after(nanos, task);
            if (set.incrementAndGet() == which) {
                add(1, "answer");
                await().untilAsserted(() ->
                        assertThat(stage.get().snapshot(0).role().tickets()).isZero());
            }
            return cancel;
        })));
        return stage.get();
    }

    /** The first timer is for its timeout, the second to resend. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void m20_callThatEndsWhileATimerIsSet_leavesNoneBehind(int which) throws Exception {
        Stage<Integer, Note> stage = answersWhileATimerIsSet(which);

        CompletableFuture<Note> future =
                stage.callAsync(1, SECOND.resend(Resends.every(Duration.ofMillis(100))), () -> {});

        assertThat(Patience.get(future).text()).isEqualTo("answer");
        nothingIsLeft(stage);
    }

    @Test
    void m20_callThatEndsWhileTheTimerForItsLastLookIsSet_leavesNoneBehind() throws Exception {
        Stage<Integer, Note> stage = answersWhileATimerIsSet(2);
        CompletableFuture<Note> future = stage.callAsync(1, SECOND, () -> {});

        timer.advance(Duration.ofSeconds(1));

        assertThat(Patience.get(future).text()).isEqualTo("answer");
        nothingIsLeft(stage);
    }

    // the default

    @Test
    void s14_stageWithoutFutures_setsNoTimerWhenItFailsOrIsClosed() {
        var set = new AtomicInteger();
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.ALWAYS).timer((nanos, task) -> {
                    set.incrementAndGet();
                    return Timer.NOTHING;
                }));
        queue.fail(new IOException("cable cut"));
        await().untilAsserted(() ->
                assertThat(stage.snapshot(0).role().state()).isEqualTo(io.github.exitleft.BareSnapshot.State.FAILED));

        stage.close();

        assertThat(set).hasValue(0);
    }

    @Test
    void m20_machineWithoutACommonPool_getsThreadsOfOurOwn() throws Exception {
        Executor one = AsyncJobs.defaultExecutor(1, timer);
        var where = new CompletableFuture<String>();
        one.execute(() -> where.complete(Thread.currentThread().getName()));

        assertThat(Patience.get(where)).isEqualTo(ManualTimer.THREAD);
        assertThat(AsyncJobs.defaultExecutor(0, timer)).isNotInstanceOf(ForkJoinPool.class);
        assertThat(AsyncJobs.defaultExecutor(2, timer)).isSameAs(ForkJoinPool.commonPool());
    }

    @Test
    void m20_timerOfTheJvm_isHeldUpByNoTask() throws Exception {
        var goOn = new CountDownLatch(1);
        var begun = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            Runnable unused = Timer.JVM.after(i * 1_000L, () -> {
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
        Patience.await(begun);
        var thread = new CompletableFuture<Thread>();
        Runnable late =
                Timer.JVM.after(TimeUnit.HOURS.toNanos(1), () -> thread.completeExceptionally(new AssertionError()));
        Runnable soon = Timer.JVM.after(1, () -> thread.complete(Thread.currentThread()));

        assertThat(Patience.get(thread).isDaemon()).isTrue();
        late.run();
        soon.run(); // harmless
        goOn.countDown();
    }

    @Test
    void m20_senderThatThrows_isNoExecutorsBusiness() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Odd.DROPS));

        assertThatThrownBy(() -> stage.callAsync(1, () -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);

        exits(stage, Outcome.NOT_SENT, 1);
        nothingIsLeft(stage);
    }
}
