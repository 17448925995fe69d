package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many peers that are asked at once, on one thread and by one deadline (M17). */
class StageCallAllTests extends NoteFixture {

    private static final CallOptions<Note> ALL = CallOptions.defaults();
    private static final CallOptions<Note> TWO_SECONDS = ALL.timeout(Duration.ofSeconds(2));

    private final List<Integer> sent = new CopyOnWriteArrayList<>();

    private Question<Integer, Note> asked(int peer) {
        return Question.of(peer, () -> sent.add(peer));
    }

    private Question<Integer, Note> answered(int peer) {
        return Question.of(peer, () -> add(peer, "answer " + peer));
    }

    /** What came of each question: a text, or the name of an exception. */
    private static List<String> texts(List<Answer<Integer, Note>> answers) {
        return answers.stream()
                .map(answer -> answer.failure() == null
                        ? answer.message().text()
                        : answer.failure().getClass().getSimpleName())
                .toList();
    }

    private static void assertExits(Stage<?, ?> stage, Outcome outcome, long number) {
        assertThat(stage.snapshot(0).exits().get(outcome)).as(outcome + "").isEqualTo(number);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    private Task<Note> head(Stage<Integer, Note> stage) {
        return startHead(stage, () -> stage.call(1_000_000, () -> {}));
    }

    private void end(Task<Note> head) throws Exception {
        add(1_000_000, "done");
        head.get();
    }

    @Test
    void m17_callAll_givesEachPeerItsOwnAnswerInTheirOrder() throws Exception {
        Stage<Integer, Note> stage = stage();
        var last = new AtomicBoolean();

        List<Answer<Integer, Note>> answers = stage.callAll(
                List.of(3, 1, 2),
                peer -> Question.of(peer, () -> {
                    if (peer == 2) { // the last, so that they come in another order
                        last.set(true);
                        List.of(2, 7, 3, 1).forEach(token -> add(token, "answer " + token));
                    }
                }),
                ALL);

        assertThat(texts(answers)).containsExactly("answer 3", "answer 1", "answer 2");
        assertThat(answers).extracting(Answer::peer).containsExactly(3, 1, 2);
        assertThat(answers.get(0).elapsed()).isPositive();
        assertThat(last).isTrue();
        assertExits(stage, Outcome.FINISHED, 3);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(3);
    }

    @Test
    void m17_manyPeers_areAskedAtOnceByAWaitingThread() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = head(stage);
        List<Integer> peers = IntStream.range(0, 500).boxed().toList();

        List<Answer<Integer, Note>> answers = stage.callAll(peers, this::answered, ALL);

        assertThat(texts(answers))
                .containsExactlyElementsOf(
                        peers.stream().map(peer -> "answer " + peer).toList());
        assertExitsSum(stage, 500);
        end(head);
    }

