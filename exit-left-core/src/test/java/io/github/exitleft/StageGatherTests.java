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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many answers of one token, until an end (M16). */
class StageGatherTests extends NoteFixture {

    private static final Until<Note> LAST = Until.matches(note -> note.text().startsWith("last"));
    private static final CallOptions<Note> TWO_SECONDS =
            CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2));

    private final AtomicInteger sent = new AtomicInteger();

    private static List<String> texts(Gathered<Note> gathered) {
        return gathered.messages().stream().map(Note::text).toList();
    }

    private static void assertOneExit(Stage<?, ?> stage, Outcome outcome) {
        assertThat(stage.snapshot(0).exits().get(outcome)).as(outcome + "").isEqualTo(1);
        assertThat(stage.snapshot(0).exits().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    /** Starts a head beside the test's own wait. */
    private Task<Note> head(Stage<Integer, Note> stage) {
        return startHead(stage, () -> stage.call(1, () -> {}));
    }

    private void end(Task<Note> head) throws Exception {
        add(1, "done");
        head.get();
    }

    // the ends

    @Test
    void m16_gather_endsWithTheMessageThatMatches() throws Exception {
        Stage<Integer, Note> stage = stage();

        Gathered<Note> gathered = stage.gather(2, LAST, () -> {
            add(2, "a");
            add(7, "another's");
            add(2, "b");
            add(2, "last");
            add(2, "one too many");
        });

        assertThat(texts(gathered)).containsExactly("a", "b", "last");
        assertThat(gathered.end()).isEqualTo(Gathered.End.MATCHED);
        readAll(stage);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(3);
        assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FINISHED, 1L);
    }

    @Test
    void m16_gather_endsWithItsNumber() throws Exception {
        Stage<Integer, Note> stage = stage();

        Gathered<Note> gathered = stage.gather(2, Until.first(2), () -> {
            add(2, "a");
            add(2, "b");
            add(2, "c");
        });

        assertThat(texts(gathered)).containsExactly("a", "b");
        assertThat(gathered.end()).isEqualTo(Gathered.End.NUMBER);
        assertOneExit(stage, Outcome.FINISHED);
        readAll(stage);
        assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void m16_gatherOfAWaitingThread_endsAsOneOfTheHeadDoes() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = head(stage);
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, LAST.atMost(9), () -> add(2, "a")));
        add(2, "b");
        add(2, "last");

        assertThat(texts(gather.get())).containsExactly("a", "b", "last");
        assertThat(gather.get().end()).isEqualTo(Gathered.End.MATCHED);
        assertOneOf(stage, Outcome.SIGNALLED);
        end(head);
    }

    private static void assertOneOf(Stage<?, ?> stage, Outcome outcome) {
        assertThat(stage.snapshot(0).exits().get(outcome)).as(outcome + "").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m16_silence_isCountedFromTheLastMessage(boolean heads) throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> other = heads ? null : head(stage);
        Until<Note> quiet = Until.<Note>silence(Duration.ofMillis(300)).atMost(9);
        Task<Gathered<Note>> gather = heads
                ? startHead(stage, () -> stage.gather(2, quiet, () -> {}))
                : startWaiter(stage, () -> stage.gather(2, quiet, () -> {}));
        for (String text : List.of("a", "b", "c")) {
            passUnnoticed(Duration.ofMillis(250));
            long before = source.received.get();
            add(2, text);
            await().untilAsserted(() -> assertThat(source.received.get()).isGreaterThan(before));
            untilHeadReadsAnew(); // so that the message has been stamped by now
        }
        assertThat(gather.isDone()).isFalse();
        pass(Duration.ofMillis(300));

        assertThat(texts(gather.get())).containsExactly("a", "b", "c");
        assertThat(gather.get().end()).isEqualTo(Gathered.End.QUIET);
        assertThat(stage.snapshot(0).exits().get(Outcome.TIMED_OUT)).isZero();
        if (other != null) {
            end(other);
        }
    }

    @Test
    void m16_silenceFromTheBeginning_endsTheGatherWithNothing() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Gathered<Note>> gather =
                startHead(stage, () -> stage.gather(2, Until.silence(Duration.ofMillis(300)), () -> {}));
        pass(Duration.ofMillis(300));

        assertThat(gather.get()).isEqualTo(new Gathered<Note>(List.of(), Gathered.End.QUIET));
        add(2, "afterwards");
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
    }

    @Test
    void m16_silenceThatAPauseOfTheProcessSeemsToBe_isLookedIntoFirst() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Gathered<Note>> gather =
                startHead(stage, () -> stage.gather(2, LAST.quiet(Duration.ofMillis(300)), () -> {}));
        source.hook = rest -> {
            if (rest.isZero()) {
                source.hook = any -> {};
                add(2, "last"); // which the source has had all the time
            }
        };
        pass(Duration.ofSeconds(1));

        assertThat(texts(gather.get())).containsExactly("last");
        assertThat(gather.get().end()).isEqualTo(Gathered.End.MATCHED);
    }

    @Test
    void m16_messageThatIsFoundByTheLastLook_beginsTheSilenceAnew() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = head(stage);
        var filing = new CountDownLatch(1);
        CallOptions<Note> slow = CallOptions.checked(note -> {
            if (note.text().equals("a")) { // so it is filed long after it was received
                waitFor(filing);
            }
            return true;
        });
        Until<Note> quiet = Until.silence(Duration.ofMillis(50));
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, slow, quiet, () -> {}));
        passUnnoticed(Duration.ofMillis(30));
        add(2, "a");
        await().until(() -> source.received.get() == 1);
        long deadline = clock.nanoTime() + Duration.ofMillis(20).toNanos();
        clock.beforeReading = () -> {
            if (Thread.currentThread() == gather.thread && filing.getCount() > 0 && isLookedAtByItsWait()) {
                int reads = source.reads.get();
                filing.countDown();
                await().until(() -> source.reads.get() > reads); // between the look for a message and the last one
            }
        };
        clock.advance(Duration.ofMillis(20));
        await().until(() -> filing.getCount() == 0);
        assertThat(deadline).isEqualTo(clock.nanoTime());
        await().until(() ->
                gather.isDone() || stage.parts.bare.parts.registrations.find(2).state == Waiter.State.WAITING);
        add(2, "b");
        await().until(() -> source.received.get() == 2);
        untilHeadReadsAnew();
        clock.advance(Duration.ofMillis(50));

        assertThat(texts(gather.get())).containsExactly("a", "b");
        assertThat(gather.get().end()).isEqualTo(Gathered.End.QUIET);
        end(head);
    }

    /** Whether it is the wait itself that looks at the clock: after its look for a message, and before its last one. */
    private static boolean isLookedAtByItsWait() {
        return StackWalker.getInstance()
                .walk(frames -> frames.dropWhile(frame -> !frame.getMethodName().equals("nanoTime"))
                        .skip(1)
                        .findFirst()
                        .filter(frame -> frame.getMethodName().equals("untilMessageOrDeadline"))
                        .isPresent());
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            Patience.await(latch);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void m16_deadlineWithSomeAnswers_givesThemAndSaysSo() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, TWO_SECONDS, LAST, () -> add(2, "a")));
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        pass(Duration.ofSeconds(2));

        assertThat(texts(gather.get())).containsExactly("a");
        assertThat(gather.get().end()).isEqualTo(Gathered.End.DEADLINE);
        assertOneExit(stage, Outcome.TIMED_OUT);
        add(2, "last");
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
    }

    @Test
    void m16_deadlineWithoutAnAnswer_isATimeout() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, TWO_SECONDS, LAST, () -> {}));
        pass(Duration.ofSeconds(2));

        assertThat(gather.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageStartingWith("no message in 2000 ms for the ticket for token '2' of stage 'post'");
        assertOneExit(stage, Outcome.TIMED_OUT);
    }

    @Test
    void m16_answersFiledBeforeTheDeadline_areAmongThem() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, TWO_SECONDS, LAST, () -> {}));
        clock.hold(gather.thread);
        add(2, "a");
        add(2, "last");
        await().untilAsserted(() -> assertThat(source.received).hasValue(2));
        untilHeadReadsAnew();
        clock.advance(Duration.ofSeconds(2));
        clock.release(gather.thread);

        assertThat(gather.get().end()).isEqualTo(Gathered.End.MATCHED);
        assertThat(texts(gather.get())).containsExactly("a", "last");
        end(head);
    }

    // what ends it by an exception

    @Test
    void m16_interruptedGather_abandonsWhatItHas() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, LAST, () -> add(2, "a")));
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        gather.thread.interrupt();

        assertThat(gather.failure()).isInstanceOf(InterruptedException.class);
        assertThat(unclaimed.get(0).message()).isEqualTo(new Note(2, "a"));
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
        assertOneExit(stage, Outcome.INTERRUPTED);
        add(2, "last");
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED, MessageOutcome.LATE);
    }

    @Test
    void s10_interruptAfterTheLastAnswer_keepsTheAnswersAndTheFlag() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        Task<String> gather = startWaiter(
                stage,
                () -> texts(stage.gather(2, LAST, () -> {})) + " "
                        + Thread.currentThread().isInterrupted());
        clock.hold(gather.thread);
        add(2, "a");
        add(2, "last");
        await().untilAsserted(() -> assertThat(source.received).hasValue(2));
        untilHeadReadsAnew();
        gather.thread.interrupt();
        clock.release(gather.thread);

        assertThat(gather.get()).isEqualTo("[a, last] true");
        end(head);
    }

    @Test
    void m16_gatherOnAStageThatIsClosed_isToldSo() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, LAST, () -> add(2, "a")));
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        stage.close();

        assertThat(gather.failure()).isInstanceOf(StageClosedException.class);
        assertOneExit(stage, Outcome.CLOSED);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
    }

    @Test
    void m16_gatherWhoseSourceFails_isToldWhy() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, LAST, () -> add(2, "a")));
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        source.hook = rest -> {
            throw new IOException("cable");
        };
        source.wakeup();

        assertThat(gather.failure()).isInstanceOf(SourceFailedException.class).hasRootCauseMessage("cable");
        assertOneExit(stage, Outcome.FAILED);
    }

    @Test
    void m16_mailboxThatOverflows_isAnErrorAndNoGap() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.mailbox(2, Overflow.DROP_OLDEST));
        Task<Note> head = head(stage);
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, LAST, () -> {}));
        clock.hold(gather.thread);
        for (String text : List.of("a", "b", "dropped", "dropped too", "last")) {
            add(2, text);
        }
        await().untilAsserted(() -> assertThat(source.received).hasValue(5));
        untilHeadReadsAnew();
        clock.release(gather.thread);

        assertThat(gather.failure())
                .isInstanceOf(GatherFailedException.class)
                .hasMessage("gather with the ticket for token '2' of stage 'post' is incomplete: its mailbox was full,"
                        + " and 3 messages were dropped; raise mailbox-capacity, or StageBuilder.mailbox");
        assertThat(count(stage, MessageOutcome.OVERFLOW)).isEqualTo(3);
        assertThat(count(stage, MessageOutcome.ABANDONED)).isEqualTo(2);
        assertOneOf(stage, Outcome.FAILED);
        end(head);
    }

    @Test
    void m16_messageAfterAGap_isNotGatheredThoughThereIsRoomAgain() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.mailbox(2, Overflow.DROP_NEWEST));
        Task<Note> head = head(stage);
        Until<Note> last = Until.matches(note -> {
            if (note.text().equals("a")) { // there is room now for one
                add(2, "last");
                await().untilAsserted(() -> assertThat(source.received).hasValue(4));
                untilHeadReadsAnew();
            }
            return note.text().equals("last");
        });
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, last, () -> {}));
        clock.hold(gather.thread);
        for (String text : List.of("a", "b", "dropped")) {
            add(2, text);
        }
        await().untilAsserted(() -> assertThat(source.received).hasValue(3));
        untilHeadReadsAnew();
        clock.release(gather.thread);

        assertThat(gather.failure())
                .isInstanceOf(GatherFailedException.class)
                .hasMessageContaining("2 messages were dropped");
        end(head);
    }

    @Test
    void m16_whatIsLeftBehindTheLastAnswer_isADuplicate() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, LAST, () -> {}));
        clock.hold(gather.thread);
        for (String text : List.of("a", "last", "behind it")) {
            add(2, text);
        }
        await().untilAsserted(() -> assertThat(source.received).hasValue(3));
        untilHeadReadsAnew();
        clock.release(gather.thread);

        assertThat(texts(gather.get())).containsExactly("a", "last");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.DUPLICATE);
        end(head);
    }

    @Test
    void m16_overflowBehindTheLastAnswer_isNoError() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.mailbox(2, Overflow.DROP_NEWEST));
        Task<Note> head = head(stage);
        Task<Gathered<Note>> gather = startWaiter(stage, () -> stage.gather(2, LAST, () -> {}));
        clock.hold(gather.thread);
        for (String text : List.of("a", "last", "behind it")) {
            add(2, text);
        }
        await().untilAsserted(() -> assertThat(source.received).hasValue(3));
        untilHeadReadsAnew();
        clock.release(gather.thread);

        assertThat(texts(gather.get())).containsExactly("a", "last");
        end(head);
    }

    @Test
    void m16_burstForTheHeadItself_needsNoRoomInItsMailbox() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.mailbox(1, Overflow.DROP_NEWEST));
        somebodyElse(stage); // or the head would not drain

        Gathered<Note> gathered = stage.gather(2, LAST, () -> {
            for (int i = 0; i < 100; i++) {
                add(2, "" + i);
            }
            add(2, "last");
        });

        assertThat(gathered.messages()).hasSize(101);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m16_predicateThatThrows_isNamedAndCountedAndEndsThatGatherOnly(boolean heads) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> other = heads ? null : head(stage);
        var fault = new IllegalStateException("a fault");
        Until<Note> faulty = Until.matches(note -> {
            throw fault;
        });

        assertThatThrownBy(() -> stage.gather(2, faulty, () -> add(2, "a")))
                .isInstanceOf(GatherFailedException.class)
                .hasMessage("predicate of the gather with the ticket for token '2' of stage 'post' threw"
                        + " java.lang.IllegalStateException: a fault; look at the cause")
                .hasCause(fault);
        assertThat(stage.snapshot(0).role().callbackFailures()).isEqualTo(1);
        assertThat(stage.snapshot(0).exits().get(Outcome.FAILED)).isEqualTo(1);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
        assertThat(stage.call(3, () -> add(3, "well")).text()).isEqualTo("well");
        if (other != null) {
            end(other);
        }
    }

    @Test
    void m18_answerThatIsAnError_endsTheGatherAndIsDelivered() {
        var refused = new IllegalStateException("refused");
        Stage<Integer, Note> stage =
                stage(builder -> builder.classifier(note -> note.text().equals("error") ? refused : null));

        assertThatThrownBy(() -> stage.gather(2, LAST, () -> {
                    add(2, "a");
                    add(2, "error");
                }))
                .isSameAs(refused);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.ABANDONED);
    }

    // sending

    @Test
    void m16_gather_sendsAgainOnlyWhileThereIsNoAnswer() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sent = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults().resend(Resends.every(Duration.ofMillis(500)));
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, options, LAST, sent::incrementAndGet));
        pass(Duration.ofMillis(500));
        await().untilAsserted(() -> assertThat(sent).hasValue(2));
        untilHeadReadsAnew();
        add(2, "a");
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        untilHeadReadsAnew();
        passUnnoticed(Duration.ofMillis(500));
        passUnnoticed(Duration.ofMillis(500));
        add(2, "last");

        assertThat(texts(gather.get())).containsExactly("a", "last");
        assertThat(sent).hasValue(2);
    }

    @Test
    void m16_requestThatWasNotSentAfterAll_endsTheGather() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sending = new CompletableFuture<String>();
        Task<Gathered<Note>> gather = startHead(stage, () -> stage.gather(2, LAST, () -> sending));
        var refused = new IOException("refused");
        sending.completeExceptionally(refused);

        assertThat(gather.failure()).isInstanceOf(SendFailedException.class).hasCause(refused);
        assertOneExit(stage, Outcome.NOT_SENT);
    }

    @Test
    void m16_senderThatThrows_leavesNothingBehind() {
        Stage<Integer, Note> stage = stage();
        var refused = new IOException("refused");

        assertThatThrownBy(() -> stage.gather(2, LAST, () -> {
                    throw refused;
                }))
                .isSameAs(refused);
        assertOneExit(stage, Outcome.NOT_SENT);
    }

    @Test
    void m4_answersThatFailTheCheck_areNotGathered() throws Exception {
        Stage<Integer, Note> stage = stage();
        CallOptions<Note> checked = CallOptions.checked(note -> !note.text().equals("forged"));

        Gathered<Note> gathered = stage.gather(2, checked, Until.first(2), () -> {
            add(2, "a");
            add(2, "forged");
            add(2, "b");
        });

        assertThat(texts(gathered)).containsExactly("a", "b");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.FOREIGN);
    }

    // issued tokens and the window

    @Test
    void m12_gatherWithAnIssuedToken_collectsItsAnswers() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.issueSequence(8));
        List<Integer> issued = new ArrayList<>();

        Gathered<Note> gathered = stage.gather(LAST, id -> {
            issued.add(id);
            add(id, "a");
            add(id, "last");
        });
        assertThat(texts(gathered)).containsExactly("a", "last");
        CallOptions<Note> noTime = CallOptions.<Note>defaults().timeout(Duration.ZERO);
        stage.gather(noTime, LAST, id -> {
            issued.add(id);
            add(id, "a");
        });

        assertThat(stage.snapshot(0).issued().live()).isZero();
        assertThat(stage.snapshot(0).issued().resting()).isEqualTo(1); // by its deadline, so that more may come
        Stage<Integer, Note> other = build(Stage.builder("other", Integer.class, new QueueSource<Note>(), Note::token));
        assertThatThrownBy(() -> other.gather(LAST, id -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("issues no tokens");
    }

    @Test
    void m13_gather_takesAPlaceAndGivesItBack() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.window(1).windowWait(Duration.ofMinutes(1)));
        Until<Note> quiet = LAST.quiet(Duration.ofMillis(300));
        Task<Gathered<Note>> first = startHead(stage, () -> stage.gather(2, LAST, () -> {}));
        assertThat(stage.snapshot(0).window().used()).isEqualTo(1);
        Task<Gathered<Note>> second = start(() -> stage.gather(3, quiet, () -> sent.incrementAndGet()));
        await().until(() -> stage.snapshot(0).window().waiting() == 1);
        passUnnoticed(Duration.ofSeconds(1)); // which is no silence
        assertThat(sent).hasValue(0);
        add(2, "last");
        first.get();
        await().until(() -> heads(stage, second));
        add(3, "last");

        assertThat(second.get().end()).isEqualTo(Gathered.End.MATCHED);
        assertThat(stage.snapshot(0).window().used()).isZero();
    }

    // giving up

    @Test
    void m14_gatherThatIsGivenUp_saysSoOnce_alsoWithSomeAnswers() throws Exception {
        Stage<Integer, Note> stage = stage();
        List<GiveUp> reasons = new ArrayList<>();
        CallOptions<Note> noTime = CallOptions.<Note>defaults()
                .timeout(Duration.ZERO)
                .attachment("the question")
                .onGiveUp(reasons::add);

        assertThat(stage.gather(2, noTime, LAST, () -> add(2, "a")).end()).isEqualTo(Gathered.End.DEADLINE);
        assertThat(reasons).containsExactly(GiveUp.TIMED_OUT);
        assertThatThrownBy(() -> stage.gather(3, noTime, LAST, () -> {})).isInstanceOf(StageTimeoutException.class);
        assertThat(reasons).containsExactly(GiveUp.TIMED_OUT, GiveUp.TIMED_OUT);
        add(2, "late");
        readAll(stage);
        assertThat(unclaimed.get(0).attachment()).isEqualTo("the question");
    }

    @Test
    void m14_gatherThatEnds_isNotGivenUp() throws Exception {
        Stage<Integer, Note> stage =
                stage(builder -> builder.classifier(note -> note.text().equals("error") ? new IOException() : null));
        List<GiveUp> reasons = new ArrayList<>();
        CallOptions<Note> options = CallOptions.<Note>defaults().onGiveUp(reasons::add);

        stage.gather(2, options, LAST, () -> add(2, "last"));
        assertThatThrownBy(() -> stage.gather(3, options, LAST, () -> add(3, "error")))
                .isInstanceOf(ErrorReplyException.class);
        assertThatThrownBy(() -> stage.gather(4, options, LAST, () -> {
                    throw new IOException("not sent");
                }))
                .isInstanceOf(IOException.class);

        assertThat(reasons).isEmpty();
    }

    @Test
    void m11_tokenOfAGatherThatItsDeadlineEnded_rests() throws Exception {
        Stage<Integer, Note> stage = stage();
        CallOptions<Note> noTime = CallOptions.<Note>defaults().timeout(Duration.ZERO);
        stage.gather(2, LAST, () -> add(2, "last"));
        stage.ticket(2).close();
        stage.gather(3, noTime, LAST, () -> add(3, "a"));

        assertThatThrownBy(() -> stage.ticket(3))
                .isInstanceOf(TokenInUseException.class)
                .hasMessageContaining("rests");
    }

    // bad input

    @Test
    void m16_gatherWithoutAnEnd_isRefused() {
        Stage<Integer, Note> stage = stage();
        var sent = new AtomicInteger();

        assertThatThrownBy(() -> stage.gather(2, null, (Sender<RuntimeException>) sent::incrementAndGet))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("'until' must not be null; say when the gather ends, by Until.matches, first or silence");
        assertThat(sent).hasValue(0);
        assertThatThrownBy(() -> Until.first(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'number' of messages must be at least 1, but is 0");
        assertThatThrownBy(() -> Until.silence(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'quiet' must be positive, but is PT0S");
        assertThatThrownBy(() -> Until.matches(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void s13_silenceOfAnySize_isLegal() throws Exception {
        Stage<Integer, Note> stage = stage();
        Until<Note> until =
                Until.<Note>silence(Duration.ofSeconds(Long.MAX_VALUE)).atMost(1);
        CallOptions<Note> forEver = CallOptions.<Note>defaults().timeout(Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(texts(stage.gather(2, forEver, until, () -> add(2, "a")))).containsExactly("a");
    }

    @Test
    void m16_gatherWithoutTime_looksAtWhatIsThere() throws Exception {
        Stage<Integer, Note> stage = stage();
        CallOptions<Note> noTime = CallOptions.<Note>defaults().timeout(Duration.ZERO);

        Gathered<Note> gathered = stage.gather(2, noTime, LAST, () -> {
            add(2, "a");
            add(2, "b");
        });

        assertThat(texts(gathered)).containsExactly("a", "b");
        assertThat(gathered.end()).isEqualTo(Gathered.End.DEADLINE);
    }

    @Test
    void s12_gatherInsideACallback_isRefused() throws Exception {
        Stage<Integer, Note> stage = stage();
        var refused = new CompletableFuture<Throwable>();
        var asked = new CountDownLatch(1);
        Until<Note> nested = Until.matches(note -> {
            try {
                asked.countDown();
                stage.gather(3, LAST, () -> {});
            } catch (IllegalStateException e) {
                refused.complete(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return true;
        });

        stage.gather(2, nested, () -> add(2, "a"));

        assertThat(asked.getCount()).isZero();
        assertThat(refused.join()).isInstanceOf(IllegalStateException.class);
    }
}
