package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A limited number of questions is out at once (M13). */
class StageWindowTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private Stage<Integer, Note> stage;

    private Stage<Integer, Note> window(int size) {
        return window(size, builder -> builder);
    }

    private Stage<Integer, Note> window(int size, UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return listening(stage(builder -> settings.apply(builder.window(size).keeper(Keeper.ALWAYS))));
    }

    private Stage<Integer, Note> listening(Stage<Integer, Note> built) {
        built.addListener(new StageListener<Integer, Note>() {
            @Override
            public void windowLeft(Duration waited) {
                waits.add(waited);
            }
        });
        stage = built;
        return built;
    }

    @AfterEach
    void noPlaceIsLost() {
        if (stage != null) {
            await().untilAsserted(() -> assertThat(used()).isZero());
            assertThat(waiting()).isZero();
        }
    }

    private int used() {
        return stage.parts.gate.window.used();
    }

    private int waiting() {
        return stage.parts.gate.window.waiting();
    }

    private void untilWaiting(int callers) {
        await().untilAsserted(() -> assertThat(waiting()).isEqualTo(callers));
    }

    @Test
    void m13_manyQuestionsOnOneThread_areRefusedWhereThereIsAWindow() {
        window(2);

        assertThatThrownBy(() ->
                        stage.callAll(List.of(1, 2, 3), peer -> Question.of(peer, () -> add(peer, "answer")), NO_TIME))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stage 'post' has a window")
                .hasMessageContaining("use 'call' for each");
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m13_fullWindow_makesCallersWaitInOrderBeforeTheySend() throws Exception {
        window(1);
        List<Integer> sent = new CopyOnWriteArrayList<>();
        Ticket<Integer, Note> out = stage.ticket(0);
        Task<Note> first = start(() -> stage.call(1, () -> {
            sent.add(1);
            add(1, "answer");
        }));
        untilWaiting(1);
        CompletableFuture<Note> second = stage.callAsync(2, () -> {
            sent.add(2);
            add(2, "answer");
        });
        Task<Note> third = start(() -> stage.call(3, () -> {
            sent.add(3);
            add(3, "answer");
        }));
        untilWaiting(3);
        assertThat(sent).isEmpty();
        assertThat(stage.snapshot(0).role().tickets())
                .as("no ticket before a place")
                .isEqualTo(1);

        out.close();

        first.get();
        Patience.get(second);
        third.get();
        assertThat(sent).containsExactly(1, 2, 3);
        assertThat(waits).hasSize(3);
    }

    @Test
    void m13_manyCallers_areNeverMoreThanTheWindow() throws Exception {
        window(3);
        var out = new AtomicInteger();
        var most = new AtomicInteger();
        List<Task<Integer>> callers = new ArrayList<>();
        List<CompletableFuture<Note>> futures = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int caller = i;
            callers.add(start(() -> {
                for (int round = 0; round < 50; round++) {
                    int token = caller * 1_000 + round;
                    stage.call(token, () -> {
                        most.accumulateAndGet(out.incrementAndGet(), Math::max);
                        out.decrementAndGet();
                        add(token, "answer");
                    });
                }
                return caller;
            }));
            for (int round = 0; round < 50; round++) {
                int token = -1 - caller * 1_000 - round;
                futures.add(stage.callAsync(token, () -> {
                    most.accumulateAndGet(out.incrementAndGet(), Math::max);
                    assertThat(used()).isLessThanOrEqualTo(3);
                    out.decrementAndGet();
                    add(token, "answer");
                }));
            }
        }
        for (Task<Integer> caller : callers) {
            caller.get();
        }
        for (CompletableFuture<Note> future : futures) {
            assertThat(Patience.get(future).text()).isEqualTo("answer");
        }
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void m13_timeoutOfAFullWindow_saysSo() throws Exception {
        listening(timed(builder -> builder.window(1)));
        try (Ticket<Integer, Note> out = stage.ticket(0)) {
            Task<Note> waiter =
                    start(() -> stage.call(1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2)), () -> {}));
            untilWaiting(1);
            clock.advance(Duration.ofSeconds(2));

            assertThat(waiter.failure())
                    .isInstanceOf(StageTimeoutException.class)
                    .hasMessage(
                            "no place in the window of stage 'post' in 2000 ms, so nothing was sent; all 1 places are"
                                    + " taken, and 0 calls wait for one; raise window (StageBuilder.window), or window-wait"
                                    + " (StageBuilder.windowWait) and the call's timeout")
                    .satisfies(thrown ->
                            assertThat(((StageTimeoutException) thrown).token()).isNull());
            assertThat(out.token()).isZero();
        }
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
        assertThat(waits).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void m13_waitForAPlaceAndForTheAnswer_haveOneDeadlineAndTheTimeoutSaysWhatPassedInLine() throws Exception {
        listening(timed(builder -> builder.window(1)));
        Ticket<Integer, Note> out = stage.ticket(0);
        Task<Note> waiter =
                start(() -> stage.call(1, CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2)), () -> {}));
        untilWaiting(1);
        clock.advance(Duration.ofMillis(1_500));
        out.close();
        await().until(() -> heads(stage, waiter));
        pass(Duration.ofMillis(500));

        assertThat(waiter.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageStartingWith("no message in 2000 ms")
                .hasMessageContaining("; 1500 ms of it passed in the window's line");
    }

    @Test
    void m13_windowWait_endsTheWaitForAPlaceBeforeTheCallsTimeout() throws Exception {
        var timer = new ManualTimer();
        listening(timed(builder -> builder.window(1)
                .windowWait(Duration.ofMillis(500))
                .keeper(Keeper.ALWAYS)
                .timer(timer)));
        try (Ticket<Integer, Note> out = stage.ticket(0)) {
            Task<Note> waiter = start(() -> stage.call(1, () -> {}));
            untilWaiting(1);
            CompletableFuture<Note> future = stage.callAsync(2, () -> {});
            clock.advance(Duration.ofMillis(500));
            timer.advance(Duration.ofMillis(500));

            assertThat(waiter.failure()).hasMessageContaining("no place in the window of stage 'post' in 500 ms");
            assertThatThrownBy(() -> Patience.get(future))
                    .hasCauseInstanceOf(StageTimeoutException.class)
                    .hasMessageContaining("no place in the window of stage 'post' in 500 ms");
            assertThat(out.token()).isZero();
        }
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 2L);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void m13_futureWithAPlaceInTime_hasItsWholeTimeout() throws Exception {
        var timer = new ManualTimer();
        listening(timed(builder -> builder.window(1)
                .windowWait(Duration.ofMillis(500))
                .keeper(Keeper.ALWAYS)
                .timer(timer)));
        Ticket<Integer, Note> out = stage.ticket(0);
        var sent = new CompletableFuture<Void>();
        CompletableFuture<Note> future = stage.callAsync(1, () -> {
            sent.complete(null);
        });
        out.close();
        Patience.get(sent);
        timer.advance(Duration.ofSeconds(1));
        assertThat(future).isNotDone();
        add(1, "answer");

        assertThat(Patience.get(future).text()).isEqualTo("answer");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m13_turnThatComesAsTheTimeIsUp_endsTheFutureWithATimeoutThatSaysSo(boolean issued) throws Exception {
        var timer = new ManualTimer();
        var token = new TokenTakenTooLate(() -> timer.advance(Duration.ofSeconds(1)));
        StageBuilder<Object, Object> builder = Stage.<Object, Object>builder(
                        "own", Object.class, new QueueSource<>(), message -> message)
                .window(1)
                .keeper(Keeper.ALWAYS)
                .timer(timer)
                .executor(Runnable::run);
        Stage<Object, Object> own = build(issued ? builder.issuer(() -> token) : builder);
        Ticket<Object, Object> out = own.ticket("out");
        CallOptions<Object> options = CallOptions.defaults().timeout(Duration.ofSeconds(1));
        CompletableFuture<Object> future =
                issued ? own.callAsync(options, id -> {}) : own.callAsync(token, options, () -> {});
        out.close();

        assertThatThrownBy(() -> Patience.get(future))
                .hasCauseInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("no request was sent by stage 'own'")
                .hasMessageContaining("its turn came just as the time was up");
        assertThat(own.parts.gate.window.used()).isZero();
        assertThat(own.snapshot(0).role().tickets()).isZero();
    }

    /** A token that lets time pass as its ticket is taken. */
    private record TokenTakenTooLate(Runnable passing) {

        @Override
        public int hashCode() {
            if (StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("register")))) {
                passing.run();
            }
            return 1;
        }
    }

    @Test
    void m13_eachWayToEndAQuestion_freesItsPlace() throws Exception {
        window(1, builder -> builder.maxTickets(2));
        stage.call(1, () -> add(1, "answer"));
        assertThatThrownBy(() -> stage.call(2, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
        assertThatThrownBy(() -> stage.call(2, () -> {})).isInstanceOf(TokenInUseException.class);
        assertThatThrownBy(() -> stage.callAsync(2, () -> {})).isInstanceOf(TokenInUseException.class);
        assertThatThrownBy(() -> stage.call(3, () -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stage.callAsync(4, () -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stage.call(5, () -> CompletableFuture.failedFuture(new IOException("no route"))))
                .isInstanceOf(SendFailedException.class);
        Task<Note> interrupted =
                start(() -> stage.call(6, () -> Thread.currentThread().interrupt()));
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        assertThat(stage.callAsync(7, () -> {}).cancel(false)).isTrue();
        CompletableFuture<Note> timedOut = stage.callAsync(8, NO_TIME, () -> {});
        assertThatThrownBy(() -> Patience.get(timedOut)).hasCauseInstanceOf(StageTimeoutException.class);
        CompletableFuture<Note> answered = stage.callAsync(9, () -> add(9, "answer"));
        Patience.get(answered);
        Ticket<Integer, Note> twice = stage.ticket(10);
        twice.close();
        try (Ticket<Integer, Note> other = stage.ticket(11)) {
            twice.close();
            assertThat(used()).as("freed once").isEqualTo(1);
            assertThat(other.token()).isEqualTo(11);
        }
        assertThatThrownBy(() -> stage.ticket((Integer) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> stage.call(null, () -> {})).isInstanceOf(NullPointerException.class);
        assertThat(used()).isZero();
    }

    @Test
    void m13_interruptedInLine_sendsNothing() throws Exception {
        window(1);
        var sent = new AtomicInteger();
        try (Ticket<Integer, Note> out = stage.ticket(0)) {
            Task<Note> caller = start(() -> stage.call(1, sent::incrementAndGet));
            Task<Boolean> taker = start(() -> {
                assertThatThrownBy(() -> stage.ticket(2)).isInstanceOf(CancellationException.class);
                return Thread.interrupted();
            });
            untilWaiting(2);
            caller.thread.interrupt();
            taker.thread.interrupt();

            assertThat(caller.failure())
                    .isInstanceOf(InterruptedException.class)
                    .hasMessage(
                            "interrupted while waiting for a place in the window of stage 'post'; nothing was sent");
            assertThat(taker.get()).as("interrupt flag").isTrue();
            assertThat(out.token()).isZero();
        }
        assertThat(sent).hasValue(0);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 2L);
    }

    @Test
    void m13_close_endsCallersInLine() throws Exception {
        window(1);
        Ticket<Integer, Note> out = stage.ticket(0);
        Task<Note> caller = start(() -> stage.call(1, () -> {}));
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        untilWaiting(2);

        stage.close();

        assertThat(caller.failure()).isInstanceOf(StageClosedException.class);
        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageClosedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 2L);
        out.close();
    }

    @Test
    void m20_close_endsFuturesInLineWhateverTheirExecutorDoes() throws Exception {
        window(1, builder -> builder.executor(job -> {}));
        Ticket<Integer, Note> out = stage.ticket(0);
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        untilWaiting(1);

        stage.close();

        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageClosedException.class);
        out.close();
    }

    @Test
    void m13_failingSource_endsCallersInLine() throws Exception {
        var cause = new IOException("cable cut");
        window(1);
        Ticket<Integer, Note> out = stage.ticket(0);
        Task<Note> caller = start(() -> stage.call(1, () -> {}));
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        untilWaiting(2);

        queue.fail(cause);

        assertThat(caller.failure()).isInstanceOf(SourceFailedException.class).hasCause(cause);
        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(SourceFailedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 2L);
        out.close();
    }

    @Test
    void m20_futureInLine_canBeCancelled() throws Exception {
        window(1);
        var sent = new AtomicInteger();
        CompletableFuture<Note> next;
        try (Ticket<Integer, Note> out = stage.ticket(0)) {
            CompletableFuture<Note> cancelled = stage.callAsync(1, sent::incrementAndGet);
            next = stage.callAsync(2, () -> add(2, "answer"));
            assertThat(cancelled.cancel(false)).isTrue();
            assertThat(waiting()).isEqualTo(1);
            assertThat(out.token()).isZero();
        }
        assertThat(Patience.get(next).text()).isEqualTo("answer");
        assertThat(sent).hasValue(0);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CANCELLED, 1L);
    }

    @Test
    void m13_queuedFutureWhoseTokenIsTaken_failsAndFreesItsPlace() throws Exception {
        window(1);
        Ticket<Integer, Note> out = stage.ticket(0);
        CompletableFuture<Note> first = stage.callAsync(0, () -> {});
        CompletableFuture<Note> second = stage.callAsync(1, () -> add(1, "answer"));
        out.close(); // 0 rests now

        assertThatThrownBy(() -> Patience.get(first)).hasCauseInstanceOf(TokenInUseException.class);
        assertThat(Patience.get(second).text()).isEqualTo("answer");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 1L);
    }

    @Test
    void m13_futuresInLine_areNoMoreThanTicketsMayBe() throws Exception {
        window(1, builder -> builder.maxTickets(1));
        try (Ticket<Integer, Note> out = stage.ticket(0)) {
            CompletableFuture<Note> first = stage.callAsync(1, () -> {});
            assertThatThrownBy(() -> stage.callAsync(2, () -> {})).isInstanceOf(TooManyTicketsException.class);
            assertThat(first.cancel(false)).isTrue();
            assertThat(out.token()).isZero();
        }
        assertThat(stage.parts.asyncWaits.isEmpty()).isTrue();
    }

    @Test
    void s12_fullWindow_letsNoCallbackWait() throws Exception {
        window(1, builder -> builder.keeper(Keeper.OFF));
        var refusal = new CompletableFuture<Throwable>();
        stage.call(
                1,
                note -> {
                    try {
                        stage.ticket(2).close();
                        refusal.complete(null);
                    } catch (IllegalStateException e) {
                        refusal.complete(e);
                    }
                    return true;
                },
                () -> add(1, "answer"));

        assertThat(refusal.join()).hasMessageContaining("inside");
    }

    @Test
    void m13_windowAndTokens_areBothWaitedForAndFreed() throws Exception {
        window(2, builder -> builder.issueSequence(1));
        Ticket<Integer, Note> one = stage.ticket();
        Ticket<Integer, Note> two = stage.ticket();
        Task<Note> caller = start(() -> stage.call(id -> add(id, "to the caller")));
        untilWaiting(1);
        CompletableFuture<Note> future = stage.callAsync(id -> add(id, "to the future"));
        for (Ticket<Integer, Note> ticket : List.of(one, two)) {
            add(ticket.token(), "answer");
            ticket.await();
            ticket.close();
        }
        assertThat(caller.get().text()).isEqualTo("to the caller");
        assertThat(Patience.get(future).text()).isEqualTo("to the future");
        assertThat(stage.parts.gate.issuing().live()).isZero();
    }

    @Test
    void m20_futureWithAPlaceThatWaitsForAToken_canBeCancelled() throws Exception {
        window(3, builder -> builder.issueSequence(1));
        try (Ticket<Integer, Note> one = stage.ticket();
                Ticket<Integer, Note> two = stage.ticket()) {
            CompletableFuture<Note> future = stage.callAsync(id -> {});
            Task<Note> caller = start(() -> stage.call(id -> {}));
            untilWaiting(1);
            assertThat(used()).isEqualTo(3);

            assertThat(future.cancel(false)).isTrue();

            assertThat(waiting()).as("the caller has the place of the future").isZero();
            await().untilAsserted(() ->
                    assertThat(stage.parts.gate.issuing().waiting()).isEqualTo(1));
            caller.thread.interrupt();
            assertThat(caller.failure()).isInstanceOf(InterruptedException.class);
            assertThat(used()).isEqualTo(2);
            assertThat(one.token()).isNotEqualTo(two.token());
        }
    }

    @Test
    void m13_thousandsInLineThatCanNotBeSent_failOneAfterTheOther() throws Exception {
        window(1, builder -> builder.executor(Runnable::run));
        Ticket<Integer, Note> out = stage.ticket(0);
        List<CompletableFuture<Note>> futures = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            futures.add(stage.callAsync(i, () -> {
                throw new IOException("no route");
            }));
        }
        out.close();

        for (CompletableFuture<Note> future : futures) {
            assertThatThrownBy(() -> Patience.get(future)).hasRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void m13_stream_takesNoPlace() throws Exception {
        window(1);
        var got = new CompletableFuture<Note>();
        stage.messages(5).subscribe(new java.util.concurrent.Flow.Subscriber<>() {
            private java.util.concurrent.Flow.Subscription subscription;

            @Override
            public void onSubscribe(java.util.concurrent.Flow.Subscription given) {
                subscription = given;
                given.request(1);
            }

            @Override
            public void onNext(Note note) {
                subscription.cancel();
                got.complete(note);
            }

            @Override
            public void onError(Throwable thrown) {
                got.completeExceptionally(thrown);
            }

            @Override
            public void onComplete() {}
        });
        stage.call(1, () -> add(1, "answer"));
        add(5, "news");
        assertThat(Patience.get(got).text()).isEqualTo("news");
    }

    @Test
    void m13_badSettings_areRefused() {
        assertThatThrownBy(() -> stage(builder -> builder.window(0)))
                .hasMessage("'window' must be at least 1, but is 0");
        assertThatThrownBy(() -> stage(builder -> builder.windowWait(Duration.ofNanos(-1))))
                .hasMessage("'windowWait' must not be negative, but is PT-0.000000001S");
    }
}
