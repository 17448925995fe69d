package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tokens that the stage issues (M12). */
class StageIssueTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    /** A stage with tokens 0 and 1. */
    private Stage<Integer, Note> two() {
        return two(builder -> builder);
    }

    private Stage<Integer, Note> two(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.issueSequence(1).keeper(Keeper.ALWAYS)));
    }

    private Note echo(Stage<Integer, Note> stage) throws InterruptedException {
        return stage.call(id -> add(id, "to " + id));
    }

    private static List<Ticket<Integer, Note>> takeAll(Stage<Integer, Note> stage) throws InterruptedException {
        List<Ticket<Integer, Note>> all = new ArrayList<>();
        all.add(stage.ticket());
        all.add(stage.ticket());
        return all;
    }

    private static void untilWaiting(Stage<?, ?> stage, int callers) {
        await().untilAsserted(
                        () -> assertThat(stage.parts.gate.issuing().waiting()).isEqualTo(callers));
    }

    private static int live(Stage<?, ?> stage) {
        return stage.parts.gate.issuing().live();
    }

    private static int resting(Stage<?, ?> stage) {
        return stage.parts.gate.issuing().resting();
    }

    @Test
    void m12_call_getsATokenThatIsFreeAgainOnceItIsAnswered() throws Exception {
        Stage<Integer, Note> stage = two();
        for (int i = 0; i < 10; i++) {
            Note answer = echo(stage);
            assertThat(answer.text()).isEqualTo("to " + answer.token());
        }
        assertThat(live(stage)).isZero();
        assertThat(resting(stage)).isZero();
    }

    @Test
    void m12_resend_hasTheTokenOfTheFirstRequest() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Integer> ids = new ArrayList<>();
        stage.call(
                CallOptions.<Note>defaults()
                        .resend(Resends.every(Duration.ofMillis(1)).atMost(2)),
                id -> {
                    ids.add(id);
                    if (ids.size() == 3) {
                        add(id, "answer");
                    }
                });
        assertThat(ids).hasSize(3).containsOnly(ids.get(0));
    }

    @Test
    void m12_tokenOfARequestThatWasSentAgain_restsUntilItsOtherAnswerHasCome() throws Exception {
        Stage<Integer, Note> stage = two();
        for (boolean later : new boolean[] {false, true}) {
            int id = askTwice(stage, 1, later);
            assertThat(live(stage)).isZero();
            assertThat(resting(stage)).isEqualTo(1);

            add(id, "other answer");
            await().untilAsserted(() -> assertThat(resting(stage)).isZero());

            askTwice(stage, 2, later);
            await().untilAsserted(() -> assertThat(resting(stage)).isZero());
        }
        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).hasSize(4).containsOnly(MessageOutcome.DUPLICATE));
    }

    /** Asks by a request that is answered, so often, when it is sent again; returns the token. */
    private int askTwice(Stage<Integer, Note> stage, int answers, boolean later) throws Exception {
        return ask(stage, 2, answers, later);
    }

    /** Asks by a request that is sent so often, and answered so often when it is sent last; returns the token. */
    private int ask(Stage<Integer, Note> stage, int sendings, int answers, boolean later) throws Exception {
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .resend(Resends.every(Duration.ofMillis(1)).atMost(sendings - 1));
        var sent = new AtomicInteger();
        IssuedSender<Integer, RuntimeException> sender = id -> {
            if (sent.incrementAndGet() == sendings) {
                for (int i = 0; i < answers; i++) {
                    add(id, "answer");
                }
            }
        };
        Note answer = later ? Patience.get(stage.callAsync(options, sender)) : stage.call(options, sender);
        return answer.token();
    }

    @Test
    void m12_tokenOfARequestThatWasSentThrice_isNotIssuedBeforeItsThirdAnswerHasCome() throws Exception {
        Stage<Integer, Note> stage = two();
        for (boolean later : new boolean[] {false, true}) {
            int id = ask(stage, 3, 1, later);
            try (Ticket<Integer, Note> other = stage.ticket()) { // the only other token
                assertThat(other.token()).isNotEqualTo(id);
                int explained = unclaimed.size();
                add(id, "second answer");
                await().until(() -> unclaimed.size() > explained);
                assertThat(resting(stage)).isEqualTo(1);
                assertThatThrownBy(() -> stage.call(NO_TIME, token -> add(token, "third answer")))
                        .isInstanceOf(StageTimeoutException.class)
                        .hasMessageContaining("no free token");

                add(id, "third answer");
                await().untilAsserted(() -> assertThat(resting(stage)).isZero());
                add(other.token(), "answer");
                other.await();
            }
        }
        assertThat(unclaimedOutcomes()).hasSize(4).containsOnly(MessageOutcome.DUPLICATE);
    }

    @Test
    void m12_requestThatWasSentTwiceAndTimedOut_letsItsTokenRestUntilBothAnswersHaveCome() throws Exception {
        Stage<Integer, Note> stage = two();
        for (boolean later : new boolean[] {false, true}) {
            int id = timeOutSentTwice(stage, later);
            int explained = unclaimed.size();
            add(id, "answer");
            await().until(() -> unclaimed.size() > explained);
            assertThat(resting(stage)).isEqualTo(1);

            add(id, "answer");
            await().untilAsserted(() -> assertThat(resting(stage)).isZero());
        }
        assertThat(unclaimedOutcomes()).hasSize(4).containsOnly(MessageOutcome.LATE);
    }

    /** Has a request sent twice in a call that is given up unanswered; returns its token. */
    private static int timeOutSentTwice(Stage<Integer, Note> stage, boolean later) throws Exception {
        var sent = new AtomicInteger();
        var token = new AtomicInteger();
        IssuedSender<Integer, RuntimeException> sender = id -> {
            token.set(id);
            sent.incrementAndGet();
        };
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .resend(Resends.every(Duration.ofMillis(1)).atMost(1));
        if (later) {
            CompletableFuture<Note> future = stage.callAsync(options, sender);
            await().until(() -> sent.get() == 2);
            future.cancel(false);
        } else {
            var caller = new Thread(() ->
                    assertThatThrownBy(() -> stage.call(options, sender)).isInstanceOf(InterruptedException.class));
            caller.start();
            await().until(() -> sent.get() == 2);
            caller.interrupt();
            Patience.join(caller);
        }
        await().untilAsserted(() -> assertThat(resting(stage)).isEqualTo(1));
        return token.get();
    }

    @Test
    void m12_requestOfWhichASendingIsLost_holdsItsTokenNoLongerThanTheRest() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.issueSequence(1));
        var sent = new AtomicInteger();
        var call = new FutureTask<>(() -> stage.call(
                CallOptions.<Note>defaults()
                        .resend(Resends.every(Duration.ofMillis(1)).atMost(2)),
                id -> {
                    if (sent.incrementAndGet() == 3) {
                        add(id, "only answer");
                    }
                }));
        new Thread(call).start();
        await().until(() -> {
            pass(Duration.ofMillis(1));
            return sent.get() == 3;
        });
        Note answer = Patience.get(call);
        assertThat(answer.text()).isEqualTo("only answer");
        assertThat(resting(stage)).isEqualTo(1);

        clock.advance(Duration.ofSeconds(60));
        assertThat(resting(stage)).isZero();
    }

    @Test
    void m12_unansweredToken_restsUntilItsAnswerHasComeOrTheRestIsOver() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.issueSequence(1));
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(NO_TIME, ids::add)).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(ids).containsExactlyInAnyOrder(0, 1);
        assertThatThrownBy(() -> stage.call(NO_TIME, ids::add))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("no free token of stage 'post' in 0 ms, so nothing was sent")
                .hasMessageContaining("0 tokens are live, 2 rest");
        assertThat(ids).hasSize(2);

        add(ids.get(0), "late");
        somebodyElse(stage);
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
        assertThat(stage.call(id -> add(id, "answer")).token()).isEqualTo(ids.get(0));

        clock.advance(Duration.ofSeconds(60));
        assertThat(resting(stage)).isZero();
    }

    @Test
    void m12_callThatCouldNotSend_letsItsTokenGo() {
        Stage<Integer, Note> stage = two();
        assertThatThrownBy(() -> stage.call(id -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stage.call(
                        AsyncIssuedSender.of(id -> CompletableFuture.failedFuture(new IOException("no route")))))
                .isInstanceOf(SendFailedException.class);
        assertThatThrownBy(() -> stage.callAsync(id -> {
                    throw new IOException("no route");
                }))
                .isInstanceOf(IOException.class);
        CompletableFuture<Note> future = stage.callAsync(
                AsyncIssuedSender.of(id -> CompletableFuture.failedFuture(new IOException("no route"))));
        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(SendFailedException.class);

        assertThat(live(stage)).isZero();
        assertThat(resting(stage)).isZero();
    }

    @Test
    void m12_allTokensTaken_callersWaitInOrder() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> first = start(() -> echo(stage));
        untilWaiting(stage, 1);
        CompletableFuture<Note> second = stage.callAsync(id -> add(id, "to the second"));
        untilWaiting(stage, 2);

        add(taken.get(0).token(), "answer");
        taken.get(0).await();
        taken.get(0).close();
        assertThat(first.get().token()).isEqualTo(taken.get(0).token());
        assertThat(Patience.get(second).text()).isEqualTo("to the second");
        taken.get(1).close();
        assertThat(live(stage)).isZero();
        assertThat(resting(stage)).isEqualTo(1);
    }

    @Test
    void m12_timeoutInLine_isThatOfTheCallAndSaysSo() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.issueSequence(1));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> waiter = start(
                () -> stage.call(CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2)), id -> add(id, "sent")));
        untilWaiting(stage, 1);
        clock.advance(Duration.ofSeconds(2));

        assertThat(waiter.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("no free token of stage 'post' in 2000 ms")
                .hasMessageContaining("2 tokens are live");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
        taken.forEach(Ticket::close);
    }

    @Test
    void m12_waitForATokenAndForTheAnswer_haveOneDeadline() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.issueSequence(1));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> waiter =
                start(() -> stage.call(CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2)), id -> {}));
        untilWaiting(stage, 1);
        clock.advance(Duration.ofMillis(1_500));
        add(taken.get(0).token(), "answer");
        taken.get(0).await();
        taken.get(0).close();
        await().until(() -> heads(stage, waiter));
        pass(Duration.ofMillis(500));

        assertThat(waiter.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageStartingWith("no message in 2000 ms")
                .hasMessageContaining("; 1500 ms of it passed until there was a token");
        taken.get(1).close();
    }

    @Test
    void m12_interruptedInLine_sendsNothing() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> waiter = start(() -> echo(stage));
        untilWaiting(stage, 1);
        waiter.thread.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class).hasMessageContaining("a token");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 1L);
        assertThat(stage.parts.gate.issuing().waiting()).isZero();
        taken.forEach(Ticket::close);
    }

    @Test
    void m20_ownersEndsOfAFutureInLine_leaveTheLine() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        var sent = new AtomicInteger();
        CompletableFuture<Note> cancelled = stage.callAsync(id -> sent.incrementAndGet());
        CompletableFuture<Note> completed = stage.callAsync(id -> sent.incrementAndGet());
        CompletableFuture<Note> timedOut = stage.callAsync(id -> sent.incrementAndGet());
        untilWaiting(stage, 3);

        assertThat(cancelled.cancel(false)).isTrue();
        assertThat(completed.complete(new Note(7, "by its owner"))).isTrue();
        CompletableFuture<Note> unused = timedOut.orTimeout(1, TimeUnit.MILLISECONDS);
        untilWaiting(stage, 0);

        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CANCELLED, 3L);
        assertThat(stage.parts.asyncWaits.isEmpty()).isTrue();
        taken.forEach(Ticket::close);
        assertThat(sent).hasValue(0);
        assertThat(live(stage)).isZero();
    }

    @Test
    void m20_futureInLine_endsByItsDeadlineWhateverItsExecutorDoes() throws Exception {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage = two(builder -> builder.timer(timer).executor(job -> {}));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> future =
                stage.callAsync(CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), id -> add(id, "sent"));
        timer.advance(Duration.ofSeconds(1));
        timer.advance(Duration.ofSeconds(1)); // the executor drops all jobs, so a thread of the timer's steps in
        timer.settle();

        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageTimeoutException.class);
        assertThat(stage.parts.gate.issuing().waiting()).isZero();
        taken.forEach(Ticket::close);
    }

    @Test
    void m20_tokenGrantedToAnExecutorThatDropsIt_isFreeOnceTheFutureHasEnded() throws Exception {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage =
                two(builder -> builder.timer(timer).rest(Duration.ZERO).executor(job -> {}));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> future =
                stage.callAsync(CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), id -> {});
        taken.forEach(Ticket::close);
        assertThat(live(stage)).as("granted, and not taken").isEqualTo(1);

        assertThat(future.cancel(false)).isTrue();

        assertThat(live(stage)).isZero();
    }

    @Test
    void m20_futureCancelledWhileItsRequestIsSent_keepsItsTokenUntilThatIsDone() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        var sending = new CompletableFuture<Integer>();
        var goOn = new CompletableFuture<Void>();
        CompletableFuture<Note> future = stage.callAsync(id -> {
            sending.complete(id);
            goOn.join();
        });
        taken.remove(0).close();
        assertThat(resting(stage)).isEqualTo(1);
        add(0, "late");
        add(1, "late");
        taken.remove(0).close();
        Patience.get(sending);

        assertThat(future.cancel(false)).isTrue();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CANCELLED, 1L);
        assertThat(live(stage)).as("it is being sent").isEqualTo(1);
        goOn.complete(null);

        await().untilAsserted(() -> assertThat(live(stage)).isZero());
        assertThat(resting(stage)).as("an answer may come").isPositive();
        assertThat(stage.parts.asyncWaits.isEmpty()).isTrue();
    }

    @Test
    void m20_futureWhoseRequestIsSentForTooLong_endsByItsDeadline() throws Exception {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage =
                two(builder -> builder.timer(timer).rest(Duration.ZERO).executor(job -> timer.after(0, job)));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        var sending = new CompletableFuture<Integer>();
        var goOn = new CompletableFuture<Void>();
        CompletableFuture<Note> future =
                stage.callAsync(CallOptions.<Note>defaults().timeout(Duration.ofSeconds(1)), id -> {
                    sending.complete(id);
                    goOn.join();
                });
        taken.forEach(Ticket::close);
        Patience.get(sending);

        timer.advance(Duration.ofSeconds(1));
        timer.advance(Duration.ofSeconds(1)); // on a slow machine it looks on for as long as it is late

        try {
            assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageTimeoutException.class);
            assertThat(live(stage)).as("it is being sent").isEqualTo(1);
        } finally {
            goOn.complete(null);
        }
        await().untilAsserted(() -> assertThat(live(stage)).isZero());
        await().untilAsserted(() -> assertThat(timer.pending()).isZero());
    }

    @Test
    void m12_queuedRequestThatCanNotBeSent_failsItsFuture() throws Exception {
        Stage<Integer, Note> stage = two(builder -> builder.rest(Duration.ZERO));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> future = stage.callAsync(id -> {
            throw new IOException("no route");
        });
        taken.forEach(Ticket::close);

        assertThatThrownBy(() -> Patience.get(future))
                .hasCauseInstanceOf(SendFailedException.class)
                .hasRootCauseMessage("no route");
        await().untilAsserted(() -> assertThat(live(stage)).isZero());
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 1L);
    }

    @Test
    void m12_close_endsCallersInLine() throws Exception {
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> waiter = start(() -> echo(stage));
        untilWaiting(stage, 1);
        CompletableFuture<Note> future = stage.callAsync(id -> add(id, "sent"));

        stage.close();

        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(StageClosedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 2L);
        assertThatThrownBy(() -> echo(stage)).isInstanceOf(StageClosedException.class);
        taken.forEach(Ticket::close);
    }

    @Test
    void m12_failingSource_endsCallersInLineAndLaterOnesUntilItMayBeTriedAgain() throws Exception {
        var cause = new IOException("cable cut");
        Stage<Integer, Note> stage = timed(builder -> builder.issueSequence(1));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        Task<Note> waiter = start(() -> stage.call(id -> {}));
        untilWaiting(stage, 1);

        queue.fail(cause);
        assertThatThrownBy(() -> taken.get(0).await()).isInstanceOf(SourceFailedException.class);

        assertThat(waiter.failure()).isInstanceOf(SourceFailedException.class).hasCause(cause);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 2L);
        assertThatThrownBy(() -> stage.call(id -> {})).isInstanceOf(SourceFailedException.class);
        assertThat(stage.parts.gate.issuing().waiting()).isZero();
        taken.forEach(Ticket::close);
    }

    @Test
    void m6_failingSource_endsFuturesInLine() throws Exception {
        var cause = new IOException("cable cut");
        Stage<Integer, Note> stage = two();
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> future = stage.callAsync(id -> {});
        queue.fail(cause);

        assertThatThrownBy(() -> Patience.get(future)).hasCauseInstanceOf(SourceFailedException.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        taken.forEach(Ticket::close);
    }

    @Test
    void m12_pause_leavesCallersInLine() throws Exception {
        Stage<Integer, Note> stage = two(builder -> builder.rest(Duration.ZERO));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> future = stage.callAsync(id -> add(id, "answer"));
        stage.pause();
        assertThat(future).isNotDone();
        stage.resume();
        taken.forEach(Ticket::close);

        assertThat(Patience.get(future).text()).isEqualTo("answer");
    }

    @Test
    void m12_futuresInLine_areNoMoreThanTicketsMayBe() throws Exception {
        Stage<Integer, Note> stage = two(builder -> builder.maxTickets(2));
        List<Ticket<Integer, Note>> taken = takeAll(stage);
        CompletableFuture<Note> first = stage.callAsync(id -> {});
        CompletableFuture<Note> second = stage.callAsync(id -> {});

        assertThatThrownBy(() -> stage.callAsync(id -> {}))
                .isInstanceOf(TooManyTicketsException.class)
                .hasMessageContaining("2 calls waiting in line");

        assertThat(first.cancel(false) && second.cancel(false)).isTrue();
        taken.forEach(Ticket::close);
        assertThat(stage.parts.asyncWaits.isEmpty()).isTrue();
    }

    @Test
    void m12_tokenThatACallerBrings_isNotIssuedMeanwhile() throws Exception {
        Stage<Integer, Note> stage = two(builder -> builder.rest(Duration.ZERO));
        try (Ticket<Integer, Note> brought = stage.ticket(1)) {
            for (int i = 0; i < 5; i++) {
                assertThat(echo(stage).token()).isZero();
            }
            try (Ticket<Integer, Note> issued = stage.ticket()) {
                assertThatThrownBy(() -> stage.ticket(issued.token()))
                        .isInstanceOf(TokenInUseException.class)
                        .hasMessageContaining("live ticket");
            }
            assertThat(brought.token()).isEqualTo(1);
        }
        assertThat(live(stage)).isZero();
    }

    @Test
    void m12_tokenOutsideTheSpace_restsAsOnStagesThatIssueNone() throws Exception {
        Stage<Integer, Note> stage = two();
        assertThatThrownBy(() -> stage.call(1_000, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
        assertThatThrownBy(() -> stage.ticket(1_000)).hasMessageContaining("rests");
        assertThatThrownBy(() -> stage.call(1, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
        assertThatThrownBy(() -> stage.ticket(1)).hasMessageContaining("rests");
        assertThat(resting(stage)).isEqualTo(1);
    }

    @Test
    void m11_reuseAllowed_takesARestingTokenOfTheSpaceToo() {
        Stage<Integer, Note> stage = two(builder -> builder.reuse(Reuse.ALLOW));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(1, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
        }
        try (Ticket<Integer, Note> live = stage.ticket(1)) {
            assertThatThrownBy(() -> stage.ticket(live.token())).hasMessageContaining("live ticket");
        }
    }

    @Test
    void m12_closedTwice_freesItsTokenOnce() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.issueRandom(1).rest(Duration.ZERO));
        Ticket<Integer, Note> former = stage.ticket();
        former.close();
        try (Ticket<Integer, Note> one = stage.ticket();
                Ticket<Integer, Note> other = stage.ticket()) {
            former.close();
            assertThat(live(stage)).isEqualTo(2);
            assertThat(one.token()).isNotEqualTo(other.token());
        }
        assertThat(live(stage)).isZero();
    }

    @Test
    void m12_refusedTicket_givesItsTokenBack() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.issueRandom(8).maxTickets(1));
        try (Ticket<Integer, Note> only = stage.ticket()) {
            assertThatThrownBy(() -> stage.call(id -> {})).isInstanceOf(TooManyTicketsException.class);
            assertThatThrownBy(stage::ticket).isInstanceOf(TooManyTicketsException.class);
            assertThat(only.token()).isBetween(0, 255);
            assertThat(live(stage)).isEqualTo(1);
        }
    }

    @Test
    void m12_stageThatIssuesNone_saysHowToChangeThat() {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.IDLE));
        for (Throwable thrown : List.of(
                catchThrown(() -> stage.call(id -> {})),
                catchThrown(() -> stage.callAsync(id -> {})),
                catchThrown(stage::ticket))) {
            assertThat(thrown)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("stage 'post' issues no tokens; give the call a token, or set tokens.issue"
                            + " (StageBuilder.issueRandom, issueSequence or issuer)");
        }
    }

    private static Throwable catchThrown(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return org.assertj.core.api.Assertions.catchThrowable(call);
    }

    @Test
    void m12_bitsThatDoNotFitTheType_areRefused() {
        assertThatThrownBy(() -> stage(builder -> builder.issueRandom(33)))
                .hasMessageContaining("issued tokens of type java.lang.Integer have 1 to 32 bits, but 'bits' is 33");
        assertThatThrownBy(() ->
                        Stage.builder("post", UUID.class, queue, note -> null).issueSequence(122))
                .hasMessageContaining("can't be issued in sequence");
        assertThatThrownBy(() -> stage(builder -> builder.issueRandom(Integer.class, 8)))
                .hasMessageContaining("where tokens are of type io.github.exitleft.PeerToken");
        assertThatThrownBy(() -> Stage.builder("post", PeerToken.class, queue, note -> null)
                        .issueRandom(8))
                .hasMessageContaining("issueRandom(Integer.class, 8)");
    }

    // issuers of the user's own

    @Test
    void m12_ownIssuer_skipsTokensInUse() throws Exception {
        var next = new AtomicInteger();
        Stage<Integer, Note> stage = stage(builder -> builder.issuer(() -> next.getAndIncrement() / 2));
        try (Ticket<Integer, Note> zero = stage.ticket();
                Ticket<Integer, Note> one = stage.ticket()) {
            assertThat(zero.token()).isZero();
            assertThat(one.token()).isEqualTo(1);
        }
    }

    @Test
    void m12_ownIssuerThatReturnsNullThrowsOrRepeats_isNamed() throws Exception {
        Stage<Integer, Note> nothing = stage(builder -> builder.issuer(() -> null));
        assertThatThrownBy(() -> nothing.call(id -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("of stage 'post' gave null");

        Stage<Integer, Note> broken = build(Stage.builder("broken", Integer.class, new QueueSource<Note>(), Note::token)
                .keeper(Keeper.IDLE)
                .issuer(() -> {
                    throw new IOException("no entropy");
                }));
        assertThatThrownBy(() -> broken.callAsync(id -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no entropy");

        Stage<Integer, Note> repeating =
                build(Stage.builder("post", Integer.class, new QueueSource<Note>(), Note::token)
                        .issuer(() -> 7));
        try (Ticket<Integer, Note> seven = repeating.ticket()) {
            assertThat(seven.token()).isEqualTo(7);
            assertThatThrownBy(repeating::ticket)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("16 tokens in a row that are in use, the last of them 7");
        }
    }

    // peers

    private record Letter(InetSocketAddress from, Integer id) {}

    private final QueueSource<Letter> letters = new QueueSource<>();
    private final InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private final InetSocketAddress there = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

    private Stage<PeerToken<Integer>, Letter> peers() {
        return build(Stage.builder(
                        "peers",
                        PeerToken.type(Integer.class),
                        hooked(letters),
                        (Letter letter) -> new PeerToken<>(letter.from(), letter.id()))
                .issueRandom(Integer.class, 1)
                .keeper(Keeper.ALWAYS)
                .defaultTimeout(LONG));
    }

    private static CallOptions<Letter> to(InetSocketAddress peer) {
        return CallOptions.<Letter>defaults().peer(peer);
    }

    @Test
    void m12_idsOfOnePeer_doNotExcludeThoseOfAnother() throws Exception {
        Stage<PeerToken<Integer>, Letter> stage = peers();
        Ticket<PeerToken<Integer>, Letter> one = stage.ticket(to(here));
        try (Ticket<PeerToken<Integer>, Letter> two = stage.ticket(to(here))) {
            assertThat(one.token().sender()).isEqualTo(here);
            assertThat(one.token().id()).isNotEqualTo(two.token().id());
            assertThatThrownBy(() -> stage.call(to(here).timeout(Duration.ZERO), id -> {}))
                    .isInstanceOf(StageTimeoutException.class)
                    .hasMessageContaining("no free token");

            Letter answer = stage.call(to(there), token -> letters.add(new Letter(token.sender(), token.id())));
            assertThat(answer.from()).isEqualTo(there);
            CompletableFuture<Letter> future =
                    stage.callAsync(to(there), token -> letters.add(new Letter(token.sender(), token.id())));
            assertThat(Patience.get(future).from()).isEqualTo(there);
            CompletableFuture<Letter> inLine =
                    stage.callAsync(to(here), token -> letters.add(new Letter(token.sender(), token.id())));
            letters.add(new Letter(here, one.token().id()));
            one.await();
            one.close();
            assertThat(Patience.get(inLine).from()).isEqualTo(here);
        }
        assertThat(live(stage)).isZero();
        assertThat(resting(stage)).isEqualTo(1);
    }

    @Test
    void m12_idOfAPeerThatWasAskedTwice_restsUntilBothAnswersHaveCome() throws Exception {
        Stage<PeerToken<Integer>, Letter> stage = peers();
        var sent = new AtomicInteger();
        var asked = new AtomicReference<PeerToken<Integer>>();
        CompletableFuture<Letter> call = stage.callAsync(
                to(here).resend(Resends.every(Duration.ofMillis(1)).atMost(1)), token -> {
                    asked.set(token);
                    sent.incrementAndGet();
                });
        await().until(() -> sent.get() == 2);
        call.cancel(false);
        await().untilAsserted(() -> assertThat(resting(stage)).isEqualTo(1));

        stage.parts.mailroom.explain(asked.get(), new Letter(here, asked.get().id()));
        assertThat(resting(stage)).isEqualTo(1);
        stage.parts.mailroom.explain(asked.get(), new Letter(here, asked.get().id()));
        assertThat(resting(stage)).isZero();
    }

    @Test
    void m12_peer_isNeededExactlyWhereIdsAreIssuedForEach() {
        Stage<PeerToken<Integer>, Letter> stage = peers();
        assertThatThrownBy(() -> stage.call(id -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use CallOptions.peer");
        assertThatThrownBy(() -> two().call(CallOptions.<Note>defaults().peer(here), id -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'peer' must not be given");
        assertThatCode(() -> stage.ticket(new PeerToken<>(here, 1)).close()).doesNotThrowAnyException();
    }
}
