package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Calls: ticket, send, wait, close (M1). */
class StageCallTests extends NoteFixture {

    @Test
    void m1_replyReadByAnotherHeadDuringTheSend_isNotLost() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));

        Note reply = stage.call(1, () -> {
            add(1, "quick");
            await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        });

        assertThat(reply.text()).isEqualTo("quick");
        add(9, "done");
        assertThat(head.get().text()).isEqualTo("done");
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(2);
    }

    @Test
    void m4_replyThatFailsTheCheck_isForeignAndTakesNoPlace() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.mailbox(1, Overflow.DROP_NEWEST));

        Note reply = stage.call(1, note -> note.text().equals("true"), () -> {
            add(1, "false");
            add(1, "false");
            add(1, "true");
        });

        assertThat(reply.text()).isEqualTo("true");
        assertThat(count(stage, MessageOutcome.FOREIGN)).isEqualTo(2);
        assertThat(unclaimed).hasSize(2).allSatisfy(left -> {
            assertThat(left.token()).isEqualTo(1);
            assertThat(left.message()).isEqualTo(new Note(1, "false"));
            assertThat(left.cause()).isNull();
        });
    }

    @Test
    void m4_waiterWhoseReplyFailsTheCheck_waitsOnForTheTrueOne() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(1, n -> n.text().equals("true"), () -> {}));

        add(1, "false");
        await().untilAsserted(
                        () -> assertThat(count(stage, MessageOutcome.FOREIGN)).isEqualTo(1));
        assertThat(waiter.isDone()).isFalse();
        add(1, "true");

        assertThat(waiter.get().text()).isEqualTo("true");
        add(9, "done");
        head.get();
    }

    @Test
    void callWithoutAnswer_endsAfterTheDefaultTimeoutAndNotBefore() {
        Stage<Integer, Note> stage = timed(builder -> builder.defaultTimeout(Duration.ofSeconds(2)));
        Task<Note> call = startHead(stage, () -> stage.call(1, () -> {}));

        passUnnoticed(Duration.ofMillis(1_999));
        assertThat(call.isDone()).isFalse();
        pass(Duration.ofMillis(1));

        assertThat(call.failure()).isInstanceOfSatisfying(StageTimeoutException.class, thrown -> {
            assertThat(thrown.waited()).isEqualTo(Duration.ofSeconds(2));
            assertThat(thrown.token()).isEqualTo(1);
            assertThat(thrown.stage()).isEqualTo("post");
        });
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 1L);
    }

    @Test
    void m1_resends_doubleAndEndAtTheirMostAndTheTokenStays() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        List<Long> sent = new CopyOnWriteArrayList<>();
        long start = clock.nanoTime();
        var options = CallOptions.<Note>defaults()
                .timeout(Duration.ofSeconds(10))
                .resend(Resends.doubling(Duration.ofMillis(500)).atMost(3));
        Task<Note> call =
                startHead(stage, () -> stage.call(1, options, () -> sent.add((clock.nanoTime() - start) / 1_000_000)));

        for (int pause : new int[] {500, 1_000, 2_000}) {
            int before = sent.size();
            passUnnoticed(Duration.ofMillis(pause - 1));
            assertThat(sent).hasSize(before);
            assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1);
            assertThatThrownBy(() -> stage.ticket(1)).hasMessageContaining("'1'");
            pass(Duration.ofMillis(1));
            await().untilAsserted(() -> assertThat(sent).hasSize(before + 1));
            int reads = source.reads.get();
            source.wakeup();
            await().untilAsserted(() -> assertThat(source.reads.get())
                    .as("it has set its next deadline")
                    .isGreaterThan(reads));
        }
        passUnnoticed(Duration.ofMillis(6_499));
        assertThat(call.isDone()).isFalse();
        pass(Duration.ofMillis(1));

        assertThat(call.failure())
                .isInstanceOfSatisfying(
                        StageTimeoutException.class,
                        thrown -> assertThat(thrown.waited()).isEqualTo(Duration.ofSeconds(10)));
        assertThat(sent).containsExactly(0L, 500L, 1_500L, 3_500L);
        assertThat(stage.snapshot(0).exits())
                .as("one wait, though of several entries")
                .containsEntry(Outcome.TIMED_OUT, 1L);
    }

    @Test
    void resendByAWaiter_isSentToo() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(9, () -> {}));
        var sends = new AtomicInteger();
        var options = CallOptions.<Note>defaults().resend(Resends.every(Duration.ofSeconds(1)));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(1, options, sends::incrementAndGet));

        for (int i = 2; i < 5; i++) {
            int expected = i;
            await().until(() -> clock.isParked(waiter.thread)); // until it is to send again
            clock.advance(Duration.ofSeconds(1));
            await().untilAsserted(() -> assertThat(sends).hasValue(expected));
        }
        add(1, "at last");

        assertThat(waiter.get().text()).isEqualTo("at last");
        add(9, "done");
        head.get();
    }

    @Test
    void answersToResendsAfterTheFirst_areDuplicatesWhileDrainingAndAfterwards() throws Exception {
        Stage<Integer, Note> stage = stage();

        somebodyElse(stage);
        Note reply = stage.call(1, () -> {
            add(1, "first");
            add(1, "second");
        });
        assertThat(reply.text()).isEqualTo("first");
        assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1);
        add(1, "third");
        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.DUPLICATE, MessageOutcome.DUPLICATE);
    }

    @Test
    void s7_secondLiveTicketForAToken_isRefusedBeforeAnythingIsSent() {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> first = stage.ticket(1)) {
            assertThat(first.token()).isEqualTo(1);
            var sent = new AtomicBoolean();

            assertThatThrownBy(() -> stage.call(1, () -> sent.set(true)))
                    .isInstanceOf(TokenInUseException.class)
                    .hasMessageContaining("'1'")
                    .hasMessageContaining("'post'");
            assertThat(sent).isFalse();
        }
    }

    @Test
    void s7_arraysAsTokens_areRefusedSinceTheyEqualOnlyThemselves() {
        assertThatThrownBy(() -> Stage.builder("arrays", byte[].class, new QueueSource<byte[]>(), bytes -> bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'tokenType' must not be an array, but is byte[], which equals nothing but itself; use a String, a"
                                + " ByteBuffer or a record");
        var anything = new QueueSource<>();
        Stage<Object, Object> stage =
                build(Stage.<Object, Object>builder("any", Object.class, hooked(anything), message -> message));
        var sent = new AtomicBoolean();
        for (Object token : List.of(new byte[1], new String[] {"a"}, new int[1][1])) {
            assertThatThrownBy(() -> stage.call(token, () -> sent.set(true)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token of stage 'any' is an array, "
                            + token.getClass().getTypeName());
        }
        assertThat(sent).isFalse();
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m2_oneTicketTooMany_isRefusedBeforeAnythingIsSent() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.maxTickets(2));
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            assertThat(List.of(one.token(), two.token())).containsExactly(1, 2);
            var sent = new AtomicBoolean();

            assertThatThrownBy(() -> stage.call(3, () -> sent.set(true)))
                    .isInstanceOf(TooManyTicketsException.class)
                    .hasMessageContaining("'post'")
                    .hasMessageContaining("2");
            assertThat(sent).isFalse();
            assertThat(stage.snapshot(0).role().tickets()).isEqualTo(2);
        }
        assertThat(stage.call(3, () -> add(3, "room again")).text()).isEqualTo("room again");
    }

    @Test
    void callInterruptedBeforeTheAnswer_freesTheTicketAndALaterAnswerIsLate() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> call = startHead(stage, () -> stage.call(1, () -> {}));

        call.thread.interrupt();

        assertThat(call.failure()).isInstanceOf(InterruptedException.class);
        add(1, "too late");
        readAll(stage);
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE);
    }

    @Test
    void s12_waitingInsideReaderCheckOrListener_isRefusedAtOnce() throws Exception {
        var other = new QueueSource<Note>();
        Stage<Integer, Note> elsewhere = build(Stage.builder("elsewhere", Integer.class, other, Note::token));
        var refusals = new CopyOnWriteArrayList<String>();
        try (Ticket<Integer, Note> ticket = elsewhere.ticket(7)) {
            Runnable waits = () -> {
                try {
                    ticket.await(LONG);
                    refusals.add("not refused");
                } catch (IllegalStateException e) {
                    refusals.add(e.getMessage());
                } catch (InterruptedException e) {
                    refusals.add("interrupted");
                }
            };
            Stage<Integer, Note> stage = build(Stage.<Integer, Note>builder("post", Integer.class, source, note -> {
                waits.run();
                return note.token();
            }));
            stage.addListener(new StageListener<Integer, Note>() {
                @Override
                public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                    waits.run();
                }

                @Override
                public void exited(Outcome outcome, Duration waited) {
                    waits.run();
                }

                @Override
                public void headChanged(Thread head) {
                    waits.run();
                }
            });
            add(8, "nobody's");
            Note reply = stage.call(
                    1,
                    note -> {
                        waits.run();
                        return true;
                    },
                    () -> add(1, "mine"));

            assertThat(reply.text()).isEqualTo("mine");
        }
        // head change, two readings, the unclaimed one, the check, the exit
        assertThat(refusals)
                .hasSize(6)
                .allSatisfy(
                        refusal -> assertThat(refusal).contains("'elsewhere'").contains("'post'"));
    }

    @Test
    void s12_callInsideACallback_isRefusedBeforeAnythingIsSent() throws Exception {
        Stage<Integer, Note> stage = stage();
        var sent = new AtomicBoolean();
        var refusal = new AtomicReference<Throwable>();

        stage.call(
                1,
                note -> {
                    try {
                        stage.call(2, () -> sent.set(true));
                    } catch (Exception e) {
                        refusal.set(e);
                    }
                    return true;
                },
                () -> add(1, "mine"));

        assertThat(refusal.get()).isInstanceOf(IllegalStateException.class);
        assertThat(sent).isFalse();
    }

    @Test
    void callOnAClosedStage_isRefusedBeforeAnythingIsSent() {
        Stage<Integer, Note> stage = stage();
        stage.close();
        var sent = new AtomicBoolean();

        assertThatThrownBy(() -> stage.call(1, () -> sent.set(true)))
                .isInstanceOf(StageClosedException.class)
                .hasMessageContaining("'post'");
        assertThat(sent).isFalse();
    }

    @Test
    void noResends_stayNone() {
        assertThat(Resends.none().before(1)).isNull();
        assertThat(Resends.none().atMost(5).before(1)).isNull();
    }

    @Test
    void resendsOverManyYears_doNotOverflow() {
        Resends huge = Resends.doubling(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(huge.before(1)).isEqualTo(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(huge.before(Integer.MAX_VALUE)).isPositive();
        Resends tiny = Resends.doubling(Duration.ofNanos(1));
        assertThat(tiny.before(1)).isEqualTo(Duration.ofNanos(1));
        assertThat(tiny.before(2)).isEqualTo(Duration.ofNanos(2));
        assertThat(tiny.before(Integer.MAX_VALUE)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void resendsWithoutSense_areRefused() {
        assertThatThrownBy(() -> Resends.every(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> Resends.doubling(Duration.ofSeconds(-1))).hasMessageContaining("PT-1S");
        assertThatThrownBy(() -> Resends.every(LONG).atMost(-1)).hasMessageContaining("-1");
    }

    @Test
    void backdoorOfAnotherType_isRefusedWithBothTypes() {
        Stage<Integer, Note> stage = stage();

        assertThatThrownBy(() -> stage.backdoor(String.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining("none");
    }

    @Test
    void builderWithoutSense_isRefused() {
        StageBuilder<Integer, Note> builder = Stage.builder("post", Integer.class, source, Note::token);

        assertThatThrownBy(() -> builder.defaultTimeout(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> builder.drain(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> builder.maxTickets(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.mailbox(0, Overflow.DROP_NEWEST)).hasMessageContaining("0");
    }
}
