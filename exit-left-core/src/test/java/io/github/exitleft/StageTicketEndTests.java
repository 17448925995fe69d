package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tickets that end, or that a second thread awaits, at the worst moment: one owner, one outcome, the right name for what comes then. */
class StageTicketEndTests extends NoteFixture {

    /** Runs something once, on the head's thread, when that has filed and signalled but not yet woken. */
    private static final class BeforeWakeUp implements TestParkers.Eye {

        final AtomicReference<Runnable> action = new AtomicReference<>();

        @Override
        public void unparks(Thread thread) {
            Runnable once = action.getAndSet(null);
            if (once != null) {
                once.run();
            }
        }
    }

    private final BeforeWakeUp wakeUp = new BeforeWakeUp();

    private Stage<Integer, Note> watched() {
        return stage(builder -> builder.seam(TestParkers.under(wakeUp)));
    }

    private static Map<Outcome, Long> exits(Stage<?, ?> stage) {
        Map<Outcome, Long> exits = new TreeMap<>(stage.snapshot(0).exits());
        exits.values().removeIf(count -> count == 0);
        return exits;
    }

    // the claim is one step with the beginning of the wait

    @Test
    void s7_secondThreadOnATicket_isRefusedThoughTheFirstOnesMessageIsThere() throws Exception {
        Stage<Integer, Note> stage = watched();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> first = startWaiter(stage, ticket::await);
        var second = new AtomicReference<Task<Received<Note>>>();
        wakeUp.action.set(() -> {
            second.set(start(ticket::await));
            await().until(() -> second.get().isDone());
        });
        add(2, "the first one's");

        assertThat(first.get().message().text()).isEqualTo("the first one's");
        assertThat(second.get().failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ticket for token '2' of stage 'post' is entered by thread '" + first.thread.getName()
                        + "'; only one thread at a time may, so let each take a ticket of its own");
        assertThat(exits(stage)).as("misuse is no wait").containsExactly(Map.entry(Outcome.SIGNALLED, 1L));
        ticket.close();
        add(1, "done");
        head.get();
    }

    @Test
    void s7_ticketThatIsClosed_isRefusedAndNoWait() {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        ticket.close();

        assertThatThrownBy(ticket::await)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("ticket for token '1' of stage 'post' is closed; take a new one");
        assertThat(exits(stage)).isEmpty();
    }

    // a close against a message

