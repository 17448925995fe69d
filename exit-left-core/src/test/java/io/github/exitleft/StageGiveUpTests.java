package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** M14: the hook for giving up runs exactly once for a request that was sent and has no answer, and never for another. */
class StageGiveUpTests extends NoteFixture {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTimer timer = new ManualTimer();
    private final List<GiveUp> reasons = new CopyOnWriteArrayList<>();
    private final CallOptions<Note> options = CallOptions.<Note>defaults().onGiveUp(reasons::add);
    private final CallOptions<Note> atOnce = options.timeout(Duration.ZERO);
    private final CallOptions<Note> second = options.timeout(SECOND);

    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.keeper(Keeper.ALWAYS).timer(timer)));
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

    private static void waitFor(CountDownLatch latch) {
        try {
            Patience.await(latch);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // a thread that waits

    @Test
    void m14_timeout_runsTheHookOnTheCallersThreadWhenTheTokenIsFree() {
        Stage<Integer, Note> stage = stage();
        List<Object> seen = new ArrayList<>();
        CallOptions<Note> looking = atOnce.onGiveUp(reason -> {
            seen.add(reason);
            seen.add(Thread.currentThread());
            seen.add(stage.snapshot(0).role().tickets());
            seen.add(stage.snapshot(0).exits().get(Outcome.TIMED_OUT));
        });

        assertThatThrownBy(() -> stage.call(1, looking, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(seen).containsExactly(GiveUp.TIMED_OUT, Thread.currentThread(), 0, 1L);
    }

    @Test
    void m14_answer_doesNotRunTheHook() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.classifier(
                note -> note.text().equals("error") ? new IllegalArgumentException("no such account") : null));

        assertThat(stage.call(1, options, () -> add(1, "answer")).text()).isEqualTo("answer");
        assertThatThrownBy(() -> stage.call(1, options, () -> add(1, "error"))).hasMessage("no such account");

        assertThat(reasons).isEmpty();
    }

    @Test
    void m14_requestThatWasNotSent_doesNotRunTheHook() {
        Stage<Integer, Note> stage = stage();
        var thrown = new IOException("no route");
        try (Ticket<Integer, Note> other = stage.ticket(2)) {
            assertThatThrownBy(() -> stage.call(1, options, () -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
            assertThatThrownBy(() -> stage.call(1, options, () -> CompletableFuture.failedFuture(thrown)))
                    .isInstanceOf(SendFailedException.class);
            assertThatThrownBy(() -> stage.call(other.token(), options, () -> {}))
                    .isInstanceOf(TokenInUseException.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> stage.call(1, options, () -> {})).isInstanceOf(InterruptedException.class);
        }
        stage.close();
        assertThatThrownBy(() -> stage.call(1, options, () -> {})).isInstanceOf(StageClosedException.class);

        assertThat(reasons).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void m14_interrupt_runsTheHookOfHeadAndWaiter(boolean heads) throws Exception {
        Stage<Integer, Note> stage = stage();
        var interrupted = new AtomicReference<Boolean>();
        CallOptions<Note> looking = options.onGiveUp(reason -> {
            reasons.add(reason);
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        Task<Note> other = heads ? null : startHead(stage, () -> stage.call(2, () -> {}));
        Task<Note> asking = heads
                ? startHead(stage, () -> stage.call(1, looking, () -> {}))
                : startWaiter(stage, () -> stage.call(1, looking, () -> {}));

        asking.thread.interrupt();

        assertThat(asking.failure()).isInstanceOf(InterruptedException.class);
        assertThat(reasons).containsExactly(GiveUp.INTERRUPTED);
        assertThat(interrupted.get())
                .as("flag, which would keep the hook from sending")
                .isFalse();
        if (other != null) {
            add(2, "answer");
            other.get();
        }
    }

    @Test
    void m14_failureOfTheSource_runsTheHookOfEachCall() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, options, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, options, () -> {}));

        queue.fail(new IOException("cable cut"));

        assertThat(head.failure()).isInstanceOf(SourceFailedException.class);
        assertThat(waiter.failure()).isInstanceOf(SourceFailedException.class);
        assertThat(reasons).containsExactly(GiveUp.FAILED, GiveUp.FAILED);
    }

    @Test
    void m14_close_runsTheHookOfEachCall() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, options, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, options, () -> {}));

        stage.close();

        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThat(reasons).containsExactly(GiveUp.CLOSED, GiveUp.CLOSED);
    }

    @Test
    void m14_hookOfACall_mayAskAgainAndWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        List<String> heard = new ArrayList<>();
        CallOptions<Note> cancelling = atOnce.onGiveUp(reason -> {
            try {
                heard.add(stage.call(2, () -> add(2, "cancelled")).text());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });

        assertThatThrownBy(() -> stage.call(1, cancelling, () -> {})).isInstanceOf(StageTimeoutException.class);

        assertThat(heard).containsExactly("cancelled");
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void m14_hookThatThrows_isCountedAndChangesNothing() {
        Stage<Integer, Note> stage = stage();
        for (Throwable thrown : new Throwable[] {new IllegalStateException("of the hook"), new StackOverflowError()}) {
            CallOptions<Note> throwing = atOnce.onGiveUp(reason -> {
                throw StageGiveUpTests.<RuntimeException>sneaky(thrown);
            });
            int token = System.identityHashCode(thrown);
            assertThatThrownBy(() -> stage.call(token, throwing, () -> {}))
                    .isInstanceOf(StageTimeoutException.class)
                    .hasNoSuppressedExceptions();
        }

        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(2);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 2L);
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
        throw (X) thrown;
    }

    // no thread that waits

    @Test
    void m14_timeoutOfAnAsynchronousCall_runsTheHookOnTheExecutorInItsContext() {
        var user = new ThreadLocal<String>();
        user.set("bob");
        List<String> seen = new CopyOnWriteArrayList<>();
        Stage<Integer, Note> stage = kept(builder -> builder.executor(job -> new Thread(job, "own-executor").start())
                .context(() -> {
                    String captured = user.get();
                    return job -> () -> {
                        user.set(captured);
                        job.run();
                    };
                }));
        CallOptions<Note> looking = second.onGiveUp(reason -> seen.add(reason + " as " + user.get() + " on "
                + Thread.currentThread().getName() + ", tickets: "
                + stage.snapshot(0).role().tickets()));
        CompletableFuture<Note> future = stage.callAsync(1, looking, () -> {});

        timer.advance(SECOND);

        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        await().untilAsserted(() -> assertThat(seen).containsExactly("TIMED_OUT as bob on own-executor, tickets: 0"));
        timer.advance(SECOND);
        timer.settle();
        assertThat(seen).hasSize(1);
    }

    @Test
    void m14_ownersEnd_runsTheHookOnTheExecutor() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(job -> new Thread(job, "own-executor").start()));
        List<String> threads = new CopyOnWriteArrayList<>();
        CallOptions<Note> looking = options.onGiveUp(reason -> {
            reasons.add(reason);
            threads.add(Thread.currentThread().getName());
        });

        stage.callAsync(1, looking, () -> {}).cancel(true);
        stage.callAsync(2, looking, () -> {}).complete(new Note(2, "own"));
        CompletableFuture<Note> timed = stage.callAsync(3, looking, () -> {}).orTimeout(1, TimeUnit.MILLISECONDS);
        stage.callAsync(4, looking, () -> {}).obtrudeValue(new Note(4, "own"));

        assertThat(failure(timed)).isInstanceOf(java.util.concurrent.TimeoutException.class);
        await().untilAsserted(() -> assertThat(reasons).hasSize(4));
        assertThat(reasons).containsOnly(GiveUp.CANCELLED);
        assertThat(threads).containsOnly("own-executor");
    }

    @Test
    void m14_answerOfAnAsynchronousCall_doesNotRunTheHook() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder);
        CompletableFuture<Note> future = stage.callAsync(1, second, () -> add(1, "answer"));
        assertThat(Patience.get(future).text()).isEqualTo("answer");
        future.cancel(true);
        timer.advance(SECOND.multipliedBy(2));
        timer.settle();

        assertThat(reasons).isEmpty();
        assertThat(timer.pending()).isZero();
    }

    @Test
    void m14_asynchronousRequestThatWasNotSent_doesNotRunTheHook() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        var thrown = new IOException("no route");

        assertThatThrownBy(() -> stage.callAsync(1, options, () -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(failure(stage.callAsync(1, options, () -> CompletableFuture.failedFuture(thrown))))
                .isInstanceOf(SendFailedException.class);
        timer.advance(SECOND);
        timer.settle();

        assertThat(reasons).isEmpty();
    }

    @Test
    void m14_failureAndClose_runTheHooksOfAsynchronousCalls() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> failed = stage.callAsync(1, options, () -> queue.fail(new IOException("cable cut")));
        assertThat(failure(failed)).isInstanceOf(SourceFailedException.class);
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));

        HookedSource<Note> another = hooked(new io.github.exitleft.test.QueueSource<Note>());
        Stage<Integer, Note> other = build(Stage.<Integer, Note>builder("other", Integer.class, another, Note::token)
                .keeper(Keeper.ALWAYS)
                .timer(timer)
                .executor(Runnable::run));
        CompletableFuture<Note> closed = other.callAsync(1, options, () -> {});
        other.close();
        assertThat(failure(closed)).isInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED, GiveUp.CLOSED));
    }

    private enum Executors implements Executor {
        REJECTING {
            @Override
            public void execute(Runnable job) {
                throw new RejectedExecutionException("full");
            }
        },
        DROPPING {
            @Override
            public void execute(Runnable job) {
                // as if it were starved
            }
        },
        CALLER {
            @Override
            public void execute(Runnable job) {
                job.run();
            }
        },
        TWICE {
            @Override
            public void execute(Runnable job) {
                job.run();
                job.run();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Executors.class)
    void m14_whateverTheExecutorDoes_theHookRunsOnce(Executors executor) {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(executor));
        CompletableFuture<Note> timedOut = stage.callAsync(1, second, () -> {});
        CompletableFuture<Note> cancelled = stage.callAsync(2, options, () -> {});

        cancelled.cancel(true);
        timer.advance(SECOND);
        for (int i = 0; i < 3; i++) { // time for the future, time for the hook, and then some
            timer.settle();
            timer.advance(Duration.ofNanos(AsyncWaits.GRACE_NANOS));
        }
        timer.settle();

        assertThat(failure(timedOut)).isInstanceOf(StageTimeoutException.class);
        assertThat(reasons).containsExactlyInAnyOrder(GiveUp.CANCELLED, GiveUp.TIMED_OUT);
        assertThat(timer.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void m14_cancelWhileTheRequestIsBeingSent_runsTheHookOnceItHasBeen(boolean isSent) throws Exception {
        var goOn = new CountDownLatch(1);
        var sending = new CountDownLatch(1);
        Stage<Integer, Note> stage = kept(builder -> builder.window(1)
                .executor(job -> start(() -> {
                    job.run();
                    return null;
                })));
        CompletableFuture<Note> first = stage.callAsync(1, () -> {});
        CompletableFuture<Note> second = stage.callAsync(2, options, () -> {
            sending.countDown();
            waitFor(goOn);
            if (!isSent) {
                throw new IllegalStateException("no route");
            }
        });
        first.cancel(true);
        Patience.await(sending);

        assertThat(second.cancel(true)).isTrue();
        timer.advance(SECOND);
        timer.settle();
        List<GiveUp> early = List.copyOf(reasons);
        goOn.countDown();
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());

        assertThat(early).as("as long as it is not sent").isEmpty();
        if (isSent) {
            await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.CANCELLED));
        }
        timer.advance(SECOND);
        timer.settle();
        assertThat(reasons).hasSize(isSent ? 1 : 0);
    }

    @Test
    void m20_hookThatBlocks_doesNotHoldTheFuture() throws Exception {
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> future = stage.callAsync(
                1,
                second.onGiveUp(reason -> {
                    reasons.add(reason);
                    waitFor(goOn);
                }),
                () -> {});
        Task<Void> time = start(() -> {
            timer.advance(SECOND);
            return null;
        });

        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.TIMED_OUT));
        goOn.countDown();
        time.get();
    }

    @Test
    void m14_dependentActionThatBlocks_doesNotHoldTheHook() throws Exception {
        var goOn = new CountDownLatch(1);
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> dependent =
                stage.callAsync(1, second, () -> {}).whenComplete((note, thrown) -> waitFor(goOn));
        Task<Void> time = start(() -> {
            timer.advance(SECOND);
            return null;
        });
        await().until(() -> time.isDone() || isBlocked(time));

        timer.advance(Duration.ofNanos(AsyncWaits.GRACE_NANOS));
        timer.settle();

        assertThat(reasons).containsExactly(GiveUp.TIMED_OUT);
        goOn.countDown();
        time.get();
        assertThat(failure(dependent)).isInstanceOf(StageTimeoutException.class);
        assertThat(reasons).hasSize(1);
    }

    @Test
    void m14_asynchronousHookThatThrows_isCountedAndChangesNothing() {
        Stage<Integer, Note> stage = kept(builder -> builder.executor(Runnable::run));
        CompletableFuture<Note> future = stage.callAsync(
                1,
                second.onGiveUp(reason -> {
                    throw new IllegalStateException("of the hook");
                }),
                () -> {});
        timer.advance(SECOND);

        assertThat(failure(future)).isInstanceOf(StageTimeoutException.class);
        await().untilAsserted(() ->
                assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1));
    }

    // either an answer or the hook

    @Test
    void m14_answerFiledBeforeTheTimeIsLookedAt_isTheAnswerAndRunsNoHook() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));
        // filed while the caller still sends: when it looks at the clock, its time has been up for long
        Note answer = stage.call(1, second, () -> {
            add(1, "just in time");
            add(99, "shows that the first has been filed");
            await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
            clock.advance(SECOND.multipliedBy(2));
        });

        assertThat(answer.text()).isEqualTo("just in time");
        assertThat(reasons).isEmpty();
        add(9, "answer");
        head.get();
    }

    @Test
    void m14_answerThatMeetsAnInterrupt_isTheAnswerAndRunsNoHook() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));
        Task<Boolean> asking = start(() -> {
            Note answer = stage.call(1, options, () -> {
                add(1, "answer");
                add(99, "shows that the first has been filed");
                await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));
                Thread.currentThread().interrupt();
            });
            assertThat(answer.text()).isEqualTo("answer");
            return Thread.interrupted();
        });

        assertThat(asking.get()).as("flag").isTrue();
        assertThat(reasons).isEmpty();
        add(9, "answer");
        head.get();
    }

    @Test
    void m14_cancelThatComesBeforeTheExecutorDeliversAnAnswer_runsTheHook() {
        var jobs = new ConcurrentLinkedQueue<Runnable>();
        Stage<Integer, Note> stage = kept(builder -> builder.executor(jobs::add));
        CompletableFuture<Note> future = stage.callAsync(1, options, () -> add(1, "answer"));
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));

        assertThat(future.cancel(true)).isTrue();
        for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
            job.run();
        }

        assertThat(reasons).containsExactly(GiveUp.CANCELLED);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
    }

    private static final class Question {
        final AtomicInteger answers = new AtomicInteger();
        final AtomicInteger hooks = new AtomicInteger();
    }

    /** Answers, deadlines, interrupts, cancels and a close meet at random; of each question exactly one thing becomes. */
    @Test
    void m14_answersAgainstEndsOfAllKinds_giveEitherAnAnswerOrTheHook() throws Exception {
        long seed = System.nanoTime();
        Stage<Integer, Note> stage = stage(builder ->
                builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofMillis(1)).maxTickets(100));
        List<Question> questions = new CopyOnWriteArrayList<>();
        List<Task<Void>> tasks = new ArrayList<>();
        var rounds = new AtomicInteger();
        for (int t = 0; t < 4; t++) {
            int base = t * 1_000_000;
            var random = new Random(seed + t);
            tasks.add(start(() -> {
                for (int i = 0; i < 400; i++) {
                    rounds.incrementAndGet();
                    if (!askAtRandom(stage, questions, random, base + i)) {
                        break;
                    }
                }
                return null;
            }));
        }
        await().until(() -> rounds.get() > 1_500 || tasks.stream().allMatch(Task::isDone));
        stage.close();
        for (Task<Void> task : tasks) {
            task.get();
        }

        assertThat(questions).as("seed %d", seed).hasSizeGreaterThan(1_000);
        await().untilAsserted(() -> assertThat(questions)
                .as("seed %d", seed)
                .allSatisfy(question -> assertThat(question.answers.get() + question.hooks.get())
                        .isEqualTo(1)));
        assertThat(questions).as("seed %d", seed).anyMatch(question -> question.answers.get() == 1);
        assertThat(questions).as("seed %d", seed).anyMatch(question -> question.hooks.get() == 1);
    }

    /** Asks one question; returns whether the stage was open. */
    private boolean askAtRandom(Stage<Integer, Note> stage, List<Question> questions, Random random, int token)
            throws Exception {
        var question = new Question();
        Duration timeout = Duration.ofNanos(random.nextInt(400_000));
        CallOptions<Note> asked =
                CallOptions.<Note>defaults().timeout(timeout).onGiveUp(reason -> question.hooks.incrementAndGet());
        boolean answer = random.nextInt(8) > 0;
        boolean interrupt = random.nextInt(4) == 0;
        Sender<RuntimeException> sender = () -> {
            questions.add(question);
            if (answer) {
                add(token, "answer");
            }
        };
        try {
            if (random.nextBoolean()) {
                Thread me = Thread.currentThread();
                Thread other = new Thread(me::interrupt);
                if (interrupt) {
                    other.start();
                }
                try {
                    stage.call(token, asked, sender);
                    question.answers.incrementAndGet();
                } finally {
                    while (interrupt && other.isAlive()) {
                        Thread.onSpinWait();
                    }
                    Thread.interrupted();
                }
            } else {
                CompletableFuture<Note> future = stage.callAsync(token, asked, sender);
                if (interrupt) {
                    future.cancel(true);
                }
                Patience.get(future);
                question.answers.incrementAndGet();
            }
        } catch (StageClosedException e) {
            return false;
        } catch (StageTimeoutException
                | InterruptedException
                | ExecutionException
                | java.util.concurrent.CancellationException expected) {
            // the hook has run, or will
        }
        return true;
    }
}
