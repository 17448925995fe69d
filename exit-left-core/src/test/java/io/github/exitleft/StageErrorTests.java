package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.test.QueueSource;
import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors inside a stage of messages, and tickets that are closed while their threads head: rules S19 and S20. */
class StageErrorTests extends NoteFixture {

    @Test
    void s19_errorAtAnyCallOfTheKeeper_doesNotEndIt() throws Exception {
        int number = 0;
        SteeredParker clock;
        do {
            String name = "kept-" + ++number;
            clock = new SteeredParker();
            clock.failWhen("exit-left keeper of stage '" + name + "'", number);
            SteeredParker time = clock;
            var queue = new QueueSource<Note>();
            Stage<Integer, Note> stage = build(Stage.builder(name, Integer.class, queue, Note::token)
                    .keeper(Keeper.ALWAYS)
                    .seam(bare -> bare.parker(time)));

            await().untilAsserted(() -> {
                queue.add(new Note(7, "for nobody")); // each time, since the message before the Error may be lost
                time.advance(Duration.ofSeconds(1));
                assertThat(count(stage, MessageOutcome.UNKNOWN)).isPositive();
            });
            assertThat(keepers(stage)).hasSize(1);
        } while (clock.hasFailed());
        assertThat(number).isGreaterThan(1);
    }

    @Test
    void s19_messageThatAnErrorLeftWithoutASignal_isFoundByItsOwnerThatHeads() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            source.hook = rest -> {
                source.hook = more -> {};
                // as a head leaves it that an Error hits after it has filed
                source.received.incrementAndGet();
                stage.parts.mailroom.offer(1, ticket, new Note(1, "filed"), 0);
                add(2, "for nobody");
            };
            Task<Received<Note>> head = start(ticket::await);

