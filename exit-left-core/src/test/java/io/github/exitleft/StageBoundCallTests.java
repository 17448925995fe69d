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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls whose tokens are known only after sending (M18, and M3 for what comes meanwhile). */
class StageBoundCallTests extends NoteFixture {

    private enum Form {
        CALL,
        CALL_ASYNC
    }

    private final List<CompletableFuture<Integer>> tokens = new ArrayList<>();
    private final List<GiveUp> reasons = new CopyOnWriteArrayList<>();
    private final CallOptions<Note> options = CallOptions.<Note>defaults().onGiveUp(reasons::add);

    /** A stage whose keeper reads while callers still send. */
    private Stage<Integer, Note> kept(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return stage(builder -> settings.apply(builder.keeper(Keeper.ALWAYS)));
    }

    private Stage<Integer, Note> kept() {
        return kept(builder -> builder);
    }

    private static <X extends Exception> Note ask(
            Stage<Integer, Note> stage, Form form, CallOptions<Note> options, BoundSender<Integer, X> sender)
            throws Exception {
        if (form == Form.CALL) {
            return stage.call(options, sender);
        }
        try {
            return Patience.get(stage.callAsync(options, sender));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** Waits until the stage has routed so many messages, by its source's count. */
    private void untilRouted(long messages) {
        await().until(() -> source.received.get() >= messages);
        untilHeadReadsAnew();
    }

    private List<Object> unclaimedTokens() {
        synchronized (unclaimed) {
            return unclaimed.stream().<Object>map(Unclaimed::token).toList();
        }
    }

    /** So that a test that fails doesn't wait for its callers. */
    @AfterEach
    void noRequestIsBeingSent() {
        tokens.forEach(token -> token.completeExceptionally(new IOException("the test is over")));
    }

    /** A call that is sending until the test says what its token is. */
    private final class Sending {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CompletableFuture<Integer> token = new CompletableFuture<>();
        private final Task<Note> task;

        Sending(Stage<Integer, Note> stage, Form form, CallOptions<Note> options) throws InterruptedException {
            tokens.add(token);
            task = start(() -> ask(stage, form, options, () -> {
                begun.countDown();
                try {
                    return Patience.get(token);
                } catch (ExecutionException e) {
                    throw (Exception) e.getCause();
                }
            }));
            Patience.await(begun);
        }

        Task<Note> bind(Integer to) {
            token.complete(to);
            return task;
        }
    }

    // answers

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_answerAfterItsTokenIsBound_isDelivered(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        var sending = new Sending(stage, form, options);
        Task<Note> asking = sending.bind(1);
        await().until(() -> stage.snapshot(0).role().tickets() == 1);
        add(1, "answer");

        assertThat(asking.get().text()).isEqualTo("answer");
        assertThat(reasons).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_answerBeforeItsTokenIsBound_isFound(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        var sending = new Sending(stage, form, options);
        add(1, "answer");
        add(2, "unknown");
        untilRouted(2);
        assertThat(unclaimed).as("as long as the token is not known").isEmpty();

        assertThat(sending.bind(1).get().text()).isEqualTo("answer");

        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN));
        assertThat(unclaimed.get(0).token()).isEqualTo(2);
        assertThat(reasons).isEmpty();
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
    }

    @Test
    void m18_callWithoutAKeeper_readsItsAnswerItself() throws Exception {
        Stage<Integer, Note> stage = stage();

        assertThat(stage.call(() -> {
                            add(1, "answer");
                            return 1;
                        })
                        .text())
                .isEqualTo("answer");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FINISHED, 1L);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_answersBeforeTheTokenIsBound_areCheckedAndDeliveredOnce(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        CallOptions<Note> checked = CallOptions.checked(note -> note.text().startsWith("good"));
        var sending = new Sending(stage, form, checked.attachment("question"));
        add(1, "forged");
        add(1, "good");
        add(1, "good, again");
        untilRouted(3);

        assertThat(sending.bind(1).get().text()).isEqualTo("good");

        await().untilAsserted(() ->
                assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.FOREIGN, MessageOutcome.DUPLICATE));
        assertThat(unclaimed).extracting(Unclaimed::attachment).containsOnly("question");
    }

    @Test
    void m18_twoBindingsAtOnce_eachFindTheirOwn() throws Exception {
        Stage<Integer, Note> stage = kept();
        var one = new Sending(stage, Form.CALL, options);
        var two = new Sending(stage, Form.CALL_ASYNC, options);
        add(2, "second's");
        add(1, "first's");
        untilRouted(2);

        assertThat(one.bind(1).get().text()).isEqualTo("first's");
        assertThat(two.bind(2).get().text()).isEqualTo("second's");
        assertThat(unclaimed).isEmpty();
    }

