package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Tickets that are awaited, by themselves and again, and the primitive's rules as they show there. */
class StageTicketTests extends NoteFixture {

    @Test
    void m4_ticketAwaitedAgainAndAgain_getsItsMessagesInOrder() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            for (int i = 0; i < 5; i++) {
                add(1, "m" + i);
            }
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                texts.add(ticket.await().message().text());
            }

            assertThat(texts).containsExactly("m0", "m1", "m2", "m3", "m4");
        }
        assertThat(count(stage, MessageOutcome.DELIVERED)).isEqualTo(5);
    }

    @Test
    void severalTicketsOfOneThreadAwaitedInAnyOrder_eachGetTheirOwn() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            add(2, "second");
            add(1, "first");

            assertThat(one.await().message().text()).isEqualTo("first");
            assertThat(two.await().message().text()).isEqualTo("second");
        }
    }

    @Test
    void s2_messageFiledBeforeTheTimeIsUp_isNeverATimeout() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            add(1, "filed");
            add(2, "own");
            two.await();
            clock.advance(LONG);

            assertThat(one.await(Duration.ofNanos(-1)).message().text()).isEqualTo("filed");
        }
    }

    @Test
    void s2_messageFiledAsTheTimeIsUp_isDeliveredThoughItsSignalComesSecond() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        var twoSeconds = CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, twoSeconds, () -> {}));
        var gate = new CountDownLatch(1);
        var locked = new CountDownLatch(1);
        await().until(() -> clock.isParked(waiter.thread));
        Task<StageSnapshot> looker = start(() -> {
            clock.whenLooking(
                    Thread.currentThread(),
                    () -> true, // a snapshot reads the clock with the stage's lock held
                    () -> {
                        locked.countDown();
                        awaitUninterruptibly(gate);
                    });
            return stage.snapshot(0);
        });
        locked.await();
        // first the alarm queues for the lock, for the waiter whose time is up, then the head that has filed and wants
        // to signal
        Task<Void> alarm = start(() -> {
            clock.advance(Duration.ofSeconds(2));
            return null;
        });
        await().until(() -> waitsForALock(alarm));
        add(2, "in the nick of time");
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        await().until(() -> waitsForALock(head));
        gate.countDown();

        assertThat(waiter.get().text()).isEqualTo("in the nick of time");
        alarm.get();
        looker.get();
        add(1, "done");
        head.get();
    }

    private static boolean waitsForALock(Task<?> task) {
        return LockSupport.getBlocker(task.thread) instanceof AbstractOwnableSynchronizer;
    }

    @Test
    void s7_ticketAwaitedByTwoThreads_refusesTheSecond() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            Task<Received<Note>> first = startHead(stage, ticket::await);

            assertThatThrownBy(ticket::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(first.thread.getName())
                    .hasMessageContaining("'1'")
                    .hasMessageContaining("'post'");
            add(1, "to the first");
            assertThat(first.get().message().text()).isEqualTo("to the first");
        }
    }

    @Test
    void s7_ticketAwaitedAfterItsEnd_isRefused() {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        ticket.close();
        ticket.close();

        assertThatThrownBy(ticket::await)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed")
                .hasMessageContaining("'1'")
                .hasMessageContaining("'post'");
    }

    @Test
    void s6_ticketClosedAgain_doesNotTouchTheTokensNextOwner() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.reuse(Reuse.ALLOW));
        Ticket<Integer, Note> former = stage.ticket(1);
        former.close();
        try (Ticket<Integer, Note> present = stage.ticket(1)) {
            former.close();
            add(1, "for the present one");

            assertThat(present.await().message().text()).isEqualTo("for the present one");
        }
    }

    @Test
    void m3_whatComesForATicketThatLeftMessagesBehind_isADuplicateAndNotLate() throws Exception {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> left = stage.ticket(1);
        try (Ticket<Integer, Note> other = stage.ticket(2)) {
            add(1, "never taken");
            add(2, "own");
            other.await();
            left.close();
            add(1, "one more");
            add(2, "own again");
            other.await();
        }

        assertThat(count(stage, MessageOutcome.ABANDONED)).isEqualTo(1);
        assertThat(count(stage, MessageOutcome.DUPLICATE)).isEqualTo(1);
        assertThat(count(stage, MessageOutcome.LATE)).isZero();
    }

    /** A token that looks for live tickets whenever a map asks it for its hash. */
    private static final class Looking {
        private final List<Integer> ticketsSeen = new ArrayList<>();
        private Runnable look = () -> {};

        @Override
        public int hashCode() {
            look.run();
            return 7;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @Test
    void m3_closedTicket_isRememberedBeforeItsTokenIsFree() {
        Stage<Looking, Note> stage =
                build(Stage.builder("looked-at", Looking.class, new QueueSource<Note>(), note -> new Looking()));
        var token = new Looking();
        Ticket<Looking, Note> ticket = stage.ticket(token);
        token.look = () -> token.ticketsSeen.add(stage.snapshot(0).role().tickets());

        ticket.close();

        // asked for by the memory, at whose moment the ticket is still there: in none a message would find nothing
        assertThat(token.ticketsSeen).isNotEmpty().containsOnly(1);
    }

    @Test
    void s10_interruptAfterTheMessage_keepsTheMessageAndTheFlag() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            add(1, "filed");
            add(2, "own");
            two.await();
            Task<String> late = start(() -> {
                Thread.currentThread().interrupt();
                String text = one.await().message().text();
                return text + Thread.currentThread().isInterrupted();
            });

            assertThat(late.get()).isEqualTo("filedtrue");
        }
    }

    @Test
    void s10_interruptedWaiter_leavesAndTheOthersStay() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));

        waiter.thread.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(stage.snapshot(0).role().waiters()).isZero();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 1L);
        add(1, "done");
        head.get();
    }

    @Test
    void s13_noTime_meansToLookAndNotToWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            for (Duration none : List.of(Duration.ZERO, Duration.ofDays(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
                assertThatThrownBy(() -> ticket.await(none)).isInstanceOf(StageTimeoutException.class);
            }
            assertThat(source.asked).isNotEmpty().allMatch(Duration::isZero);
            add(2, "not it");
            add(1, "there already");

            assertThat(ticket.await(Duration.ZERO).message().text()).isEqualTo("there already");
        }
        assertThat(source.asked).allMatch(Duration::isZero);
    }

    @Test
    void s13_noTimeWhileAnotherHeads_endsAtOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
        }
        add(1, "done");
        head.get();
    }

    @Test
    void s13_hugeTime_saturates() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Duration huge = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            Task<Received<Note>> head = startHead(stage, () -> one.await(huge));
            Task<Received<Note>> waiter = startWaiter(stage, () -> two.await(huge));
            passUnnoticed(Duration.ofDays(36_500));
            assertThat(stage.snapshot(1).role().oldest().get(0).timeoutIn()).isGreaterThan(Duration.ofDays(3_650));
            add(2, "b");
            add(1, "a");

            assertThat(head.get().message().text()).isEqualTo("a");
            assertThat(waiter.get().message().text()).isEqualTo("b");
        }
    }

    @Test
    void s13_lessThanAMillisecond_isNotRoundedToZeroAndEnds() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        source.hook = clock::advance; // each read takes as long as it may
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            assertThatThrownBy(() -> ticket.await(Duration.ofNanos(900_000))).isInstanceOf(StageTimeoutException.class);
        }
        assertThat(source.asked).first().isEqualTo(Duration.ofNanos(900_000));
    }

    @Test
    void s16_close_endsEveryWaitAndClosesTheSourceOnce() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));

        stage.close();
        stage.close();

        assertThat(head.failure()).isInstanceOf(StageClosedException.class).hasMessageContaining("'post'");
        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThat(source.closed).hasValue(1);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.CLOSED);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.CLOSED, 2L);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    @Test
    void s16_closeFromInsideACheck_returnsAtOnceAndTheLeavingHeadClosesTheSource() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(
                stage,
                () -> stage.call(
                        1,
                        note -> {
                            stage.close();
                            assertThat(source.closed).hasValue(0);
                            return false;
                        },
                        () -> {}));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
        add(1, "the end");

        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThat(source.closed).hasValue(1);
        assertThat(stage.snapshot(0).role().callbackFailures()).isZero();
    }

    @Test
    void s16_closeWhileAHeadHangsInACallback_returnsAndTheHeadIsToldLater() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.seam(TestParkers.closeTimeout(Duration.ofMillis(20))));
        var release = new CountDownLatch(1);
        Task<Note> head = start(() -> stage.call(
                1,
                note -> {
                    awaitUninterruptibly(release);
                    return false;
                },
                () -> add(1, "hangs")));
        await().untilAsserted(() -> assertThat(source.received).hasValue(1));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));

        stage.close();

        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        assertThat(source.closed).as("closed under the head").hasValue(1);
        assertThat(head.isDone()).isFalse();
        release.countDown();
        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
    }

    @Test
    void s18_snapshot_tellsHeadWaitersTicketsAndTheOldest() throws Exception {
        Stage<Integer, Note> stage = stage();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> older = startWaiter(stage, () -> stage.call(2, () -> {}));
        Task<Note> newer = startWaiter(stage, () -> stage.call(3, () -> {}));

        BareSnapshot role = stage.snapshot(1).role();

        assertThat(role.state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(role.waiters()).isEqualTo(2);
        assertThat(role.tickets()).isEqualTo(3);
        assertThat(role.headChanges()).isEqualTo(1);
        assertThat(role.promotions()).isZero();
        assertThat(role.head()).isNotNull();
        assertThat(role.oldest()).singleElement().satisfies(waiting -> {
            assertThat(waiting.thread()).isEqualTo(older.thread.getName());
            assertThat(waiting.token()).isEqualTo(2);
            assertThat(waiting.timeoutIn()).isPositive().isLessThanOrEqualTo(LONG);
        });
        add(1, "a");
        head.get();
        await().untilAsserted(
                        () -> assertThat(heads(stage, newer)).as("newest first").isTrue());
        add(2, "b");
        add(3, "c");
        older.get();
        newer.get();
        assertThat(stage.snapshot(0).role().promotions()).isEqualTo(1);
        assertThat(stage.snapshot(0).role().headChanges()).isEqualTo(2);
        assertThat(stage.snapshot(0).exits())
                .containsEntry(Outcome.FINISHED, 2L)
                .containsEntry(Outcome.SIGNALLED, 1L);
    }

    @Test
    void s18_listener_hearsOfEachWaitOnceAndNothingAfterItsRemoval() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        List<String> heard = new CopyOnWriteArrayList<>();
        var listener = new StageListener<Integer, Note>() {
            @Override
            public void exited(Outcome outcome, Duration waited) {
                heard.add(outcome + " after " + waited);
            }

            @Override
            public void headChanged(Thread head) {
                heard.add("headed by " + head.getName());
            }

            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                heard.add(left.outcome() + " " + left.token());
            }
        };
        stage.addListener(listener);
        Task<Note> call = startHead(stage, () -> stage.call(1, () -> {}));
        passUnnoticed(Duration.ofSeconds(2));
        add(5, "whose?");
        add(1, "mine");
        call.get();

        assertThat(heard).containsExactly("headed by " + call.thread.getName(), "UNKNOWN 5", "FINISHED after PT2S");
        heard.clear();
        stage.removeListener(listener);
        stage.call(1, () -> add(1, "mine"));
        assertThat(heard).isEmpty();
    }

    static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