    private static void assertExitsSum(Stage<?, ?> stage, long sum) {
        assertThat(stage.snapshot(0).exits().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(sum);
    }

    @Test
    void m17_answeredQuestion_givesItsTokenBackAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<List<Answer<Integer, Note>>> all = startHead(stage, () -> stage.callAll(List.of(1, 2), this::asked, ALL));
        add(1, "a");
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1));
        add(1, "again");
        add(2, "b");

        assertThat(texts(all.get())).containsExactly("a", "b");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.DUPLICATE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m17_deadline_isTheTimeoutOfThoseThatDidNotAnswer(boolean heads) throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> other = heads ? null : head(stage);
        Task<List<Answer<Integer, Note>>> all = heads
                ? startHead(stage, () -> stage.callAll(List.of(1, 2, 3), this::asked, TWO_SECONDS))
                : startWaiter(stage, () -> stage.callAll(List.of(1, 2, 3), this::asked, TWO_SECONDS));
        add(2, "b");
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isEqualTo(heads ? 2 : 3));
        pass(Duration.ofSeconds(2));

        assertThat(texts(all.get())).containsExactly("StageTimeoutException", "b", "StageTimeoutException");
        assertThat(all.get().get(2).failure())
                .hasMessageStartingWith("no message in 2000 ms for the ticket for token '3' of stage 'post'; "
                        + (heads ? "this thread was the head" : "thread '"))
                .hasMessageContaining("1 message received meanwhile (0 unclaimed)");
        assertThatThrownBy(() -> all.get().get(0).message()).isInstanceOf(StageTimeoutException.class);
        assertThat(all.get().get(0).elapsed()).isZero();
        if (other != null) {
            end(other);
        }
        assertExits(stage, Outcome.TIMED_OUT, 2);
        add(1, "late");
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
        assertThatThrownBy(() -> stage.ticket(3))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("rests");
    }

    @Test
    void m1_openQuestions_areSentAgainTogether() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        CallOptions<Note> options =
                ALL.resend(Resends.doubling(Duration.ofMillis(500)).atMost(2));
        Task<List<Answer<Integer, Note>>> all =
                startHead(stage, () -> stage.callAll(List.of(1, 2, 3), this::asked, options));
        assertThat(sent).containsExactly(1, 2, 3);
        add(2, "b");
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isEqualTo(2));
        pass(Duration.ofMillis(500));
        await().untilAsserted(() -> assertThat(sent).containsExactly(1, 2, 3, 1, 3));
        untilHeadReadsAnew(); // by then it knows when it sends next
        passUnnoticed(Duration.ofMillis(500));
        pass(Duration.ofMillis(500));
        await().untilAsserted(() -> assertThat(sent).containsExactly(1, 2, 3, 1, 3, 1, 3));
        add(1, "a");
        add(3, "c");

        assertThat(texts(all.get())).containsExactly("a", "b", "c");
    }

    @Test
    void m17_whatGoesWrongWithOneQuestion_endsOnlyThatOne() throws Exception {
        Stage<Integer, Note> stage = stage(
                builder -> builder.classifier(note -> note.text().equals("error") ? new IOException("no") : null));
        var refused = new IOException("refused");
        var unknown = new IllegalStateException("unknown peer");
        Function<Integer, Question<Integer, Note>> ask = peer -> switch (peer) {
            case 1 -> throw unknown;
            case 2 ->
                Question.of(peer, () -> {
                    throw refused;
                });
            case 3 -> Question.of(peer, () -> add(3, "error"));
            case 4 -> Question.of(peer, () -> CompletableFuture.failedFuture(refused));
            case 6 -> null;
            default -> answered(peer);
        };
        try (Ticket<Integer, Note> taken = stage.ticket(5)) {
            List<Answer<Integer, Note>> answers = stage.callAll(List.of(1, 2, 3, 4, 5, 6, 7), ask, ALL);

            assertThat(texts(answers))
                    .containsExactly(
                            "IllegalStateException",
                            "SendFailedException",
                            "ErrorReplyException",
                            "SendFailedException",
                            "TokenInUseException",
                            "NullPointerException",
                            "answer 7");
            assertThat(answers.get(0).failure()).isSameAs(unknown);
            assertThat(answers.get(1).failure())
                    .hasCause(refused)
                    .hasMessage("request for the ticket for token '2' of stage 'post' was not sent; look at the cause");
            assertThat(answers.get(3).failure()).hasCause(refused);
            assertThat(answers.get(5).failure()).hasMessage("question for peer '6' must not be null");
            assertThat(taken.token()).isEqualTo(5);
        }
        assertExits(stage, Outcome.NOT_SENT, 2);
        assertExitsSum(stage, 4);
    }

    @Test
    void m17_requestThatTurnsOutNotToHaveBeenSent_doesNotHoldTheOthers() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        var sending = new CompletableFuture<String>();
        Function<Integer, Question<Integer, Note>> ask =
                peer -> peer == 1 ? Question.of(peer, () -> sending) : asked(peer);
        Task<List<Answer<Integer, Note>>> all = startWaiter(stage, () -> stage.callAll(List.of(1, 2), ask, ALL));
        sending.completeExceptionally(new IOException("refused"));
        await().untilAsserted(() ->
                assertThat(stage.snapshot(0).exits().get(Outcome.NOT_SENT)).isEqualTo(1));
        add(2, "b");

        assertThat(texts(all.get())).containsExactly("SendFailedException", "b");
        end(head);
    }

    @Test
    void m4_answersMustPassBothChecks() throws Exception {
        Stage<Integer, Note> stage = stage();
        CallOptions<Note> options = CallOptions.checked(note -> !note.text().equals("bad"));

        List<Answer<Integer, Note>> answers = stage.callAll(
                List.of(1),
                peer -> Question.of(peer, note -> !note.text().equals("worse"), () -> {
                    add(1, "bad");
                    add(1, "worse");
                    add(1, "good");
                }),
                options);

        assertThat(texts(answers)).containsExactly("good");
        assertThat(count(stage, MessageOutcome.FOREIGN)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s10_interrupt_givesAllUp(boolean heads) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> other = heads ? null : head(stage);
        List<GiveUp> reasons = new ArrayList<>();
        CallOptions<Note> options = ALL.onGiveUp(reasons::add);
        Task<List<Answer<Integer, Note>>> all = heads
                ? startHead(stage, () -> stage.callAll(List.of(1, 2, 3), this::asked, options))
                : startWaiter(stage, () -> stage.callAll(List.of(1, 2, 3), this::asked, options));
        add(1, "a");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1));
        all.thread.interrupt();

        assertThat(all.failure()).isInstanceOf(InterruptedException.class);
        assertThat(reasons).containsExactly(GiveUp.INTERRUPTED, GiveUp.INTERRUPTED);
        if (other != null) {
            end(other);
        }
        assertExits(stage, Outcome.INTERRUPTED, 2);
    }

    @Test
    void s10_interruptAfterTheLastAnswer_keepsTheAnswersAndTheFlag() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        Task<String> all = startWaiter(
                stage,
                () -> texts(stage.callAll(List.of(1, 2), this::asked, ALL)) + " "
                        + Thread.currentThread().isInterrupted());
        clock.hold(all.thread);
        add(1, "a");
        add(2, "b");
        await().untilAsserted(() -> assertThat(source.received).hasValue(2));
        untilHeadReadsAnew();
        all.thread.interrupt();
        clock.release(all.thread);

        assertThat(all.get()).isEqualTo("[a, b] true");
        end(head);
    }

    @Test
    void s10_senderThatIsInterrupted_givesUpWhatWasSentOnly() throws Exception {
        Stage<Integer, Note> stage = stage();
        List<GiveUp> reasons = new ArrayList<>();
        Function<Integer, Question<Integer, Note>> ask = peer -> peer == 2
                ? Question.of(peer, () -> {
                    throw new InterruptedException("in the sender");
                })
                : asked(peer);

        assertThatThrownBy(() -> stage.callAll(List.of(1, 2, 3), ask, ALL.onGiveUp(reasons::add)))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("in the sender");
        assertThat(sent).containsExactly(1);
        assertThat(reasons).containsExactly(GiveUp.INTERRUPTED);
        assertExits(stage, Outcome.INTERRUPTED, 1);
        assertExits(stage, Outcome.NOT_SENT, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void s10_senderThatIsInterruptedWhenNoQuestionIsOpen_isThrown(int interrupted) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = head(stage);

        assertThatThrownBy(() -> stage.callAll(
                        List.of(1, 2),
                        peer -> Question.of(peer, () -> {
                            if (peer == interrupted) {
                                await().until(() -> source.received.get() == peer - 1);
                                untilHeadReadsAnew();
                                throw new InterruptedException("while sending");
                            }
                            add(peer, "answer " + peer);
                        }),
                        ALL))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("while sending");

        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.NOT_SENT, 1L);
        assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        end(head);
    }

    @Test
    void s16_closeOfTheStage_isTheResultOfThoseThatDidNotAnswer() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<List<Answer<Integer, Note>>> all = startHead(stage, () -> stage.callAll(List.of(1, 2), this::asked, ALL));
        add(1, "a");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1));
        stage.close();

        assertThat(texts(all.get())).containsExactly("a", "StageClosedException");
        assertExits(stage, Outcome.CLOSED, 1);
    }

    @Test
    void m6_failureOfTheSource_isTheResultOfThoseThatDidNotAnswer() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<List<Answer<Integer, Note>>> all = startHead(stage, () -> stage.callAll(List.of(1, 2), this::asked, ALL));
        add(1, "a");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1));
        source.hook = rest -> {
            throw new IOException("cable");
        };
        source.wakeup();

        assertThat(texts(all.get())).containsExactly("a", "SourceFailedException");
        assertThat(all.get().get(1).failure()).hasRootCauseMessage("cable");
        assertExits(stage, Outcome.FAILED, 1);
    }

    @Test
    void m2_moreQuestionsThanTickets_areRefusedOneByOne() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.maxTickets(2));

        List<Answer<Integer, Note>> answers = stage.callAll(List.of(1, 2, 3), this::answered, ALL);

        assertThat(texts(answers)).containsExactly("answer 1", "answer 2", "TooManyTicketsException");
    }

    @Test
    void m17_nothingToAsk_isNoWait() throws Exception {
        Stage<Integer, Note> stage = stage();

        assertThat(stage.callAll(List.<Integer>of(), this::asked, ALL)).isEmpty();
        assertExitsSum(stage, 0);
        assertThatThrownBy(() -> Question.of(null, () -> {})).isInstanceOf(NullPointerException.class);
    }
}