    // what is no answer

    @Test
    void m3_messageOfNoBinding_isExplainedWhenThoseHaveEndedThatWereThereWhenItCame() throws Exception {
        Stage<Integer, Note> stage = kept();
        var one = new Sending(stage, Form.CALL, options);
        add(77, "during the first");
        untilRouted(1);
        var two = new Sending(stage, Form.CALL, options);
        add(78, "during both");
        untilRouted(2);
        assertThat(unclaimed).isEmpty();

        Task<Note> first = one.bind(1);
        await().untilAsserted(() -> assertThat(unclaimedTokens()).containsExactly(77));
        Task<Note> second = two.bind(2);
        await().untilAsserted(() -> assertThat(unclaimedTokens()).containsExactly(77, 78));
        add(79, "when all tokens are bound");
        await().untilAsserted(() -> assertThat(unclaimedTokens()).containsExactly(77, 78, 79));

        assertThat(unclaimedOutcomes()).containsOnly(MessageOutcome.UNKNOWN);
        add(1, "answer");
        add(2, "answer");
        first.get();
        second.get();
    }

    @Test
    void m3_messageThatCameBeforeTheRequestWasSent_isNotItsAnswer() throws Exception {
        Stage<Integer, Note> stage = kept();
        var older = new Sending(stage, Form.CALL, options);
        add(2, "before the request");
        untilRouted(1);
        var younger = new Sending(stage, Form.CALL, options);
        Task<Note> asking = younger.bind(2);
        await().until(() -> stage.snapshot(0).role().tickets() == 1);
        add(2, "answer");

        assertThat(asking.get().text()).isEqualTo("answer");
        assertThat(unclaimed).isEmpty();
        Task<Note> other = older.bind(1);
        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN));
        add(1, "answer");
        other.get();
    }

    @Test
    void m3_messageOfASharedSource_mayBeAnAnswerAndIsForeignOtherwise() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.shared(true));
        var sending = new Sending(stage, Form.CALL, options);
        add(77, "another's");
        add(1, "answer");
        untilRouted(2);

        assertThat(sending.bind(1).get().text()).isEqualTo("answer");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.FOREIGN);
    }

    @Test
    void m2_flood_isHeldWithinItsBoundAndTheYoungestAreKept() throws Exception {
        Stage<Integer, Note> stage = kept();
        var early = new Sending(stage, Form.CALL, options.timeout(Duration.ZERO));
        var sending = new Sending(stage, Form.CALL, options);
        add(1, "answer that the flood displaces");
        for (int i = 0; i < 3 * Bindings.MOST; i++) {
            add(1_000 + i, "flood");
        }
        add(2, "answer");
        untilRouted(3 * Bindings.MOST + 2);
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(2 * Bindings.MOST + 2));

        assertThat(sending.bind(2).get().text()).isEqualTo("answer");
        assertThat(early.bind(1).failure()).isInstanceOf(StageTimeoutException.class);

        await().untilAsserted(() -> assertThat(unclaimed).hasSize(3 * Bindings.MOST + 1));
        assertThat(unclaimed.get(0).token()).isEqualTo(1);
        assertThat(unclaimedOutcomes()).containsOnly(MessageOutcome.UNKNOWN);
    }

    /** Asks a question inside the sender of the one before, and so on; the last sender runs when all are being sent. */
    private void askNested(
            Stage<Integer, Note> stage,
            int token,
            int last,
            Runnable whenAllAreSent,
            List<CompletableFuture<Note>> asked) {
        asked.add(stage.callAsync(() -> {
            if (token < last) {
                askNested(stage, token + 1, last, whenAllAreSent, asked);
            } else {
                whenAllAreSent.run();
            }
            return token;
        }));
    }

    @Test
    void m2_answersOfMoreBindingsThanMessagesAreHeldOtherwise_areAllFound() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.maxTickets(10_000));
        int bindings = 3 * Bindings.MOST;
        List<CompletableFuture<Note>> asked = new ArrayList<>();
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Runnable answer = () -> {
            for (int i = bindings; i >= 1; i--) {
                add(i, "answer " + i);
            }
            untilRouted(bindings);
        };
        var deep = new Thread(null, () -> askNested(stage, 1, bindings, answer, asked), "deep", 512 << 20);
        deep.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        deep.start();
        Patience.join(deep);

        assertThat(thrown).isEmpty();
        assertThat(asked).hasSize(bindings);
        for (int i = 0; i < bindings; i++) {
            assertThat(Patience.get(asked.get(i)).text()).isEqualTo("answer " + (bindings - i));
        }
        assertThat(unclaimed).isEmpty();
    }

    // the end of stage and source

    @ParameterizedTest
    @EnumSource(Form.class)
    void m3_closeWhileARequestIsBeingSent_explainsWhatIsHeld(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        var sending = new Sending(stage, form, options);
        add(1, "answer");
        untilRouted(1);

        stage.close();

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN);
        assertThat(sending.bind(1).failure()).isInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.CLOSED));
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 1L);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m6_failureWhileARequestIsBeingSent_endsTheCall(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        var sending = new Sending(stage, form, options);
        add(1, "answer");
        untilRouted(1);
        queue.fail(new IOException("cable cut"));
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.FAILED);

        assertThat(sending.bind(1).failure()).isInstanceOf(SourceFailedException.class);

        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m6_failureWhileARequestIsBeingSent_endsTheCallAlsoIfTheSourceWorksAgain(Form form) throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.onFailure(OnFailure.REOPEN));
        var sending = new Sending(stage, form, options);
        var cut = new IOException("cable cut");
        var failures = new AtomicInteger();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void failed(Throwable cause) {
                failures.incrementAndGet();
            }
        });
        queue.fail(cut);
        await().until(() -> failures.get() == 1);
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.OPEN);

        assertThat(sending.bind(1).failure())
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cut);

        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));
        assertThat(stage.snapshot(0).role().tickets()).isZero();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        add(1, "answer");
        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN));
    }

    @Test
    void m7_timeout_countsFromTheBeginningOfSending() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> asking = startHead(
                stage,
                () -> stage.call(options.timeout(Duration.ofSeconds(2)).attachment("question"), () -> {
                    clock.advance(Duration.ofSeconds(1));
                    return 1;
                }));
        passUnnoticed(Duration.ofMillis(999));
        assertThat(asking.isDone()).isFalse();
        pass(Duration.ofMillis(1));

        assertThat(asking.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("ticket for token '1'");
        assertThat(reasons).containsExactly(GiveUp.TIMED_OUT);
        add(1, "late");
        readAll(stage);
        assertThat(unclaimed).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.LATE);
            assertThat(left.attachment()).isEqualTo("question");
        });
    }

    // senders and tokens that are of no use

    @ParameterizedTest
    @EnumSource(Form.class)
    void m18_senderThatThrowsOrReturnsNull_hasNotSent(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        var thrown = new IOException("no route");
        assertThatThrownBy(() -> ask(stage, form, options, () -> {
                    add(77, "unknown");
                    untilRouted(1);
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.UNKNOWN);
        assertThatThrownBy(() -> ask(stage, form, options, () -> (Integer) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the sender of a call on stage 'post' returned null; let it return the token of what it has"
                        + " sent, or throw");

        assertThat(reasons).isEmpty();
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.NOT_SENT, 2L)
                .containsEntry(Outcome.FAILED, 0L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
        add(78, "shows that nothing is held any more");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(2));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void s7_tokenThatIsLive_isRefusedAfterSendingAndTheOtherIsLeftAlone(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        try (Ticket<Integer, Note> other = stage.ticket(1)) {
            var sending = new Sending(stage, form, options);
            add(1, "the other's");
            untilRouted(1);

            assertThat(sending.bind(1).failure())
                    .isInstanceOf(TokenInUseException.class)
                    .hasMessageStartingWith("the request was sent, but its answer can't be waited for: token '1'")
                    .hasMessageContaining("live ticket");

            assertThat(other.await().message().text()).isEqualTo("the other's");
        }
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        assertThat(unclaimed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m11_tokenThatRests_isRefusedAfterSending(Form form) throws Exception {
        Stage<Integer, Note> stage = kept();
        assertThatThrownBy(() -> stage.call(1, CallOptions.<Note>defaults().timeout(Duration.ZERO), () -> {}))
                .isInstanceOf(StageTimeoutException.class);

        assertThatThrownBy(() -> ask(stage, form, options, () -> 1))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageStartingWith("the request was sent, but its answer can't be waited for: token '1'")
                .hasMessageContaining("rests");
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void m2_whatIsRefusedBeforeSending_isNotSent(Form form) throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.maxTickets(1));
        var sends = new AtomicInteger();
        BoundSender<Integer, RuntimeException> sender = sends::incrementAndGet;
        try (Ticket<Integer, Note> other = stage.ticket(1)) {
            assertThatThrownBy(() -> ask(stage, form, options, sender)).isInstanceOf(TooManyTicketsException.class);
            assertThat(other.token()).isEqualTo(1);
        }
        var sending = new Sending(stage, form, options);
        assertThatThrownBy(() -> ask(stage, form, options, sender))
                .as("place of a request that is being sent")
                .isInstanceOf(TooManyTicketsException.class);
        add(2, "answer");
        untilRouted(1);
        sending.bind(2).get();
        await().until(() -> stage.snapshot(0).role().tickets() == 0);

        CallOptions<Note> resending = options.resend(Resends.every(Duration.ofSeconds(1)));
        assertThatThrownBy(() -> ask(stage, form, resending, sender))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options for a call on stage 'post' have resends, but each request of a BoundSender has a"
                        + " token of its own; call again instead");
        queue.fail(new IOException("cable cut"));
        await().until(() -> stage.snapshot(0).role().state() == BareSnapshot.State.FAILED);
        assertThatThrownBy(() -> ask(stage, form, options, sender)).isInstanceOf(SourceFailedException.class);
        stage.close();
        assertThatThrownBy(() -> ask(stage, form, options, sender)).isInstanceOf(StageClosedException.class);

        assertThat(sends).hasValue(0);
        assertThat(reasons).isEmpty();
    }

    @Test
    void m18_asynchronousCall_isRefusedWithoutAKeeperOrAContext() {
        Stage<Integer, Note> stage = stage(builder -> builder.context(() -> {
            throw new IllegalStateException("no context");
        }));
        var sends = new AtomicInteger();

        assertThatThrownBy(() -> stage.callAsync(sends::incrementAndGet)).hasMessageContaining("has no keeper");
        stage.keeper(Keeper.IDLE);
        assertThatThrownBy(() -> stage.callAsync(sends::incrementAndGet)).hasMessage("no context");

        assertThat(sends).hasValue(0);
    }

    @Test
    void s12_callFromInsideACallback_isRefusedBeforeSending() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sends = new AtomicInteger();
        List<Throwable> refused = new ArrayList<>();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                try {
                    stage.call(sends::incrementAndGet);
                } catch (Exception e) {
                    refused.add(e);
                }
            }
        });
        add(77, "unknown");
        readAll(stage);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> stage.call(sends::incrementAndGet)).isInstanceOf(InterruptedException.class);

        assertThat(refused).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(sends).hasValue(0);
    }

    // the window

    @Test
    void m13_call_waitsForAPlaceBeforeItSendsAndGivesItBack() throws Exception {
        Stage<Integer, Note> stage = kept(builder -> builder.window(1));
        var first = new Sending(stage, Form.CALL, options);
        var sends = new AtomicInteger();
        Task<Note> second = start(() -> stage.call(() -> {
            sends.incrementAndGet();
            add(2, "second's");
            return 2;
        }));
        await().until(() -> second.isDone() || isBlocked(second));
        assertThat(sends).hasValue(0);
        add(1, "first's");
        untilRouted(1);

        assertThat(first.bind(1).get().text()).isEqualTo("first's");
        assertThat(second.get().text()).isEqualTo("second's");
        assertThatThrownBy(() -> stage.call(() -> {
                    throw new IOException("no route");
                }))
                .hasMessage("no route");
        assertThat(stage.call(() -> {
                            add(3, "third's");
                            return 3;
                        })
                        .text())
                .isEqualTo("third's");
    }

    @Test
    void m13_asynchronousCall_isRefusedWhereItCouldNotWaitForAPlace() {
        Stage<Integer, Note> stage = kept(builder -> builder.window(1));
        var sends = new AtomicInteger();

        assertThatThrownBy(() -> stage.callAsync(sends::incrementAndGet))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a window");

        assertThat(sends).hasValue(0);
    }

    @Test
    void m13_errorAtAnyLookAtTheClockOfAThreadThatWaitsForAPlace_losesNoPlace() throws Exception {
        int number = 0;
        SteeredParker time;
        do {
            int which = ++number;
            var parker = new SteeredParker();
            parker.restless = true;
            var notes = new QueueSource<Note>();
            Stage<Integer, Note> stage =
                    build(Stage.<Integer, Note>builder("place-" + number, Integer.class, notes, Note::token)
                            .defaultTimeout(LONG)
                            .window(1)
                            .seam(bare -> bare.parker(parker)));
            Task<Note> asking;
            try (Ticket<Integer, Note> other = stage.ticket(1)) {
                asking = start(() -> {
                    parker.failWhen(Thread.currentThread().getName(), which, "nanoTime");
                    return stage.call(() -> {
                        notes.add(new Note(2, "answer"));
                        return 2;
                    });
                });
                await().until(() ->
                        asking.isDone() || stage.snapshot(0).window().waiting() == 1);
                assertThat(other.token()).isEqualTo(1);
            }
            await().until(asking::isDone);
            assertThat(stage.snapshot(0).window().used())
                    .as("at look " + number)
                    .isZero();
            time = parker;
        } while (time.hasFailed());
        assertThat(number).isGreaterThan(3);
    }

    // a binding that ends while the head looks for a ticket

    /** A token that does something when its hash is asked for a second time: after the look for its ticket. */
    private static final class Slow {

        private final int id;
        private final Runnable second;
        private final AtomicInteger asked = new AtomicInteger();

        Slow(int id, Runnable second) {
            this.id = id;
            this.second = second;
        }

        @Override
        public int hashCode() {
            if (asked.incrementAndGet() == 2) {
                second.run();
            }
            return id;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Slow that && that.id == id;
        }
    }

    @Test
    void m18_answerWhoseTokenIsBoundAfterTheLookForIt_isDelivered() throws Exception {
        var tokens = new QueueSource<Slow>();
        Stage<Slow, Slow> stage = build(Stage.<Slow, Slow>builder("slow", Slow.class, hooked(tokens), token -> token)
                .defaultTimeout(LONG)
                .keeper(Keeper.ALWAYS));
        var looking = new CountDownLatch(1);
        var answer = new Slow(1, () -> {
            looking.countDown();
            await().until(() -> stage.snapshot(0).role().waiters() == 1);
        });
        Slow got = stage.call(() -> {
            tokens.add(answer);
            Patience.await(looking);
            return new Slow(1, () -> {});
        });

        assertThat(got).isSameAs(answer);
    }

    /** A token that can't be compared with another. */
    private record Proud(int id) {

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            if (this != other) {
                throw new IllegalStateException("compared with " + ((Proud) other).id);
            }
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void s1_bindingThatBreaksOffAfterItsTicket_isCountedAndLeavesNothingBehind(Form form) throws Exception {
        var tokens = new QueueSource<Proud>();
        HookedSource<Proud> counted = hooked(tokens);
        Stage<Proud, Proud> stage = build(Stage.<Proud, Proud>builder("proud", Proud.class, counted, token -> token)
                .defaultTimeout(LONG)
                .keeper(Keeper.ALWAYS));
        CallOptions<Proud> hooked = CallOptions.<Proud>defaults().onGiveUp(reasons::add);
        BoundSender<Proud, Exception> sender = () -> {
            tokens.add(new Proud(2));
            await().until(() -> counted.received.get() == 1);
            tokens.add(new Proud(3));
            await().until(() -> counted.received.get() == 2); // so the first has been routed
            return new Proud(1);
        };

        assertThatThrownBy(() -> {
                    if (form == Form.CALL) {
                        stage.call(hooked, sender);
                    } else {
                        stage.callAsync(hooked, sender);
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("compared with ");

        assertThat(stage.snapshot(0).role().tickets()).isZero();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        await().untilAsserted(() -> assertThat(reasons).containsExactly(GiveUp.FAILED));
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.UNKNOWN) + count(stage, MessageOutcome.UNREADABLE))
                                .isEqualTo(2));
    }

    // everything at once

    @Test
    void m3_manyBindings_getTheirOwnAnswersAndNoMessageIsLost() throws Exception {
        long seed = System.nanoTime();
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofMillis(1)));
        var numbers = new AtomicInteger();
        List<Task<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            var random = new Random(seed + t);
            tasks.add(start(() -> {
                for (int i = 0; i < 300; i++) {
                    boolean late = random.nextInt(4) == 0;
                    Form form = Form.values()[random.nextInt(2)];
                    var mine = new AtomicInteger();
                    Note note = ask(stage, form, options, () -> {
                        mine.set(numbers.incrementAndGet());
                        add(mine.get(), "n" + mine.get());
                        if (random.nextInt(10) == 0) {
                            add(-numbers.incrementAndGet(), "unknown");
                        }
                        if (late) {
                            Thread.yield();
                        }
                        return mine.get();
                    });
                    assertThat(note).as("seed %d", seed).isEqualTo(new Note(mine.get(), "n" + mine.get()));
                }
                return null;
            }));
        }
        for (Task<Void> task : tasks) {
            task.get();
        }
        readAll(stage);

        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1_200);
        assertThat(unclaimedOutcomes()).isSubsetOf(MessageOutcome.UNKNOWN);
        assertThat(reasons).isEmpty();
    }
}
