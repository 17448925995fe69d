package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That nothing is counted wrong or lost at the edges: misuse, cancellation, tokens whose own code throws. */
class StageAccountTests extends NoteFixture {

    @Test
    void s20_waitEndedByClosingItsTicket_countsAsCancelled() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
        ticket.close();
        assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.CANCELLED, 1L)
                .containsEntry(Outcome.FAILED, 0L);
        add(1, "done");
        head.get();
    }

    @Test
    void misuse_isNoWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
        assertThatThrownBy(ticket::await).isExactlyInstanceOf(IllegalStateException.class);
        add(2, "for the first");
        waiter.get();
        ticket.close();
        assertThatThrownBy(ticket::await).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.SIGNALLED, 1L)
                .containsEntry(Outcome.FAILED, 0L);
        add(2, "again"); // answered, and so a duplicate: misuse has not made it look unanswered
        add(1, "done");
        head.get();
        assertThat(stage.snapshot(0).messages())
                .containsEntry(MessageOutcome.DUPLICATE, 1L)
                .containsEntry(MessageOutcome.LATE, 0L);
    }

    @Test
    void m3_tokenThatThrowsWhenItsTicketIsClosed_losesNoMessage() throws Exception {
        var broken = new AtomicInteger();
        record Token(int number, AtomicInteger broken) {
            @Override
            public boolean equals(Object other) {
                return other instanceof Token that && number == that.number;
            }

            @Override
            public int hashCode() {
                if (broken.get() == number) {
                    throw new UnsupportedOperationException("hash");
                }
                return number;
            }
        }
        Stage<Token, Note> stage =
                build(Stage.<Token, Note>builder("broken", Token.class, source, note -> new Token(note.token(), broken))
                        .maxTickets(2)
                        .defaultTimeout(LONG));
        Ticket<Token, Note> ticket = stage.ticket(new Token(7, broken));
        add(7, "left behind");
        add(1, "done");
        stage.call(new Token(1, broken), () -> {});
        broken.set(7);
        ticket.close();
        assertThat(stage.snapshot(0).messages()).containsEntry(MessageOutcome.ABANDONED, 1L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void m7_secondWaitOfATicketThatHeadedOnce_namesThePresentHead() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> first = startHead(stage, ticket::await);
        add(2, "first");
        first.get();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Received<Note>> second = startWaiter(stage, () -> ticket.await(Duration.ofSeconds(2)));
        clock.advance(Duration.ofSeconds(2));
        assertThat(second.failure()).hasMessageContaining("thread '" + head.thread.getName() + "' is the head");
        ticket.close();
        add(1, "done");
        head.get();
    }

    @Test
    void m1_resendAfterTheDeadline_doesNotHappen() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sent = new ArrayList<Integer>();
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .timeout(Duration.ofSeconds(2))
                .resend(Resends.every(Duration.ofSeconds(1)));
        Task<Note> call = startHead(stage, () -> stage.call(1, options, () -> sent.add(1)));
        pass(Duration.ofSeconds(5)); // a head that looked up late
        assertThat(call.failure()).isInstanceOf(StageTimeoutException.class);
        assertThat(sent).hasSize(1);
    }

    @Test
    void waitsOfATicket_areCountedEachForItself() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            add(2, "read by its own thread");
            ticket.await();
            Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
            Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
            add(2, "read by the head");
            waiter.get();
            add(1, "done");
            head.get();
        }
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.FINISHED, 2L)
                .containsEntry(Outcome.SIGNALLED, 1L);
    }

    @Test
    void s18_waiterThatResends_isShownWithItsWholeWait() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var sent = new AtomicInteger();
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .timeout(Duration.ofSeconds(10))
                .resend(Resends.every(Duration.ofSeconds(1)));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, options, sent::incrementAndGet));
        clock.advance(Duration.ofSeconds(1));
        await().untilAsserted(() -> assertThat(sent).hasValue(2));
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(1).role().oldest()).hasSize(1));
        BareSnapshot.Waiting shown = stage.snapshot(1).role().oldest().get(0);
        assertThat(shown.waiting()).isEqualTo(Duration.ofSeconds(1));
        assertThat(shown.timeoutIn()).isEqualTo(Duration.ofSeconds(9));
        add(2, "done");
        add(1, "done");
        waiter.get();
        head.get();
    }

    @Test
    void s18_ticketAwaitedAgainAfterAWaitOfSeveralEntries_isShownWithItsNewWait() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Received<Note>> waiter = startWaiter(stage, () -> {
                assertThatThrownBy(() -> ticket.await(Duration.ofSeconds(5))).isInstanceOf(StageTimeoutException.class);
                return ticket.await(Duration.ofSeconds(10));
            });
            clock.advance(Duration.ofSeconds(6)); // so late that it enters again, for a last look
            await().untilAsserted(() -> {
                BareSnapshot role = stage.snapshot(1).role();
                assertThat(role.entries()).containsEntry(Outcome.TIMED_OUT, 1L);
                assertThat(role.oldest()).hasSize(1);
            });
            clock.advance(Duration.ofSeconds(2));
            await().untilAsserted(() -> assertThat(stage.snapshot(1).role().oldest())
                    .singleElement()
                    .satisfies(shown -> {
                        assertThat(shown.waiting()).isZero();
                        assertThat(shown.timeoutIn()).isEqualTo(Duration.ofSeconds(10));
                    }));
            add(2, "done");
            add(1, "done");
            waiter.get();
        }
        head.get();
    }

    @Test
    void builderUsedAgain_doesNotChangeWhatItBuilt() {
        StageBuilder<Integer, Note> builder = Stage.builder("post", Integer.class, source, Note::token);
        Stage<Integer, Note> stage = build(builder.defaultTimeout(Duration.ofSeconds(1)));
        builder.defaultTimeout(Duration.ofSeconds(2));
        assertThat(stage.defaultTimeout()).isEqualTo(Duration.ofSeconds(1));
    }
}