            assertThat(head.get().message().text()).isEqualTo("filed");
        }
    }

    @Test
    void s19_messageThatAnErrorLeftWithoutASignal_comesBeforeANewerOne() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            source.hook = rest -> {
                source.hook = more -> {};
                source.received.incrementAndGet();
                stage.parts.mailroom.offer(1, ticket, new Note(1, "filed"), 0);
                add(1, "newer");
            };
            Task<Received<Note>> head = start(ticket::await);

            assertThat(head.get().message().text()).isEqualTo("filed");
            assertThat(ticket.await().message().text()).isEqualTo("newer");
        }
    }

    @Test
    void s19_errorAtAnyLookAtTheClock_losesNoMessageOfAnother() throws Exception {
        int number = 0;
        SteeredParker clock;
        do {
            number++;
            clock = new SteeredParker();
            SteeredParker failing = clock;
            int fails = number;
            var queue = new QueueSource<Note>();
            Stage<Integer, Note> stage = build(Stage.builder("post", Integer.class, hooked(queue), Note::token)
                    .seam(bare -> bare.parker(failing)));
            stage.addListener(new StageListener<>() {}); // so that the length of each wait is computed
            try (Ticket<Integer, Note> other = stage.ticket(2)) {
                queue.add(new Note(2, "of another"));
                Task<Outcome> head = start(() -> {
                    failing.failWhen(Thread.currentThread().getName(), fails, "nanoTime");
                    try {
                        stage.call(1, () -> queue.add(new Note(1, "of the head")));
                        return Outcome.FINISHED;
                    } catch (OutOfMemoryError e) {
                        return Outcome.FAILED;
                    }
                });
                Outcome told = head.get();
                long failed = stage.snapshot(0).exits().get(Outcome.FAILED);
                assertThat(stage.snapshot(0).exits().get(Outcome.FINISHED)).isEqualTo(told == Outcome.FINISHED ? 1 : 0);
                assertThat(failed).isLessThanOrEqualTo(told == Outcome.FAILED ? 1 : 0);
                assertThat(other.await(Duration.ZERO).message().text()).isEqualTo("of another");
            }
            stage.close();
        } while (clock.hasFailed());
        assertThat(number).isGreaterThan(3);
    }

    @Test
    void s19_errorInMakingATimeout_isCountedAsAFailureAndSnapshotsWork() throws Exception {
        int number = 0;
        SteeredParker clock;
        do {
            number++;
            clock = new SteeredParker();
            SteeredParker failing = clock;
            int fails = number;
            var queue = new QueueSource<Note>();
            Stage<Integer, Note> stage = build(Stage.builder("post", Integer.class, hooked(queue), Note::token)
                    .seam(bare -> bare.parker(failing)));
            Task<Outcome> head = start(() -> {
                try (Ticket<Integer, Note> mine = stage.ticket(1)) {
                    failing.failWhen(Thread.currentThread().getName(), fails, "nanoTime");
                    mine.await(Duration.ZERO);
                    return Outcome.FINISHED;
                } catch (StageTimeoutException e) {
                    return Outcome.TIMED_OUT;
                } catch (OutOfMemoryError e) {
                    return Outcome.FAILED;
                }
            });
            Outcome told = head.get();
            assertThat(told).isIn(Outcome.TIMED_OUT, Outcome.FAILED);
            assertThat(stage.snapshot(0).exits().get(Outcome.TIMED_OUT)).isEqualTo(told == Outcome.TIMED_OUT ? 1 : 0);
            Task<Integer> looker = start(() -> {
                failing.failWhen(Thread.currentThread().getName(), fails, "nanoTime");
                return stage.snapshot(0).role().waiters();
            });
            assertThat(looker.get()).isZero();
            stage.close();
        } while (number < 12);
    }

    @Test
    void s19_errorOfAWait_isCountedAsAFailure() throws Exception {
        var clock = new SteeredParker();
        Stage<Integer, Note> stage = stage(builder -> builder.seam(bare -> bare.parker(clock)));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> failing = start(() -> {
            clock.failWhen(Thread.currentThread().getName(), 1, "park");
            return stage.call(2, () -> {});
        });
        assertThat(failing.failure()).isInstanceOf(OutOfMemoryError.class);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 1L);
        assertThat(stage.snapshot(0).role().tickets()).isEqualTo(1);
        add(1, "done");
        head.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer", "timeout", "cancel"})
    void s19_errorAtAnyCallOfTheThreadThatEndsAFuture_leavesItNotOpen(String ending) throws Exception {
        int number = 0;
        SteeredParker clock;
        do {
            number++;
            clock = new SteeredParker();
            SteeredParker time = clock;
            var timer = new ManualTimer();
            var jobs = new ConcurrentLinkedQueue<Runnable>();
            var letters = new QueueSource<Note>();
            Stage<Integer, Note> stage = build(Stage.builder(ending + "-" + number, Integer.class, letters, Note::token)
                    .keeper(Keeper.ALWAYS)
                    .timer(timer)
                    .executor(jobs::add)
                    .seam(bare -> bare.parker(time)));
            stage.addListener(new StageListener<Integer, Note>() {}); // a listener wants the duration of each wait
            CompletableFuture<Note> future =
                    stage.callAsync(1, CallOptions.<Note>defaults().timeout(Duration.ofMillis(20)), () -> {});
            if (ending.equals("answer")) {
                letters.add(new Note(1, "answer"));
            } else if (ending.equals("timeout")) {
                time.advance(Duration.ofMillis(20));
                timer.advance(Duration.ofMillis(20));
            }
            Runnable end = ending.equals("cancel") ? () -> future.cancel(false) : theOnlyOf(jobs);
            int which = number;
            start(() -> {
                        time.failWhen(Thread.currentThread().getName(), which);
                        end.run();
                        return null;
                    })
                    .get();

            assertThat(future).isDone();
            StageSnapshot after = stage.snapshot(0);
            assertThat(after.role().tickets()).isZero();
            assertThat(after.exits().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(1);
            assertThat(timer.pending()).isZero();
        } while (clock.hasFailed());
        assertThat(number).isGreaterThan(1);
    }

    @Test
    void s19_errorAfterTheTicketOfAFutureOrStreamWasTaken_givesItBack() {
        Stage<Integer, Note> stage = stage(settings -> settings.keeper(Keeper.ALWAYS));
        StageParts<Integer, Note> parts = stage.parts;
        var recipient = new Recipient() {
            @Override
            public void lookAgain() {}

            @Override
            public void lookNow() {}

            @Override
            public @Nullable RuntimeException failure() {
                return null;
            }

            @Override
            public int hashCode() { // stands for a set that has no memory for one more
                throw new OutOfMemoryError("wanted by a test");
            }
        };
        var box = new Call<Integer, Note>(parts, 1, null, true, recipient);
        assertThatThrownBy(() -> parts.register(1, box, recipient)).isInstanceOf(OutOfMemoryError.class);
        assertThat(stage.snapshot(0).role().tickets()).isZero();
    }

    private static Runnable theOnlyOf(Queue<Runnable> jobs) {
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));
        return jobs.remove();
    }

    /** Closes a ticket at each depth, until the stack is at its end. */
    private static void closeFrom(int depth, List<Ticket<Integer, Note>> tickets) {
        tickets.get(depth).close();
        closeFrom(depth + 1, tickets);
    }

    @Test
    void s19_ticketClosedAtTheEndOfTheStack_isClosedWhollyOrNotAtAll() throws Exception {
        for (int round = 0; round < 12; round++) {
            Stage<Integer, Note> stage =
                    build(Stage.<Integer, Note>builder("deep-" + round, Integer.class, new QueueSource<>(), Note::token)
                            .maxTickets(40_000));
            List<Ticket<Integer, Note>> tickets =
                    IntStream.range(0, 40_000).mapToObj(stage::ticket).toList();
            var victim = new Thread(null, () -> closeFrom(0, tickets), "victim", 256 * 1024);
            victim.setUncaughtExceptionHandler((thread, e) -> {});
            victim.start();
            Patience.join(victim);

            int open = stage.snapshot(0).role().tickets();
            assertThat(open).isPositive().isLessThan(tickets.size());
            assertThat(tickets.stream().filter(ticket -> !ticket.closed)).hasSize(open);
            tickets.forEach(Ticket::close);
        }
    }

    @Test
    void s20_ticketClosedWhileItsThreadReads_endsTheWaitAndTheTokenIsFree() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.reuse(Reuse.ALLOW));
        Ticket<Integer, Note> ticket = stage.ticket(1);
        Task<Received<Note>> head = startHead(stage, () -> ticket.await(Duration.ofDays(1)));
        Task<Note> next = startWaiter(stage, () -> stage.call(2, () -> {}));

        ticket.close();

        stage.ticket(1).close();
        assertThat(head.failure()).isInstanceOf(CancellationException.class);
        add(2, "served by the next");
        assertThat(next.get().text()).isEqualTo("served by the next");
    }

    @Test
    void s14_ticketClosedWhileItsThreadReads_setsNoTimerForFuturesThatGoOn() throws Exception {
        var timer = new ManualTimer();
        Stage<Integer, Note> stage = stage(builder -> builder.timer(timer));
        Ticket<Integer, Note> ticket = stage.ticket(1);
        Task<Received<Note>> head = startHead(stage, () -> ticket.await(Duration.ofDays(1)));
        stage.keeper(Keeper.IDLE);
        CompletableFuture<Note> future = stage.callAsync(2, () -> {});
        int before = timer.pending();

        ticket.close();

        int after = timer.pending();
        assertThat(head.failure()).isInstanceOf(CancellationException.class);
        add(2, "answer");
        assertThat(Patience.get(future).text()).isEqualTo("answer");
        assertThat(after).isEqualTo(before);
    }

    @Test
    void s20_messageThatWasDeliveredBeforeTheClose_wins() throws Exception {
        Stage<Integer, Note> stage = stage();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        Task<Received<Note>> head = startHead(stage, () -> ticket.await(Duration.ofDays(1)));
        add(1, "first");
        assertThat(head.get().message().text()).isEqualTo("first");
        ticket.close();
    }
}
