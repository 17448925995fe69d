package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tokens whose question ended without its answer rest (M11). */
class StageRestTests extends NoteFixture {

    private static final CallOptions<Note> NO_TIME =
            CallOptions.<Note>defaults().timeout(Duration.ZERO);

    private static void timeOut(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.call(token, NO_TIME, () -> {})).isInstanceOf(StageTimeoutException.class);
    }

    private static void assertRests(Stage<Integer, Note> stage, int token) {
        assertThatThrownBy(() -> stage.ticket(token))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("rests");
    }

    private static void assertFree(Stage<Integer, Note> stage, int token) {
        assertThatCode(() -> stage.ticket(token).close()).doesNotThrowAnyException();
    }

    @Test
    void m11_tokenOfACallThatTimedOut_isRefusedUntilItsAnswerHasCome() throws Exception {
        Stage<Integer, Note> stage = stage();
        timeOut(stage, 1);

        assertRests(stage, 1);
        add(1, "to the first question");
        readAll(stage);

        assertThat(unclaimed).extracting(Unclaimed::outcome).containsExactly(MessageOutcome.LATE);
        assertThat(stage.call(1, () -> add(1, "to the second question")).text()).isEqualTo("to the second question");
    }

    @Test
    void m11_tokenOfARequestThatWasSentTwice_isRefusedUntilBothAnswersHaveCome() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sent = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .resend(Resends.every(Duration.ofMillis(1)).atMost(1));
        var caller = new Thread(() -> assertThatThrownBy(() -> stage.call(1, options, sent::incrementAndGet))
                .isInstanceOf(InterruptedException.class));
        caller.start();
        await().until(() -> sent.get() == 2);
        caller.interrupt();
        Patience.join(caller);

        add(1, "to the first sending");
        readAll(stage);
        assertRests(stage, 1);
        add(1, "to the second");
        readAll(stage);
        assertFree(stage, 1);
        assertThat(unclaimed).extracting(Unclaimed::outcome).containsExactly(MessageOutcome.LATE, MessageOutcome.LATE);
    }

    @Test
    void m11_gatherForANumberThatTimedOut_letsItsTokenRestUntilAllOfThemHaveCome() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        assertThat(stage.gather(1, NO_TIME, Until.first(3), () -> add(1, "first"))
                        .end())
                .isEqualTo(Gathered.End.DEADLINE);

        add(1, "second");
        readAll(stage);
        assertRests(stage, 1);
        add(1, "third");
        readAll(stage);
        assertFree(stage, 1);
    }

    @Test
    void m11_gatherThatTimedOutBeforeItsLastAnswer_letsItsTokenRestForAllTheTime() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Until<Note> last = Until.matches(note -> note.text().equals("last"));
        assertThat(stage.gather(1, NO_TIME, last, () -> add(1, "first")).end()).isEqualTo(Gathered.End.DEADLINE);

        for (String late : new String[] {"second", "last"}) {
            add(1, late);
            readAll(stage);
            assertRests(stage, 1);
        }
        clock.advance(Duration.ofSeconds(60));
        assertFree(stage, 1);
    }

    @Test
    void m11_refusal_saysSinceWhenTheTokenRestsAndWhichKeysChangeThat() {
        Stage<Integer, Note> stage = timed(builder -> builder.rest(Duration.ofSeconds(20)));
        timeOut(stage, 1);
        clock.advance(Duration.ofMillis(1_500));

        assertThatThrownBy(() -> stage.call(1, () -> {}))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("token '1' of stage 'post' rests")
                .hasMessageContaining("1500 ms ago")
                .hasMessageContaining("tokens.rest (StageBuilder.rest), which is PT20S")
                .hasMessageContaining("tokens.reuse (StageBuilder.reuse)");
    }

    @Test
    void m11_rest_isOverAfterItsTime() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        timeOut(stage, 1);

        clock.advance(Duration.ofSeconds(60).minusNanos(1));
        assertRests(stage, 1);
        clock.advance(Duration.ofNanos(1));

        assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");
    }

    @Test
    void m11_answeredToken_isFreeAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        for (int i = 0; i < 3; i++) {
            assertThat(stage.call(1, () -> add(1, "answer")).text()).isEqualTo("answer");
        }
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            add(1, "answer");
            ticket.await();
        }
        assertFree(stage, 1);
    }

    @Test
    void m11_ticketClosedUnanswered_letsItsTokenRestWhetherItWasAwaitedOrNot() {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> awaited = stage.ticket(1)) {
            assertThatThrownBy(() -> awaited.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
        }
        stage.ticket(2).close();

        assertRests(stage, 1);
        assertRests(stage, 2);
    }

    @Test
    void m11_ticketClosedWithMessagesInItsMailbox_letsItsTokenGo() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> late = stage.ticket(1)) {
            assertThatThrownBy(() -> late.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
            try (Ticket<Integer, Note> unread = stage.ticket(2)) {
                add(1, "late");
                add(2, "left");
                readAll(stage);
                assertThat(unread.token()).isEqualTo(2);
            }
        }
        assertFree(stage, 1);
        assertFree(stage, 2);
    }

    @Test
    void m11_interruptedCall_letsItsTokenRest() {
        Stage<Integer, Note> stage = stage();
        Task<Note> caller = startHead(stage, () -> stage.call(1, () -> {}));
        caller.thread.interrupt();
        assertThat(caller.failure()).isInstanceOf(InterruptedException.class);

        assertRests(stage, 1);
    }

    @Test
    void m11_callThatCouldNotSend_letsItsTokenGo() {
        Stage<Integer, Note> stage = stage();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.call(1, () -> {
                        throw new IOException("no route");
                    }))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stage.call(1, () -> CompletableFuture.failedFuture(new IOException("no route"))))
                    .isInstanceOf(SendFailedException.class);
        }
    }

    @Test
    void m11_callThatSentAgainBeforeItsFirstSendFailed_letsItsTokenRest() {
        Stage<Integer, Note> stage = stage();
        var first = new CompletableFuture<Void>();
        var sends = new AtomicInteger();
        Task<Note> caller = start(() -> stage.call(
                1,
                CallOptions.<Note>defaults().resend(Resends.every(Duration.ofMillis(1))),
                () -> sends.incrementAndGet() == 1 ? first : CompletableFuture.<Void>completedFuture(null)));
        await().until(() -> sends.get() > 2);
        first.completeExceptionally(new IOException("no route"));
        assertThat(caller.failure()).isInstanceOf(SendFailedException.class);

        assertRests(stage, 1);
    }

    @Test
    void m11_asynchronousCalls_letTheirTokensRestOrGoAsOthersDo() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.IDLE));
        assertThat(stage.callAsync(1, () -> {}).cancel(false)).isTrue();
        assertRests(stage, 1);
        CompletableFuture<Note> timedOut = stage.callAsync(2, NO_TIME, () -> {});
        assertThatThrownBy(() -> Patience.get(timedOut)).hasCauseInstanceOf(StageTimeoutException.class);
        assertRests(stage, 2);
        assertThatThrownBy(() -> stage.callAsync(2, () -> {})).isInstanceOf(TokenInUseException.class);
        CompletableFuture<Note> answered = stage.callAsync(3, () -> add(3, "answer"));
        assertThat(Patience.get(answered).text()).isEqualTo("answer");
        assertFree(stage, 3);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.callAsync(4, () -> {
                        throw new IOException("no route");
                    }))
                    .isInstanceOf(IOException.class);
            CompletableFuture<Note> unsent =
                    stage.callAsync(4, () -> CompletableFuture.failedFuture(new IOException("no route")));
            assertThatThrownBy(() -> Patience.get(unsent)).hasCauseInstanceOf(SendFailedException.class);
        }
    }

    @Test
    void m11_stream_isRefusedARestingTokenAndLetsItsOwnGo() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.IDLE));
        timeOut(stage, 1);
        assertThat(subscribe(stage, 1).error.get()).isInstanceOf(TokenInUseException.class);

        subscribe(stage, 2).subscription.cancel();
        assertFree(stage, 2);
    }

    private static final class Quiet implements Flow.Subscriber<Note> {
        final CompletableFuture<Throwable> error = new CompletableFuture<>();
        Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Note item) {}

        @Override
        public void onError(Throwable thrown) {
            error.complete(thrown);
        }

        @Override
        public void onComplete() {}
    }

    private static Quiet subscribe(Stage<Integer, Note> stage, int token) {
        var subscriber = new Quiet();
        stage.messages(token).subscribe(subscriber);
        return subscriber;
    }

    @Test
    void m11_reuseAllowed_takesATokenAgainAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.reuse(Reuse.ALLOW));
        timeOut(stage, 1);

        assertThat(stage.call(1, () -> add(1, "to either question")).text()).isEqualTo("to either question");
    }

    @Test
    void m11_reuse_isAllowedByDefaultOnlyWhereTokensAreAddresses() {
        assertThat(settings(Integer.class).reuse()).isEqualTo(Reuse.REFUSE);
        assertThat(settings(PeerToken.class).reuse()).isEqualTo(Reuse.REFUSE);
        assertThat(settings(SocketAddress.class).reuse()).isEqualTo(Reuse.ALLOW);
        assertThat(settings(InetSocketAddress.class).reuse()).isEqualTo(Reuse.ALLOW);
    }

    private <T> StageSettings<T, Note> settings(Class<T> type) {
        return Stage.builder("post", type, queue, note -> null).settings;
    }

    @Test
    void m11_negativeRest_isRefusedAndNoneLetsTokensGo() {
        assertThatThrownBy(() -> stage(builder -> builder.rest(Duration.ofNanos(-1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'rest' must not be negative, but is PT-0.000000001S");

        Stage<Integer, Note> stage = stage(builder -> builder.rest(Duration.ZERO));
        timeOut(stage, 1);
        assertFree(stage, 1);
    }

    @Test
    void m11_forgottenQuestion_isLateAndNotUnknownAsLongAsItsTokenRests() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.rest(Duration.ofHours(1)));
        timeOut(stage, 1);
        clock.advance(Duration.ofMinutes(5));

        add(1, "to the first question");
        readAll(stage);

        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.LATE);
            assertThat(left.late()).isEqualTo(Duration.ofMinutes(5));
        });
        assertFree(stage, 1);
    }

    @Test
    void m11_refusedTicket_isNotTheOneThatTriesAFailedSourceAgain() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        timeOut(stage, 1);
        assertThatThrownBy(() -> stage.call(2, () -> queue.fail(new IOException("cable cut"))))
                .isInstanceOf(SourceFailedException.class);
        clock.advance(Duration.ofSeconds(1));

        assertRests(stage, 1);

        assertFree(stage, 3);
    }

    /** A token that lets a test in while the stage looks whether it rests. */
    private record Probe(int number, Runnable atLook) {

        @Override
        public int hashCode() {
            boolean looks = StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getMethodName().equals("takeIfRested")));
            if (looks) {
                atLook.run();
            }
            return number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Probe probe && probe.number == number;
        }
    }

    @Test
    void m11_lateAnswerFiledForATicketThatIsBeingRefused_isLateAndEndsTheRest() throws Exception {
        Stage<Probe, Note> stage =
                build(Stage.builder("post", Probe.class, source, (Note note) -> new Probe(note.token(), () -> {}))
                        .defaultTimeout(LONG));
        Task<Note> head = startHead(stage, () -> stage.call(new Probe(0, () -> {}), () -> {}));
        assertThatThrownBy(() -> stage.call(
                        new Probe(1, () -> {}), CallOptions.<Note>defaults().timeout(Duration.ZERO), () -> {}))
                .isInstanceOf(StageTimeoutException.class);
        var filed = new AtomicInteger();
        var probe = new Probe(1, () -> {
            if (filed.getAndIncrement() == 0) {
                long reads = source.reads.get();
                add(1, "to the first question");
                await().until(() -> source.reads.get() > reads);
            }
        });

        assertThatThrownBy(() -> stage.ticket(probe)).hasMessageContaining("rests");

        assertThat(filed).hasPositiveValue();
        assertThat(count(stage, MessageOutcome.LATE)).isEqualTo(1);
        stage.ticket(new Probe(1, () -> {})).close();
        add(0, "mine");
        head.get();
    }

    @Test
    void m11_lateAnswerWhileATokenIsGivenBack_endsItsRest() throws Exception {
        var given = new AtomicInteger();
        Thread caller = Thread.currentThread();
        // set by the caller for what it attached, after its mailbox is closed and before its ticket is given back
        Timer timer = (nanos, task) -> {
            if (Thread.currentThread() == caller && given.getAndIncrement() == 0) {
                add(1, "late");
                await().until(() -> count(lateOn.get(), MessageOutcome.LATE) == 1);
            }
            return Timer.JVM.after(nanos, task);
        };
        Stage<Integer, Note> stage = stage(builder ->
                builder.keeper(Keeper.ALWAYS).rest(LONG).issuer(() -> 1).timer(timer));
        lateOn.set(stage);

        assertThatThrownBy(() -> stage.call(NO_TIME.attachment("attached"), id -> {}))
                .isInstanceOf(StageTimeoutException.class);

        assertThat(given).hasPositiveValue();
        assertThat(stage.parts.gate.issuing().resting()).isZero();
        assertThat(stage.parts.gate.issuing().live()).isZero();
    }

    private final AtomicReference<Stage<?, ?>> lateOn = new AtomicReference<>();
}
