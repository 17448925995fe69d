package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A process that was stopped for longer than its waits last: what is in the buffer is found first, and no callback is blamed. */
class StoppedProcessTests extends NoteFixture {

    private static final Duration PAUSE = Duration.ofSeconds(9);

    private static final CallOptions<Note> TWO_SECONDS =
            CallOptions.<Note>defaults().timeout(Duration.ofSeconds(2));

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    /** Keeps the head before its next read, as in a process that is stopped, until {@link #goesOn}. */
    private void stopTheHead() throws InterruptedException {
        source.hook = rest -> {
            stopped.countDown();
            goesOn.await();
        };
        source.wakeup();
        stopped.await();
    }

    /** Waits until the waits with these tickets have noticed that their time is up, so that each has entered once more, and look on. */
    private static void untilOvershot(Stage<Integer, Note> stage, List<Ticket<Integer, Note>> tickets) {
        await().untilAsserted(() -> {
            BareSnapshot role = stage.snapshot(0).role();
            assertThat(role.entries()).containsEntry(Outcome.TIMED_OUT, (long) tickets.size());
            assertThat(role.waiters()).isEqualTo(tickets.size());
        });
    }

    private static final Duration TWO = Duration.ofSeconds(2);

    @Test
    void m7_headWhoseTimeWentByInAPause_looksThroughTheBufferFirst() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        var paused = new AtomicBoolean();
        source.hook = rest -> {
            if (!paused.getAndSet(true)) {
                clock.advance(PAUSE);
                add(5, "another's");
                add(6, "another's");
                add(1, "mine");
            }
        };

