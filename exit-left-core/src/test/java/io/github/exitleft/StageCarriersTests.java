package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources with several connections, of which one is lost (M6): its calls end, and no others. */
class StageCarriersTests extends NoteFixture {

    private final IOException cut = new IOException("one cable cut");
    private final Carriers carriers = new Carriers();
    private final Carriers.Carrier a = carriers.add();
    private final Carriers.Carrier b = carriers.add();
    private final AtomicInteger restores = new AtomicInteger();
    private final Queue<Exception> restoreFailures = new ConcurrentLinkedQueue<>();
    private final ManualTimer timer = new ManualTimer();

    private final class TwoLines extends OverQueue {

        @Override
        public Carriers carriers() {
            return carriers;
        }

        @Override
        public void restore() throws Exception {
            restores.incrementAndGet();
            Exception failure = restoreFailures.poll();
            if (failure != null) {
                throw failure;
            }
        }
    }

    private Stage<Integer, Note> lines(UnaryOperator<StageBuilder<Integer, Note>> settings) {
        return build(
                settings.apply(Stage.<Integer, Note>builder("post", Integer.class, hooked(new TwoLines()), Note::token)
                        .onFailure(OnFailure.FAIL_ALL)
                        .defaultTimeout(LONG)));
    }

    private Stage<Integer, Note> lines() {
        return lines(builder -> builder);
    }

    private void lose(Carriers.Carrier carrier) {
        queue.fail(new CarrierLostException(carrier, cut));
    }

    private Note ask(Stage<Integer, Note> stage, int token, Carriers.Carrier carrier) throws InterruptedException {
        return stage.call(token, () -> carryBy(carrier));
    }

    private static void carryBy(Carriers.Carrier carrier) {
        assertThat(carrier.carry()).isTrue();
    }

    private void assertLost(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOf(SourceFailedException.class)
                .hasMessageContaining("one cable cut")
                .hasCause(cut);
    }

