package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One thread that waits with several tickets, for the first message of any (M17). */
class StageAwaitAnyTests extends NoteFixture {

    private final List<Ticket<Integer, Note>> tickets = new ArrayList<>();

    /** Takes tickets for the tokens 2, 3 and so on. */
    private List<Ticket<Integer, Note>> take(Stage<Integer, Note> stage, int number) {
        for (int token = 2; token < 2 + number; token++) {
            tickets.add(stage.ticket(token));
        }
        return tickets;
    }

    @AfterEach
    void closeTickets() {
        tickets.forEach(Ticket::close);
    }

    private Task<String> any(Stage<Integer, Note> stage, boolean heads, Duration timeout) {
        return heads
                ? startHead(stage, () -> first(tickets, timeout))
                : startWaiter(stage, () -> first(tickets, timeout));
    }

    private static String first(List<Ticket<Integer, Note>> tickets, Duration timeout) throws InterruptedException {
        Tickets.First<Integer, Note> first = Tickets.awaitAny(tickets, timeout);
        return first.ticket().token() + " " + first.received().message().text();
    }

    /** Starts a head beside the test's own wait. */
    private Task<Note> head(Stage<Integer, Note> stage) {
        return startHead(stage, () -> stage.call(1, () -> {}));
    }

    private void end(Task<Note> head) throws Exception {
        add(1, "done");
        head.get();
    }

    /** Waits until the head has routed all that has been added. */
    private void untilRouted(int messages) {
        await().untilAsserted(() -> assertThat(source.received).hasValue(messages));
        untilHeadReadsAnew();
    }

    private static void assertOneOf(Stage<?, ?> stage, Outcome outcome) {
        assertThat(stage.snapshot(0).exits().get(outcome)).as(outcome + "").isEqualTo(1);
    }

    private static void assertOneExit(Stage<?, ?> stage, Outcome outcome) {
        assertOneOf(stage, outcome);
        assertThat(stage.snapshot(0).exits().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    // the first message

    @ParameterizedTest
    @CsvSource({"true, 2", "true, 4", "false, 2", "false, 3", "false, 4"})
    void m17_firstMessageOfAnyTicket_endsTheWait(boolean heads, int token) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> other = heads ? null : head(stage);
        take(stage, 3);
        Task<String> any = any(stage, heads, LONG);
        add(token, "first");

        assertThat(any.get()).isEqualTo(token + " first");
        assertOneOf(stage, heads ? Outcome.FINISHED : Outcome.SIGNALLED);
        if (other != null) {
            end(other);
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(heads ? 1 : 2);
    }

    @Test
    void m17_otherTickets_stayOpen() throws Exception {
        Stage<Integer, Note> stage = stage();
        take(stage, 3);
        add(3, "b");
        assertThat(first(tickets, LONG)).isEqualTo("3 b");
        add(4, "c");
        add(2, "a");
        assertThat(tickets.get(0).await().message().text()).isEqualTo("a");

        assertThat(first(tickets, LONG)).isEqualTo("4 c");
        add(3, "b again");
        assertThat(first(tickets.subList(0, 2), LONG)).isEqualTo("3 b again");
    }

    @Test
    void m17_ofSeveralMessages_thatReceivedFirstIsReturned() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        take(stage, 3);
        for (int token : new int[] {4, 2, 3, 2}) {
            add(token, "" + clock.time());
            readAll(stage);
            clock.advance(Duration.ofMillis(1));
        }

        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            order.add(Tickets.awaitAny(tickets, Duration.ZERO).ticket().token());
        }
        assertThat(order).containsExactly(4, 2, 3, 2);
    }

    @Test
    void s3_promotedWaitWithSeveralTickets_headsForAllOfThem() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> former = head(stage);
        take(stage, 2);
        Task<String> any = any(stage, false, LONG);
        Task<Note> waiter = startWaiter(stage, () -> stage.call(9, () -> {}));
        end(former);
        await().until(() -> heads(stage, waiter)); // the newest first
        add(9, "another's");
        assertThat(waiter.get().text()).isEqualTo("another's");
        await().until(() -> heads(stage, any));
        add(3, "own");