        assertThat(stage.call(1, TWO_SECONDS, () -> {}).text()).isEqualTo("mine");
        assertThat(source.asked)
                .as("none of them blocks but the first")
                .filteredOn(rest -> !rest.isZero())
                .hasSize(1);
    }

    @Test
    void m7_headWhoseTimeWentByInAPause_looksNoFurtherThanTheDrainBudget() {
        Stage<Integer, Note> stage = timed(builder -> builder.drain(4));
        var paused = new AtomicBoolean();
        source.hook = rest -> {
            if (!paused.getAndSet(true)) {
                clock.advance(PAUSE);
            }
            add(5, "flood");
        };

        assertThatThrownBy(() -> stage.call(1, TWO_SECONDS, () -> {}))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining(
                        "the wait ended 7000 ms after its deadline, as after a pause of the whole process");
        assertThat(source.reads).hasValue(1 + 4);
    }

    @Test
    void m7_waiterWhoseTimeWentByInAPause_getsWhatIsInTheBuffer() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Received<Note>> waiter = startWaiter(stage, () -> ticket.await(TWO));
            stopTheHead();
            add(7, "another's");
            add(2, "in the buffer");
            clock.advance(PAUSE);
            untilOvershot(stage, List.of(ticket));
            goesOn.countDown();

            assertThat(waiter.get().message().text()).isEqualTo("in the buffer");
        }
        add(1, "done");
        head.get();
    }

    @Test
    void m7_allWhoseTimeWentByInAPause_getWhatIsInTheBuffer() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, TWO_SECONDS, () -> {}));
        try (Ticket<Integer, Note> two = stage.ticket(2);
                Ticket<Integer, Note> three = stage.ticket(3);
                Ticket<Integer, Note> four = stage.ticket(4)) {
            List<Task<Received<Note>>> waiters = new ArrayList<>();
            for (Ticket<Integer, Note> ticket : List.of(two, three, four)) {
                waiters.add(startWaiter(stage, () -> ticket.await(TWO)));
            }
            stopTheHead();
            for (int token = 4; token > 0; token--) {
                add(token, "for " + token);
            }
            clock.advance(PAUSE);
            untilOvershot(stage, List.of(two, three, four));
            goesOn.countDown();

            assertThat(head.get().text()).isEqualTo("for 1");
            for (int i = 0; i < 3; i++) {
                assertThat(waiters.get(i).get().message().text()).isEqualTo("for " + (i + 2));
            }
        }
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.TIMED_OUT, 0L);
    }

    @Test
    void m7_waiterWhoseTimeWentByInAPauseUnderAHeadThatHangs_looksOnForASecondAtMost() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Received<Note>> waiter = startWaiter(stage, () -> ticket.await(TWO));
            stopTheHead();
            clock.advance(PAUSE);
            untilOvershot(stage, List.of(ticket));
            clock.advance(Duration.ofMillis(999));
            assertThat(waiter.isDone()).isFalse();
            clock.advance(Duration.ofMillis(1));

            assertThat(waiter.failure())
                    .isInstanceOf(StageTimeoutException.class)
                    .hasMessage("no message in 10000 ms for the ticket for token '2' of stage 'post'; thread '"
                            + head.thread.getName()
                            + "' is the head; 0 messages received meanwhile (0 unclaimed), 0 refused"
                            + " by this ticket's check; the wait ended 8000 ms after its deadline, as after a pause of the"
                            + " whole process");
        }
        goesOn.countDown();
        add(1, "done");
        head.get();
    }

    @Test
    void m7_waiterThatIsLateByLessThanASecond_looksOnForAsLong() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Received<Note>> waiter = startWaiter(stage, () -> ticket.await(TWO));
            clock.advance(Duration.ofMillis(2_200));
            untilOvershot(stage, List.of(ticket));
            clock.advance(Duration.ofMillis(200));

            assertThat(waiter.failure())
                    .isInstanceOf(StageTimeoutException.class)
                    .hasMessageContaining("the wait ended 400 ms after its deadline");
        }
        add(1, "done");
        head.get();
    }

    @Test
    void m7_asynchronousCallWhoseTimeWentByInAPause_looksOnOnce() {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage =
                timed(builder -> builder.keeper(Keeper.ALWAYS).timer(timer));
        CompletableFuture<Note> call = stage.callAsync(1, TWO_SECONDS, () -> {});
        clock.advance(PAUSE);
        timer.advance(PAUSE);
        assertThat(call).isNotDone();
        clock.advance(Duration.ofSeconds(1));
        timer.advance(Duration.ofSeconds(1));

        assertThatThrownBy(() -> Patience.get(call))
                .hasCauseInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("the wait ended 8000 ms after its deadline");
    }

    @Test
    void m7_waiterThatIsHardlyLate_doesNotLookOn() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            Task<Received<Note>> waiter = startWaiter(stage, () -> ticket.await(TWO));
            clock.advance(Duration.ofMillis(2_100));

            assertThat(waiter.failure())
                    .isInstanceOf(StageTimeoutException.class)
                    .hasMessageNotContaining("after its deadline");
            assertThat(stage.snapshot(0).role().entries()).containsEntry(Outcome.TIMED_OUT, 1L);
        }
        add(1, "done");
        head.get();
    }

    @Test
    void b5_processThatWasStoppedTwice_isNotTakenForAHeadThatHangs() throws Exception {
        source.patient = true;
        Stage<Integer, Note> stage = timed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        for (int stop = 0; stop < 2; stop++) {
            clock.advance(PAUSE);
            assertThat(stage.snapshot(0).unattended()).isEqualTo(Duration.ofSeconds(2));
            passUnnoticed(Duration.ZERO);
            assertThat(stage.snapshot(0).unattended()).isZero();
        }
        add(1, "done");
        head.get();
    }

    @Test
    void b5_processThatWasStopped_isNotTakenForAHeadThatHangs() throws Exception {
        Stage<Integer, Note> stage = timed(builder -> builder.reuse(Reuse.ALLOW));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        stopTheHead();
        try (var log = new LogCapture("io.github.exitleft")) {
            clock.advance(Duration.ofSeconds(59));
            for (int look = 0; look < 3; look++) {
                int token = 2 + look;
                assertThat(stage.snapshot(0).unattended()).isEqualTo(Duration.ofSeconds(2));
                assertThatThrownBy(() -> stage.call(token, TWO_SECONDS.timeout(Duration.ZERO), () -> {}))
                        .isInstanceOf(StageTimeoutException.class);
            }
            assertThat(log.lines()).isEmpty();

            clock.advance(Duration.ofSeconds(1));
            assertThat(stage.snapshot(0).unattended())
                    .as("it hangs all the same")
                    .isEqualTo(Duration.ofSeconds(60));
        }
        goesOn.countDown();
        add(1, "done");
        head.get();
        assertThat(stage.snapshot(0).unattended()).isZero();
    }
}