    @Test
    void m6_lostCarrier_endsWhatItCarriedAndNothingElse() throws Exception {
        Stage<Integer, Note> stage = lines();
        Task<Note> head = startHead(stage, () -> ask(stage, 1, a));
        Task<Note> second = startWaiter(stage, () -> ask(stage, 2, a));
        Task<Note> third = startWaiter(stage, () -> ask(stage, 3, b));
        Task<Note> byHand = startWaiter(stage, () -> stage.call(4, () -> {}));
        assertThat(a.inFlight()).isEqualTo(2);
        assertThat(b.inFlight()).isEqualTo(1);

        lose(a);

        assertLost(head.failure());
        assertLost(second.failure());
        await().untilAsserted(() -> assertThat(restores).hasValue(1));
        add(3, "three");
        add(4, "four");
        assertThat(third.get().text()).isEqualTo("three");
        assertThat(byHand.get().text()).isEqualTo("four");
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 2L);
        assertThat(List.of(a.inFlight(), b.inFlight())).containsExactly(0, 0);
        assertThat(a.carry()).as("a lost one").isFalse();
        assertThat(b.carry()).isTrue();
    }

    @Test
    void m6_headOfAnotherCarrier_headsOn() throws Exception {
        Stage<Integer, Note> stage = lines();
        Task<Note> head = startHead(stage, () -> ask(stage, 1, b));
        Task<Note> other = startWaiter(stage, () -> ask(stage, 2, a));

        lose(a);

        assertLost(other.failure());
        assertThat(heads(stage, head)).isTrue();
        add(1, "one");
        assertThat(head.get().text()).isEqualTo("one");
        assertThat(stage.snapshot(0).role().headChanges()).isEqualTo(1);
    }

    @Test
    void m6_answerReadBeforeTheLoss_isDelivered() throws Exception {
        Stage<Integer, Note> stage = lines();
        Task<Note> head = startHead(stage, () -> ask(stage, 1, a));
        Task<Note> other = startWaiter(stage, () -> ask(stage, 2, a));
        add(2, "two");
        add(1, "one");
        lose(a);

        assertThat(other.get().text()).isEqualTo("two");
        assertThat(head.get().text()).isEqualTo("one");
        readAll(stage);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 0L);
    }

    @Test
    void m6_ticket_endsWithTheCarrierOfWhatItSent() throws Exception {
        Stage<Integer, Note> stage = lines();
        try (Ticket<Integer, Note> sent = stage.ticket(1);
                Ticket<Integer, Note> byHand = stage.ticket(2)) {
            sent.send(() -> carryBy(a));
            carryBy(a);
            add(1, "in time");
            lose(a);
            add(2, "two");

            assertThat(byHand.await().message().text()).isEqualTo("two");
            assertThat(sent.await().message().text()).isEqualTo("in time");
            assertThatThrownBy(sent::await).satisfies(this::assertLost);
            assertThatThrownBy(() -> sent.await(Duration.ZERO)).satisfies(this::assertLost);
        }
        try (Ticket<Integer, Note> again = stage.ticket(5)) {
            again.send(() -> carryBy(b));
            assertThat(b.inFlight()).isEqualTo(1);
            assertThatThrownBy(() -> again.send(() -> {
                        carryBy(b);
                        throw cut;
                    }))
                    .isSameAs(cut);
            assertThat(b.inFlight()).isEqualTo(1);
            add(5, "again");
            assertThat(again.await().message().text()).isEqualTo("again");
        }
        assertThat(b.inFlight()).isZero();
    }

    @Test
    void s7_closedTicket_sendsNothing() {
        Stage<Integer, Note> stage = lines();
        Ticket<Integer, Note> ticket = stage.ticket(1);
        ticket.close();

        assertThatThrownBy(() -> ticket.send(() -> carryBy(a)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThat(a.inFlight()).isZero();
    }

    @Test
    void m6_futureAndGather_endToo() throws Exception {
        Stage<Integer, Note> stage = lines(builder -> builder.keeper(Keeper.IDLE));
        CompletableFuture<Note> lost = stage.callAsync(1, () -> carryBy(a));
        CompletableFuture<Note> other = stage.callAsync(2, () -> carryBy(b));
        Task<Gathered<Note>> gather =
                start(() -> stage.gather(3, CallOptions.<Note>defaults(), Until.first(2), () -> carryBy(a)));
        await().until(() -> a.inFlight() == 2);
        add(3, "first of two");

        lose(a);

        assertThatThrownBy(() -> Patience.get(lost))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .satisfies(this::assertLost);
        assertLost(gather.failure());
        add(2, "two");
        assertThat(Patience.get(other).text()).isEqualTo("two");
        await().untilAsserted(() -> assertThat(b.inFlight()).isZero());
    }

    @Test
    void m6_requestThatWasSentAgainElsewhere_endsWithTheLastOfItsCarriers() throws Exception {
        for (Carriers.Carrier first : List.of(a, b)) {
            Carriers.Carrier early = carriers.add();
            Carriers.Carrier late = carriers.add();
            Stage<Integer, Note> stage = lines();
            var sends = new AtomicInteger();
            Task<Note> caller = start(() -> stage.call(
                    1,
                    CallOptions.<Note>defaults()
                            .resend(Resends.every(Duration.ofMillis(1)).atMost(1)),
                    () -> carryBy(sends.incrementAndGet() == 1 ? early : late)));
            await().until(() -> late.inFlight() == 1);
            assertThat(early.inFlight()).isEqualTo(1);

            lose(first == a ? early : late);
            await().until(() -> early.inFlight() + late.inFlight() == 1);
            assertThat(caller.isDone()).isFalse();
            lose(first == a ? late : early);

            assertLost(caller.failure());
        }
    }

    @Test
    void m6_resendThatWasNotSent_isNotCarried() throws Exception {
        Stage<Integer, Note> stage = lines();
        var sends = new AtomicInteger();
        Task<Note> caller = start(() -> stage.call(
                1,
                CallOptions.<Note>defaults()
                        .resend(Resends.every(Duration.ofMillis(1)).atMost(1)),
                () -> {
                    carryBy(a);
                    if (sends.incrementAndGet() == 2) {
                        carryBy(b);
                        throw cut;
                    }
                }));
        await().until(() -> sends.get() == 2);
        await().until(() -> b.inFlight() == 0);
        assertThat(a.inFlight()).isEqualTo(1);

        lose(a);

        assertLost(caller.failure());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void m6_resendThatFailsAfterAllElseWasLost_endsTheCall(boolean async) throws Exception {
        Stage<Integer, Note> stage = lines(builder -> builder.keeper(Keeper.ALWAYS));
        var sends = new AtomicInteger();
        var blocked = new CountDownLatch(1);
        CallOptions<Note> options = CallOptions.<Note>defaults()
                .resend(Resends.every(Duration.ofMillis(1)).atMost(1));
        Sender<Exception> sender = () -> {
            carryBy(sends.get() == 0 ? a : b);
            if (sends.incrementAndGet() == 2) {
                Patience.await(blocked);
                throw new IOException("no room");
            }
        };
        Task<Note> caller =
                start(() -> async ? Patience.get(stage.callAsync(1, options, sender)) : stage.call(1, options, sender));
        await().until(() -> b.inFlight() == 1);

        lose(a);
        await().until(() -> a.inFlight() == 0);
        blocked.countDown();

        Throwable thrown = caller.failure();
        assertLost(async ? thrown.getCause() : thrown);
    }

    @Test
    void m6_tokenBoundAfterTheLoss_endsAtOnce() throws Exception {
        Stage<Integer, Note> stage = lines(builder -> builder.keeper(Keeper.ALWAYS));

        assertThatThrownBy(() -> stage.call(() -> {
                    carryBy(a);
                    lose(a);
                    await().until(() -> !a.carry());
                    return 1;
                }))
                .satisfies(this::assertLost);
        CompletableFuture<Note> future = stage.callAsync(() -> {
            carryBy(b);
            lose(b);
            await().until(() -> !b.carry());
            return 2;
        });
        assertThatThrownBy(() -> Patience.get(future)).cause().satisfies(this::assertLost);
        Carriers.Carrier c = carriers.add();
        assertThatThrownBy(() -> stage.call(() -> {
                    carryBy(c);
                    return null;
                }))
                .isInstanceOf(NullPointerException.class);
        assertThat(c.inFlight()).isZero();
    }

    @Test
    void m6_waitForAnyOfSeveralTickets_endsIfOneOfThemDoes() throws Exception {
        Stage<Integer, Note> stage = lines();
        try (Ticket<Integer, Note> one = stage.ticket(1);
                Ticket<Integer, Note> two = stage.ticket(2)) {
            one.send(() -> carryBy(a));
            two.send(() -> carryBy(b));
            Task<Tickets.First<Integer, Note>> waits =
                    startHead(stage, () -> Tickets.awaitAny(List.of(one, two), LONG));
            Task<Note> queued = startWaiter(stage, () -> ask(stage, 3, b));

            lose(a);

            assertLost(waits.failure());
            add(2, "two");
            add(3, "three");
            assertThat(queued.get().text()).isEqualTo("three");
            assertThat(two.await().message().text()).isEqualTo("two");
        }
    }

    @Test
    void m6_questionAmongMany_endsAlone() throws Exception {
        Stage<Integer, Note> stage = lines();
        Map<Integer, Carriers.Carrier> by = Map.of(1, a, 2, b, 3, a, 4, b);
        Task<List<Answer<Integer, Note>>> all = startHead(
                stage,
                () -> stage.callAll(
                        List.of(1, 2, 3, 4),
                        peer -> Question.of(peer, () -> carryBy(by.get(peer))),
                        CallOptions.defaults()));

        add(4, "four");
        lose(a);
        add(2, "two");

        List<Answer<Integer, Note>> answers = all.get();
        assertThat(answers.get(1).message().text()).isEqualTo("two");
        assertThat(answers.get(3).message().text()).isEqualTo("four");
        assertLost(answers.get(0).failure());
        assertLost(answers.get(2).failure());
        assertThat(b.inFlight()).isZero();
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FAILED, 2L);
    }

    @Test
    void m6_questionsThatAreAllLostWhileTheyAreSent_endAll() throws Exception {
        Stage<Integer, Note> stage = lines(builder -> builder.keeper(Keeper.ALWAYS));

        List<Answer<Integer, Note>> answers = stage.callAll(
                List.of(1, 2),
                peer -> Question.of(peer, () -> {
                    carryBy(peer == 1 ? a : b);
                    if (peer == 2) {
                        lose(a);
                        lose(b);
                        await().until(() -> !a.carry() && !b.carry());
                    }
                }),
                CallOptions.defaults());

        assertThat(answers).allSatisfy(answer -> assertLost(answer.failure()));
    }

    @Test
    void inFlight_isExactHoweverACallEnds() throws Exception {
        Stage<Integer, Note> stage = lines(builder -> builder.keeper(Keeper.IDLE));
        Task<Note> interrupted = start(() -> ask(stage, 1, a));
        await().until(() -> a.inFlight() == 1);
        interrupted.thread.interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        assertThat(a.inFlight()).isZero();

        assertThatThrownBy(() ->
                        stage.call(2, CallOptions.<Note>defaults().timeout(Duration.ofNanos(1)), () -> carryBy(a)))
                .isInstanceOf(StageTimeoutException.class);
        assertThatThrownBy(() -> stage.call(3, () -> {
                    carryBy(a);
                    throw cut;
                }))
                .isSameAs(cut);
        CompletableFuture<Note> cancelled = stage.callAsync(4, () -> carryBy(a));
        assertThat(a.inFlight()).isEqualTo(1);
        cancelled.cancel(true);
        assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
        assertThat(a.inFlight()).isZero();

        CompletableFuture<Note> closed = stage.callAsync(5, () -> carryBy(a));
        stage.close();
        assertThatThrownBy(() -> Patience.get(closed)).hasCauseInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(a.inFlight()).isZero());
    }

    @Test
    void m6_failureOfTheWholeSource_endsAllAsEver() throws Exception {
        Stage<Integer, Note> stage = lines();
        Task<Note> head = startHead(stage, () -> ask(stage, 1, a));
        Task<Note> other = startWaiter(stage, () -> ask(stage, 2, b));

        queue.fail(cut);

        assertLost(head.failure());
        assertLost(other.failure());
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.FAILED);
        assertThat(List.of(a.inFlight(), b.inFlight())).containsExactly(0, 0);
    }

    @Test
    void m10_interruptThatComesWithALoss_takesNothingFromIt() throws Exception {
        Stage<Integer, Note> stage = lines();
        HookedSource<Note> source = hooked(new TwoLines());
        Stage<Integer, Note> hooked = build(Stage.<Integer, Note>builder("post", Integer.class, source, Note::token)
                .onFailure(OnFailure.FAIL_ALL)
                .defaultTimeout(LONG));
        var go = new CountDownLatch(1);
        source.hook = remaining -> {
            if (Thread.currentThread().getName().equals("interrupts itself")) {
                go.await();
                Thread.currentThread().interrupt();
                throw new CarrierLostException(a, cut);
            }
        };
        Task<Note> head = start(() -> {
            Thread.currentThread().setName("interrupts itself");
            return ask(hooked, 1, b);
        });
        await().until(() -> b.inFlight() == 1);
        Task<Note> other = startWaiter(hooked, () -> ask(hooked, 2, a));
        go.countDown();

        assertThat(head.failure()).isInstanceOf(InterruptedException.class);
        assertLost(other.failure());
        assertThat(stage.snapshot(0).role().waiters()).isZero();
    }

    @Test
    void restore_isTriedAgainWithGrowingPausesAndNotByTheHead() throws Exception {
        for (int i = 0; i < 3; i++) {
            restoreFailures.add(new IOException("not yet"));
        }
        Stage<Integer, Note> stage = lines(builder -> builder.timer(timer));
        Task<Note> head = startHead(stage, () -> ask(stage, 1, b));
        lose(a);
        await().until(() -> !a.carry());
        await().until(() -> restores.get() == 1);
        timer.settle();

        for (int pause : List.of(100, 200, 400)) {
            int before = restores.get();
            timer.advance(Duration.ofMillis(pause - 1));
            assertThat(restores).hasValue(before);
            timer.advance(Duration.ofMillis(1));
            assertThat(restores).hasValue(before + 1);
        }
        timer.advance(Duration.ofHours(1));
        assertThat(restores).hasValue(4);

        add(1, "one");
        assertThat(head.get().text()).isEqualTo("one");
    }

    @Test
    void restore_waitsForThePausesThatAreSet() throws Exception {
        for (int i = 0; i < 3; i++) {
            restoreFailures.add(new IOException("not yet"));
        }
        Stage<Integer, Note> stage =
                lines(builder -> builder.timer(timer).reopenPauses(Duration.ofMillis(30), Duration.ofMillis(50)));
        Task<Note> head = startHead(stage, () -> ask(stage, 1, b));
        lose(a);
        await().until(() -> restores.get() == 1);
        timer.settle();

        for (int pause : List.of(30, 50, 50)) {
            int before = restores.get();
            timer.advance(Duration.ofMillis(pause - 1));
            assertThat(restores).hasValue(before);
            timer.advance(Duration.ofMillis(1));
            assertThat(restores).hasValue(before + 1);
        }

        add(1, "one");
        assertThat(head.get().text()).isEqualTo("one");
    }

    /** Losses against answers, timeouts, interrupts, cancels and sending, at random. */
    @Test
    void m6_lossesAtAnyMoment_endEachCallOnceAndLoseNone() throws Exception {
        Stage<Integer, Note> stage =
                lines(builder -> builder.keeper(Keeper.IDLE).reuse(Reuse.ALLOW));
        var lanes = new Carriers.Carrier[] {carriers.add(), carriers.add()};
        var tokens = new AtomicInteger(1_000);
        var ends = new AtomicLong();
        int threads = 16;
        int each = 300;
        List<Task<Void>> callers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            var random = new SplittableRandom(i);
            callers.add(start(() -> {
                for (int j = 0; j < each; j++) {
                    askAtRandom(stage, random, lanes, tokens.incrementAndGet());
                    ends.incrementAndGet();
                }
                return null;
            }));
        }
        for (int i = 0; ends.get() < (long) threads * each && callers.stream().anyMatch(task -> !task.isDone()); i++) {
            Carriers.Carrier before;
            synchronized (lanes) {
                before = lanes[i % 2];
                lanes[i % 2] = carriers.add();
            }
            lose(before);
            callers.get(i % threads).thread.interrupt();
            await().until(() -> !before.carry() || callers.stream().allMatch(Task::isDone));
        }
        for (Task<Void> caller : callers) {
            caller.get();
        }
        readAll(stage);
        // futures whose callers were interrupted while they waited for them may be left, without an answer
        lose(lanes[0]);
        lose(lanes[1]);
        await().untilAsserted(
                        () -> assertThat(stage.snapshot(0).role().tickets()).isZero());
        assertThat(lanes[0].inFlight() + lanes[1].inFlight()).isZero();
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.snapshot(0).exits().values().stream().mapToLong(n -> n).sum())
                .isGreaterThanOrEqualTo((long) threads * each);
    }

    private void askAtRandom(Stage<Integer, Note> stage, SplittableRandom random, Carriers.Carrier[] lanes, int token) {
        Duration timeout = random.nextInt(4) == 0 ? Duration.ofNanos(random.nextInt(500_000)) : LONG;
        int answers = random.nextInt(3); // or it is to be ended by a loss
        Sender<RuntimeException> sender = () -> {
            Carriers.Carrier carrier;
            do {
                synchronized (lanes) {
                    carrier = lanes[random.nextInt(2)];
                }
            } while (!carrier.carry());
            if (answers > 0) {
                add(token, "answer to " + token);
            }
        };
        try {
            CallOptions<Note> options = CallOptions.<Note>defaults().timeout(timeout);
            Note answer;
            switch (random.nextInt(3)) {
                case 0 -> answer = stage.call(token, options, sender);
                case 1 -> answer = stage.callAsync(token, options, sender).get();
                default -> {
                    try (Ticket<Integer, Note> ticket = stage.ticket(token)) {
                        ticket.send(sender);
                        answer = ticket.await(timeout).message();
                    }
                }
            }
            assertThat(answer.text()).isEqualTo("answer to " + token);
        } catch (InterruptedException | StageTimeoutException | SourceFailedException e) {
            // as it may be
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfAny(StageTimeoutException.class, SourceFailedException.class);
        }
    }

    @Test
    void sourceWithoutCarriers_isSpared() throws Exception {
        Stage<Integer, Note> stage = stage();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            assertThat(ticket.load).isNull();
            assertThatCode(() -> ticket.send(() -> add(1, "one"))).doesNotThrowAnyException();
            assertThat(ticket.load).isNull();
            assertThat(ticket.await().message().text()).isEqualTo("one");
        }
    }
}