        assertThat(any.get()).isEqualTo("3 own");
    }

    @Test
    void m4_messageThatFailsItsTicketsCheck_doesNotEndTheWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        take(stage, 1);
        tickets.add(stage.ticket(3, note -> !note.text().equals("forged")));
        add(3, "forged");
        add(3, "genuine");

        assertThat(first(tickets, LONG)).isEqualTo("3 genuine");
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.FOREIGN);
    }

    @Test
    void m18_messageThatIsAnError_isThrownWithItsTicketKnown() throws Exception {
        var refused = new IllegalStateException("refused");
        Stage<Integer, Note> stage = stage(builder -> builder.classifier(note -> refused));
        take(stage, 2);
        add(3, "error");

        Tickets.First<Integer, Note> first = Tickets.awaitAny(tickets, LONG);

        assertThat(first.ticket()).isSameAs(tickets.get(1));
        assertThatThrownBy(first::received).isSameAs(refused);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
    }

    // the time

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m17_timeout_isOneOutcomeAndNamesTheTickets(boolean heads) throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> other = heads ? null : head(stage);
        take(stage, 2);
        Task<String> any = any(stage, heads, Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));

        assertThat(any.failure())
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageStartingWith("no message in 2000 ms for the tickets for tokens '2', '3' of stage 'post'; ");
        assertOneExit(stage, Outcome.TIMED_OUT);
        if (other != null) {
            end(other);
        }
        add(2, "late");
        add(3, "late");
        readAll(stage);
        closeTickets();
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE, MessageOutcome.LATE);
    }

    @Test
    void m7_timeoutOfManyTickets_namesSomeOfThem() {
        Stage<Integer, Note> stage = stage();
        take(stage, 10);

        assertThatThrownBy(() -> first(tickets, Duration.ZERO))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("for the tickets for tokens '2', '3', '4', '5', '6', '7', '8', '9' and 2 more of"
                        + " stage 'post'");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void s2_messageFiledBeforeTheTimeIsUp_isNeverATimeout(int token) throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        take(stage, 2);
        Task<String> any = any(stage, false, Duration.ofSeconds(2));
        clock.hold(any.thread);
        add(token, "in time");
        untilRouted(1);
        clock.advance(Duration.ofSeconds(2));
        clock.release(any.thread);

        assertThat(any.get()).isEqualTo(token + " in time");
        end(head);
    }

    // what ends it by an exception

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s10_interrupt_endsTheWaitAndPassesTheRoleOn(boolean heads) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> other = heads ? null : head(stage);
        take(stage, 2);
        Task<String> any = any(stage, heads, LONG);
        Task<Note> waiter = startWaiter(stage, () -> stage.call(9, () -> {}));
        any.thread.interrupt();

        assertThat(any.failure()).isInstanceOf(InterruptedException.class);
        assertOneExit(stage, Outcome.INTERRUPTED);
        add(9, "well");
        assertThat(waiter.get().text()).isEqualTo("well");
        if (other != null) {
            end(other);
        }
    }

    @Test
    void s10_interruptAfterTheMessage_keepsTheMessageAndTheFlag() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        take(stage, 2);
        Task<String> any = startWaiter(
                stage, () -> first(tickets, LONG) + Thread.currentThread().isInterrupted());
        clock.hold(any.thread);
        add(3, "first");
        untilRouted(1);
        any.thread.interrupt();
        clock.release(any.thread);

        assertThat(any.get()).isEqualTo("3 firsttrue");
        end(head);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 1", "false, 0", "false, 1"})
    void s20_closeOfAnyTicket_endsTheWaitAtOnce(boolean heads, int place) throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        source.patient = true;
        Task<Note> other = heads ? null : head(stage);
        take(stage, 2);
        Task<String> any = any(stage, heads, LONG);
        tickets.get(place).close();

        assertThat(any.failure())
                .isInstanceOf(CancellationException.class)
                .hasMessage(
                        "ticket for token '" + (2 + place) + "' of stage 'post' was closed while its thread waited");
        assertOneExit(stage, Outcome.CANCELLED);
        if (other != null) {
            end(other);
        }
        Ticket<Integer, Note> left = tickets.get(1 - place);
        add(left.token(), "still open");
        assertThat(left.await().message().text()).isEqualTo("still open");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void s20_messageBeforeTheClose_wins(int place) throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = head(stage);
        take(stage, 2);
        Task<String> any = any(stage, false, LONG);
        clock.hold(any.thread);
        add(3, "first");
        add(3, "second");
        untilRouted(2);
        tickets.get(place).close();
        clock.release(any.thread);

        assertThat(any.get()).isEqualTo("3 first");
        end(head);
        assertThat(unclaimedOutcomes()).hasSize(place).allMatch(outcome -> outcome == MessageOutcome.ABANDONED);
    }

    @Test
    void s16_closeOfTheStage_endsTheWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        head(stage);
        take(stage, 2);
        Task<String> any = any(stage, false, LONG);
        stage.close();

        assertThat(any.failure()).isInstanceOf(StageClosedException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m6_failureOfTheSource_endsTheWait(boolean heads) throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> other = heads ? null : head(stage);
        take(stage, 2);
        Task<String> any = any(stage, heads, LONG);
        source.hook = rest -> {
            throw new IOException("cable");
        };
        source.wakeup();

        assertThat(any.failure()).isInstanceOf(SourceFailedException.class).hasRootCauseMessage("cable");
        if (other != null) {
            other.failure();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m6_failureSinceAnyOfTheTicketsWasTaken_isTold(boolean olderFirst) throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        take(stage, 1);
        source.hook = rest -> {
            source.hook = any -> {};
            throw new IOException("cable");
        };
        assertThatThrownBy(() -> stage.call(9, () -> {})).isInstanceOf(SourceFailedException.class);
        clock.advance(Duration.ofSeconds(2));
        assertThat(stage.call(8, () -> add(8, "works again")).text()).isEqualTo("works again");
        tickets.add(olderFirst ? 1 : 0, stage.ticket(3));

        assertThatThrownBy(() -> first(tickets, LONG))
                .isInstanceOf(SourceFailedException.class)
                .hasRootCauseMessage("cable");
    }

    // what is refused

    @Test
    void m17_refusals_nameWhatIsWrong() throws Exception {
        Stage<Integer, Note> stage = stage();
        take(stage, 2);
        Ticket<Integer, Note> one = tickets.get(0);
        Stage<Integer, Note> elsewhere =
                build(Stage.builder("elsewhere", Integer.class, new QueueSource<Note>(), Note::token));

        assertThatThrownBy(() -> Tickets.awaitAny(List.<Ticket<Integer, Note>>of(), LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'tickets' must not be empty; there would be nothing to wait for");
        assertThatThrownBy(() -> Tickets.awaitAny(List.of(one, one), LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ticket for token '2' of stage 'post' is among 'tickets' twice; give each once");
        try (Ticket<Integer, Note> stranger = elsewhere.ticket(2)) {
            assertThatThrownBy(() -> Tickets.awaitAny(List.of(one, stranger), LONG))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("ticket for token '2' of stage 'elsewhere' can't be awaited with the ticket for token"
                            + " '2' of stage 'post'; a wait has tickets of one stage only");
        }
        Ticket<Integer, Note> closed = stage.ticket(7);
        closed.close();
        assertThatThrownBy(() -> Tickets.awaitAny(List.of(one, closed), LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ticket for token '7' of stage 'post' is closed; take a new one");
        Task<Received<Note>> other = startHead(stage, () -> tickets.get(1).await());
        assertThatThrownBy(() -> first(tickets, LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is entered by thread '" + other.thread.getName() + "'");
        add(3, "to the other");
        other.get();
        add(2, "nothing is left of what was refused");
        assertThat(first(List.of(one), LONG)).isEqualTo("2 nothing is left of what was refused");
        assertThat(stage.snapshot(0).exits().get(Outcome.FAILED)).isZero();
    }

    @Test
    void s12_waitInsideACallback_isRefused() throws Exception {
        Stage<Integer, Note> stage = stage();
        take(stage, 2);
        var refused = new AtomicBoolean();

        stage.call(
                9,
                note -> {
                    try {
                        first(tickets, LONG);
                    } catch (IllegalStateException e) {
                        refused.set(true);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return true;
                },
                () -> add(9, "x"));

        assertThat(refused).isTrue();
    }

    // races

    @Test
    void s20_closeAgainstTheBeginningOfTheWait_alwaysEndsIt() throws Exception {
        Stage<Integer, Note> stage = stage();
        for (int i = 0; i < 300; i++) {
            var both = new CyclicBarrier(2);
            try (Ticket<Integer, Note> one = stage.ticket(10_000 + i);
                    Ticket<Integer, Note> two = stage.ticket(20_000 + i)) {
                Task<String> any = start(() -> {
                    both.await();
                    return first(List.of(one, two), LONG);
                });
                both.await();
                (i % 2 == 0 ? one : two).close();

                assertThat(any.failure()).isInstanceOf(IllegalStateException.class); // as CancellationException is
            }
        }
    }

    @Test
    void s20_closeBetweenTheClaimAndTheNaming_endsTheWait() {
        Stage<Integer, Note> stage = stage();
        take(stage, 2);
        // the list is gone through once to claim and once to name: the ticket is closed in between
        List<Ticket<Integer, Note>> closing = new ArrayList<>(tickets) {
            private static final long serialVersionUID = 1L;
            private boolean closed; // a second close would end a wait that has been named by then

            @Override
            public java.util.Iterator<Ticket<Integer, Note>> iterator() {
                if (!closed
                        && StackWalker.getInstance()
                                .walk(frames -> frames.anyMatch(
                                        frame -> frame.getMethodName().equals("await")))) {
                    closed = true;
                    get(1).close();
                }
                return super.iterator();
            }
        };
        var wait = new AnyCall<>(stage.parts, closing);

        assertThatThrownBy(() -> wait.await(LONG)).isInstanceOf(CancellationException.class);
    }

    @Test
    void m3_messagesAgainstWaitsWithSeveralTickets_areAllDelivered() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.mailbox(1_000, Overflow.DROP_NEWEST));
        int each = 1_500;
        int waits = 3;
        var got = new AtomicInteger();
        List<Task<Void>> tasks = new ArrayList<>();
        for (int w = 0; w < waits; w++) {
            int first = 100 * w;
            tasks.add(start(() -> {
                try (Ticket<Integer, Note> one = stage.ticket(first);
                        Ticket<Integer, Note> two = stage.ticket(first + 1);
                        Ticket<Integer, Note> three = stage.ticket(first + 2)) {
                    for (int i = 0; i < each; i++) {
                        add(first + i % 3, "m");
                        if (i % 5 == 0) { // alone, which the head may learn of late
                            (i % 3 == 0 ? one : i % 3 == 1 ? two : three).await();
                        } else {
                            Tickets.awaitAny(List.of(one, two, three), LONG).received();
                        }
                        got.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        for (Task<Void> task : tasks) {
            task.get();
        }

        assertThat(got).hasValue(waits * each);
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(waits * each);
    }
}