    @Test
    void s20_ticketClosedAfterItsMessageCame_deliversIt() throws Exception {
        Stage<Integer, Note> stage = watched();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
        wakeUp.action.set(ticket::close);
        add(2, "came first");

        assertThat(waiter.get().message().text()).isEqualTo("came first");
        assertThat(exits(stage)).containsExactly(Map.entry(Outcome.SIGNALLED, 1L));
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(1);
        add(2, "again");
        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.DUPLICATE));
        add(1, "done");
        head.get();
    }

    @Test
    void s10_interruptBetweenFilingAndSignal_losesToTheMessageAndTheFlagStays() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Boolean> waiter = startWaiter(stage, () -> {
                assertThat(ticket.await().message().text()).isEqualTo("filed");
                return Thread.currentThread().isInterrupted();
            });
            // as a head does that has yet to signal
            source.received.incrementAndGet();
            stage.parts.mailroom.offer(2, ticket, new Note(2, "filed"), 0);
            waiter.thread.interrupt();

            assertThat(waiter.get()).isTrue();
        }
        add(1, "done");
        head.get();
    }

    @Test
    void s20_mailboxClosedWhileAThreadWaits_keepsTheOldestMessageForItAndAbandonsTheOthers() {
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(clock::nanoTime, null, null, MessageOutcome.UNKNOWN),
                clock::nanoTime,
                16,
                Overflow.DROP_NEWEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(1));
        box.awaiting = new Thread("waits");
        for (String text : List.of("first", "second", "third")) {
            assertThat(room.offer(1, box, new Note(1, text), 0)).isNull();
        }

        assertThat(room.close(1, box, false))
                .allMatch(left -> left.outcome() == MessageOutcome.ABANDONED)
                .extracting(left -> Objects.requireNonNull(left.message()).text())
                .containsExactly("second", "third");
        assertThat(room.close(1, box, false)).as("closed again").isEmpty();
        Received<Note> kept = room.take(box);
        assertThat(kept).isNotNull();
        assertThat(kept.message().text()).isEqualTo("first");
        assertThat(room.unclaim(1, box)).isEmpty();
    }

    @Test
    void m3_answerLeftInTheMailboxOfACall_isAbandonedAndNoneThatCameAfterIt() {
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(clock::nanoTime, null, null, MessageOutcome.UNKNOWN),
                clock::nanoTime,
                16,
                Overflow.DROP_NEWEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(1), true);
        var answer = new Note(1, "first");
        var second = new Note(1, "second");
        assertThat(room.offer(1, box, answer, 7)).isNull();

        Unclaimed<Integer, Note> refused = room.offer(1, box, second, 8);
        assertThat(refused).isNotNull();
        assertThat(refused.outcome()).isEqualTo(MessageOutcome.DUPLICATE);
        assertThat(refused.message()).isSameAs(second);
        assertThat(room.close(1, box, false)).singleElement().satisfies(left -> {
            assertThat(left.outcome()).isEqualTo(MessageOutcome.ABANDONED);
            assertThat(left.message()).isSameAs(answer);
        });
    }

    @Test
    void m8_answerThatACallTakes_isTheFirstWithItsTime() {
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(clock::nanoTime, null, null, MessageOutcome.UNKNOWN),
                clock::nanoTime,
                16,
                Overflow.DROP_NEWEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(1), true);
        var answer = new Note(1, "first");
        room.offer(1, box, answer, 7);
        Received<Note> taken = room.take(box);
        assertThat(taken).isNotNull();
        assertThat(room.offer(1, box, new Note(1, "second"), 8)).isNotNull();

        assertThat(box.messageOf(taken)).isSameAs(answer);
        assertThat(box.timeOf(taken)).isEqualTo(7);
    }

    @Test
    void m3_messageKeptForAThreadThatLeavesWithoutIt_isAbandoned() {
        var room = new Mailroom<Integer, Note>(
                new TokenMemory<>(clock::nanoTime, null, null, MessageOutcome.UNKNOWN),
                clock::nanoTime,
                16,
                Overflow.DROP_NEWEST);
        var box = new LooseMailbox<Integer, Note>(room.lockFor(1));
        box.awaiting = new Thread("dies of an error");
        assertThat(room.offer(1, box, new Note(1, "kept"), 0)).isNull();
        assertThat(room.close(1, box, false)).isEmpty();

        assertThat(room.unclaim(1, box))
                .singleElement()
                .satisfies(left -> assertThat(left.outcome()).isEqualTo(MessageOutcome.ABANDONED));
    }

    @Test
    void s20_ticketClosedWhileItsThreadIsQueued_endsTheWaitAsCancelled() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Ticket<Integer, Note> ticket = stage.ticket(2);
        Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
        ticket.close();

        assertThat(waiter.failure())
                .isExactlyInstanceOf(CancellationException.class)
                .hasMessageContaining("ticket for token '2' of stage 'post'");
        assertThat(exits(stage)).containsExactly(Map.entry(Outcome.CANCELLED, 1L));
        add(2, "too late");
        await().untilAsserted(() -> assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE));
        add(1, "done");
        head.get();
    }

    @Test
    void s20_ticketClosedByItsOwnHeadsCallback_endsTheWaitAndRefusesWhatComesAfter() {
        Stage<Integer, Note> stage = stage();
        var own = new AtomicReference<Ticket<Integer, Note>>();
        Ticket<Integer, Note> ticket = stage.ticket(1, note -> {
            own.get().close();
            return false;
        });
        own.set(ticket);
        add(1, "makes the check close the ticket");

        // zero, for which a head looks through what is there
        assertThatThrownBy(() -> ticket.await(Duration.ZERO))
                .isExactlyInstanceOf(CancellationException.class)
                .hasMessageContaining("ticket for token '1' of stage 'post'");
        assertThat(exits(stage)).containsExactly(Map.entry(Outcome.CANCELLED, 1L));
        assertThat(stage.snapshot(0).role().tickets()).as("the token is free").isZero();
        assertThatThrownBy(() -> ticket.send(() -> {}))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("ticket for token '1' of stage 'post' is closed; take a new one");
    }

    @Test
    void s20_ticketsClosedWhileTheirMessagesCome_haveOneOutcomeEach() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(0, () -> {}));
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        int messages = 0;
        int cancelled = 0;
        for (int token = 1; token <= 500; token++) {
            Ticket<Integer, Note> ticket = stage.ticket(token);
            Task<Received<Note>> waiter = startWaiter(stage, ticket::await);
            add(token, "racing");
            for (int spins = random.nextInt(3_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            ticket.close();
            try {
                waiter.get();
                messages++;
            } catch (CancellationException e) {
                cancelled++;
            }
        }
        add(0, "done");
        head.get();

        assertThat(stage.snapshot(0).exits())
                .as("seed " + seed)
                .containsEntry(Outcome.SIGNALLED, (long) messages)
                .containsEntry(Outcome.CANCELLED, (long) cancelled)
                .containsEntry(Outcome.FINISHED, 1L);
        assertThat(messages + cancelled).isEqualTo(500);
    }

    // what comes when the wait is over

    @Test
    void m3_messageBetweenTheEndOfACallsWaitAndItsClose_isLate() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        var between = new AtomicInteger();
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void exited(Outcome outcome, Duration waited) {
                if (outcome == Outcome.TIMED_OUT && between.getAndIncrement() == 0) { // on the caller's thread
                    clock.advance(Duration.ofMillis(7));
                    add(2, "late");
                    add(2, "late too");
                    await().untilAsserted(() -> assertThat(source.received).hasValue(2));
                    await().untilAsserted(() -> assertThat(unclaimed).hasSize(2));
                }
            }
        });
        var options = CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2));
        Task<Note> caller = startWaiter(stage, () -> stage.call(2, options, () -> {}));
        clock.advance(Duration.ofSeconds(2));
        assertThat(caller.failure()).isInstanceOf(StageTimeoutException.class);
        add(2, "later");
        add(1, "done");
        head.get();

        assertThat(between).hasPositiveValue();
        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE, MessageOutcome.LATE, MessageOutcome.LATE);
        assertThat(unclaimed.get(0).late()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void m3_messageBetweenAMissedWaitAndTheTicketsClose_isLateByTheTimeSinceThatWait() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        somebodyElse(stage);
        Ticket<Integer, Note> ticket = stage.ticket(1);
        assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
        clock.advance(Duration.ofMillis(30));
        add(1, "late");
        readAll(stage);
        assertThat(unclaimed).as("it may be awaited still").isEmpty();
        clock.advance(Duration.ofMillis(30));
        ticket.close();
        add(1, "later");
        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE, MessageOutcome.LATE);
        assertThat(unclaimed.get(0).late()).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void m3_messageAfterAMissedWaitThatIsAwaited_isDelivered() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
            add(1, "in the end");
            assertThat(ticket.await().message().text()).isEqualTo("in the end");
        }
        add(1, "again");
        readAll(stage);

        assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.DUPLICATE);
    }

    @Test
    void m3_notificationAfterAStreamWasCancelled_isLate() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.executor(Runnable::run));
        stage.keeper(Keeper.ALWAYS);
        var subscription = new AtomicReference<Flow.Subscription>();
        var texts = new AtomicReference<>("");
        stage.messages(1).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.set(given);
                given.request(1);
            }

            @Override
            public void onNext(Note note) {
                texts.set(note.text());
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });
        add(1, "one");
        await().untilAsserted(() -> assertThat(texts).hasValue("one"));
        subscription.get().cancel();
        add(1, "two");
        await().untilAsserted(() -> assertThat(unclaimed).hasSize(1));

        assertThat(unclaimed.get(0).outcome()).isEqualTo(MessageOutcome.LATE);
        assertThat(unclaimed.get(0).late()).isNotNull();
    }
}
