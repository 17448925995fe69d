package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The keeper: when it reads, which waits it serves, what it leaves alone, and its end. */
class StageKeeperTests extends NoteFixture {

    private static final Duration IDLE = Duration.ofMillis(100);

    private Stage<Integer, Note> idle() {
        return strictlyTimed(builder -> builder.keeper(Keeper.IDLE).keeperIdle(IDLE));
    }

    private void untilKeeperReads(Stage<Integer, Note> stage) {
        await().until(() -> keeperHeads(stage));
    }

    /** An idle keeper that has begun to read. */
    private Stage<Integer, Note> idleThatReads() {
        Stage<Integer, Note> stage = idle();
        untilKeeperPauses(stage, IDLE);
        int reads = source.reads.get();
        clock.advance(IDLE);
        untilKeeperReads(stage);
        // the first read is a mere look, after which it would leave if a caller had come by then
        await().untilAsserted(() -> assertThat(source.reads).hasValueGreaterThan(reads + 1));
        return stage;
    }

    @Test
    void keeperThatIsOff_hasNoThreadAndReadsNothing() {
        Stage<Integer, Note> stage = timed(builder -> builder);
        add(1, "for nobody");
        clock.advance(Duration.ofHours(1));

        assertThat(stage.keeper()).isEqualTo(Keeper.OFF);
        assertThat(keepers(stage)).isEmpty();
        assertThat(source.reads).hasValue(0);
    }

    @Test
    void idleKeeper_readsOnceNoThreadHasReadForTheIdleTimeAndNotBefore() throws Exception {
        Stage<Integer, Note> stage = idle();
        untilKeeperPauses(stage, IDLE);
        Duration most = IDLE.minusNanos(1);
        clock.advance(most);
        assertThat(source.reads).as("too early").hasValue(0);
        stage.call(1, () -> add(1, "read by its caller")); // which counts as reading
        int reads = source.reads.get();
        clock.advance(Duration.ofNanos(1));
        untilKeeperPauses(stage, most);
        assertThat(source.reads).as("too early again").hasValue(reads);

        clock.advance(most);

        untilKeeperReads(stage);
    }

    /** An idle keeper, told something after it has looked around for the last time and before it asks for the role. */
    private Stage<Integer, Note> idleForAnHourAndThen(Consumer<Stage<Integer, Note>> tell) {
        Duration hour = Duration.ofHours(1);
        Stage<Integer, Note> stage = strictlyTimed(
                builder -> builder.keeper(Keeper.IDLE).keeperIdle(hour).timer(new ManualTimer()));
        untilKeeperPauses(stage, hour);
        long end = clock.time() + hour.toNanos();
        clock.whenLooking(
                keepers(stage).get(0),
                () -> clock.time() - end >= 0 && keeperLooksFrom("turn"), // it looks at the time since the last read
                () -> tell.accept(stage));
        clock.advance(hour);
        return stage;
    }

    @Test
    void s5_futureThatComesAsTheIdleKeeperAsksForTheRole_isReadForAtOnce() throws Exception {
        var future = new CompletableFuture<Note>();
        Stage<Integer, Note> stage = idleForAnHourAndThen(
                told -> told.callAsync(1, () -> add(1, "answer")).thenAccept(future::complete));

        assertThat(Patience.get(future).text()).isEqualTo("answer");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.SIGNALLED, 1L);
    }

    @Test
    void s5_keeperThatIsSwitchedOffAsItAsksForTheRole_ends() {
        Stage<Integer, Note> stage = idleForAnHourAndThen(told -> told.keeper(Keeper.OFF));

        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void s5_keeperThatIsToReadAlwaysAsItAsksForTheRole_reads() {
        Stage<Integer, Note> stage = idleForAnHourAndThen(told -> told.keeper(Keeper.ALWAYS));

        untilKeeperReads(stage);
    }

    @Test
    void idleKeeperThatHeads_explainsLateMessagesWhenTheyCome() throws Exception {
        Stage<Integer, Note> stage = idle();
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            assertThatThrownBy(() -> ticket.await(Duration.ZERO)).isInstanceOf(StageTimeoutException.class);
        }
        untilKeeperPauses(stage, IDLE);
        clock.advance(IDLE);
        untilKeeperReads(stage);

        clock.advance(Duration.ofMillis(7));
        add(1, "late");
        add(99, "unknown");

        await().untilAsserted(() ->
                assertThat(unclaimedOutcomes()).containsExactly(MessageOutcome.LATE, MessageOutcome.UNKNOWN));
        assertThat(unclaimed.get(0).late()).isEqualTo(Duration.ofMillis(107));
        assertThat(keeperHeads(stage)).as("goes on reading").isTrue();
    }

    @Test
    void idleKeeperThatServesACaller_leavesAndStaysAwayForTheIdleTime() throws Exception {
        Stage<Integer, Note> stage = idleThatReads();

        assertThat(stage.call(1, () -> add(1, "served")).text()).isEqualTo("served");

        untilKeeperPauses(stage, IDLE);
        assertThat(stage.snapshot(0).role().head()).isNull();
        add(2, "read by its caller");
        try (Ticket<Integer, Note> ticket = stage.ticket(2)) {
            assertThat(ticket.await().message().text()).isEqualTo("read by its caller");
        }
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.FINISHED, 1L);
        clock.advance(IDLE);
        untilKeeperReads(stage);
    }

    @Test
    void idleKeeperWhileCallersWait_handsTheRoleToOneOfThem() throws Exception {
        source.patient = true; // or it would look for waiting callers once a second
        Stage<Integer, Note> stage = idleThatReads();
        Task<Note> first = startWaiter(stage, () -> stage.call(1, () -> {}));
        Task<Note> second = startWaiter(stage, () -> stage.call(2, () -> {}));
        assertThat(keeperHeads(stage)).as("it has not been woken").isTrue();

        add(1, "served by the keeper");

        assertThat(first.get().text()).isEqualTo("served by the keeper");
        await().until(() -> heads(stage, second));
        assertThat(stage.snapshot(0).role().promotions()).isEqualTo(1);
        add(2, "read by itself");
        assertThat(second.get().text()).isEqualTo("read by itself");
    }

    @Test
    void idleKeeperThatFindsAWaiterAfterAFruitlessRead_stepsDownToo() throws Exception {
        source.patient = true;
        Stage<Integer, Note> stage = idleThatReads();
        Task<Note> caller = startWaiter(stage, () -> stage.call(1, () -> {}));

        source.wakeup(); // as when the longest read is over

        await().until(() -> heads(stage, caller));
        add(1, "read by itself");
        caller.get();
    }

    @Test
    void callersThatComeAndGo_neverWakeAnIdleKeeper() throws Exception {
        Set<Thread> woken = ConcurrentHashMap.newKeySet();
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.IDLE)
                .reuse(Reuse.ALLOW)
                .keeperIdle(Duration.ofMillis(1))
                .seam(TestParkers.under(thread -> woken.add(thread))));
        untilKeeperReads(stage);
        woken.clear(); // the thread that starts it may find it asleep already
        for (int i = 0; i < 200; i++) {
            untilKeeperReads(stage);
            int token = i;
            stage.call(token, () -> add(token, "served"));
            Task<Note> waiter = start(() -> stage.call(-1, () -> {}));
            await().until(() -> waiter.isDone()
                    || heads(stage, waiter)
                    || stage.snapshot(0).role().waiters() == 1);
            add(-1, "served, or read by itself");
            waiter.get();
            try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
                assertThatThrownBy(() -> ticket.await(Duration.ofNanos(1))).isInstanceOf(StageTimeoutException.class);
            }
        }

        assertThat(woken).doesNotContainAnyElementsOf(keepers(stage));
        assertThat(woken).as("the eye sees").isNotEmpty();
    }

    @Test
    void keeperThatAlwaysReads_readsAllAndCallersWait() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        untilKeeperReads(stage);

        for (int i = 0; i < 50; i++) {
            int token = i;
            assertThat(stage.call(token, () -> add(token, "n" + token)).text()).isEqualTo("n" + token);
        }
        Task<Note> waiter = startWaiter(stage, () -> stage.call(1, () -> {}));
        source.wakeup();
        add(99, "unknown");
        add(1, "served");
        waiter.get();

        BareSnapshot role = stage.snapshot(0).role();
        assertThat(keeperHeads(stage)).isTrue();
        assertThat(role.headChanges()).as("the keeper's own").isEqualTo(1);
        assertThat(role.promotions()).isZero();
        assertThat(stage.snapshot(0).exits())
                .as("the keeper has none")
                .containsEntry(Outcome.FINISHED, 0L)
                .containsEntry(Outcome.SIGNALLED, 51L);
    }

    @Test
    void keeperThatAlwaysReadsWhileCallersHead_isNextBeforeAllWaitersAndNotCountedAmongThem() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        startWaiter(stage, () -> stage.call(2, () -> {}));
        stage.keeper(Keeper.ALWAYS);
        untilKeeperIsParked(stage);
        Task<Note> newest = startWaiter(stage, () -> stage.call(3, () -> {}));

        StageSnapshot before = stage.snapshot(10);
        assertThat(before.role().waiters()).isEqualTo(2);
        assertThat(before.role().oldest()).hasSize(2);
        add(1, "read by itself");
        head.get();

        untilKeeperReads(stage);
        add(2, "served");
        add(3, "served");
        newest.get();
    }

    @Test
    void keeperSwitchedOff_passesTheRoleOnAndEnds() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        untilKeeperReads(stage);
        Task<Note> waiter = startWaiter(stage, () -> stage.call(1, () -> {}));

        stage.keeper(Keeper.OFF);

        await().until(() -> heads(stage, waiter));
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        add(1, "read by itself");
        waiter.get();
        assertThat(stage.keeper()).isEqualTo(Keeper.OFF);
    }

    @Test
    void keeperSwitchedOffWhileItQueues_leavesTheQueueAndEnds() throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder);
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        stage.keeper(Keeper.ALWAYS);
        untilKeeperIsParked(stage);

        stage.keeper(Keeper.OFF);

        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
        add(1, "read by itself");
        head.get();
        await().until(() -> heads(stage, waiter));
        add(2, "read by itself");
        waiter.get();
    }

    @Test
    void keeperSwitchedOnAndOff_isOneThreadAtMost() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeperIdle(Duration.ofMillis(1)));
        try (var log = new LogCapture("io.github.exitleft")) {
            for (int i = 0; i < 300; i++) {
                stage.keeper(Keeper.values()[i % 3]);
                int token = i;
                stage.call(token, () -> add(token, "whoever reads"));
            }
            assertThat(log.lines()).as("two at a time would be refused").isEmpty();
        }
        stage.keeper(Keeper.ALWAYS);
        untilKeeperReads(stage);
        await().untilAsserted(() -> assertThat(keepers(stage)).hasSize(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void s10_keeperThatIsInterrupted_passesTheRoleOnAndComesBack(Keeper mode) throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(mode).keeperIdle(Duration.ofMillis(1)));
        for (int i = 0; i < 20; i++) {
            untilKeeperReads(stage);
            keepers(stage).get(0).interrupt();
            int token = i;
            assertThat(stage.call(token, () -> add(token, "answered")).text()).isEqualTo("answered");
        }
        untilKeeperReads(stage);
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.INTERRUPTED, 0L);
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void s16_closeWhileTheKeeperHeads_wakesItAndItEnds(Keeper mode) throws Exception {
        source.patient = true; // so that nothing but a wake-up ends its read
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(mode)
                .keeperIdle(Duration.ofMillis(1))
                .seam(TestParkers.closeTimeout(Patience.FOR_EVER)));
        untilKeeperReads(stage);
        Task<Note> waiter = startWaiter(stage, () -> stage.call(1, () -> {}));

        start(() -> {
                    stage.close();
                    return null;
                })
                .get();

        assertThat(source.closed).hasValue(1);
        assertThat(waiter.failure()).isInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
        stage.keeper(Keeper.ALWAYS);
        assertThat(keepers(stage)).as("of a closed stage").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Keeper.class,
            names = {"IDLE", "ALWAYS"})
    void s16_closeWhileTheKeeperPausesOrQueues_endsIt(Keeper mode) throws Exception {
        Stage<Integer, Note> stage = strictlyTimed(builder -> builder.keeperIdle(Duration.ofHours(1)));
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        stage.keeper(mode);
        untilKeeperIsParked(stage);

        stage.close();

        assertThat(head.failure()).isInstanceOf(StageClosedException.class);
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void s12_helperOnTheKeepersThread_mayNotWaitAndMayClose() throws Exception {
        var tried = new CountDownLatch(1);
        Stage<Integer, Note> stage = stage(builder -> builder.keeper(Keeper.ALWAYS));
        stage.addListener(new StageListener<Integer, Note>() {
            @Override
            public void unclaimed(Unclaimed<? extends Integer, ? extends Note> left) {
                assertThatThrownBy(() -> stage.call(1, () -> {})).hasMessageContaining("inside a head or callback");
                stage.close();
                tried.countDown();
            }
        });
        add(99, "unknown");

        tried.await();
        await().untilAsserted(() -> assertThat(source.closed).hasValue(1));
        await().untilAsserted(() -> assertThat(keepers(stage)).isEmpty());
    }

    @Test
    void m10_sourceThatDiesOfInterrupts_isReadByItsKeeperUnlessToldOtherwise() {
        Source<Note> fragile = new OverQueue() {
            @Override
            public boolean closedByInterrupt() {
                return true;
            }
        };
        Stage<Integer, Note> stage = build(Stage.builder("fragile", Integer.class, hooked(fragile), Note::token));
        untilKeeperReads(stage);

        assertThat(stage.keeper()).isEqualTo(Keeper.ALWAYS);
        // only platform threads are among those that it was found in
        assertThat(keepers(stage)).hasSize(1).allMatch(Thread::isDaemon);
        assertThat(build(Stage.builder("told", Integer.class, hooked(fragile), Note::token)
                                .keeper(Keeper.IDLE))
                        .keeper())
                .isEqualTo(Keeper.IDLE);
    }

    @Test
    void m10_keeperThatASourcePrefers_isTheStagesUnlessToldOtherwise() {
        Source<Note> slow = new OverQueue() {
            @Override
            public Keeper preferredKeeper() {
                return Keeper.IDLE;
            }
        };

        assertThat(build(Stage.builder("slow", Integer.class, slow, Note::token))
                        .keeper())
                .isEqualTo(Keeper.IDLE);
        assertThat(build(Stage.builder("told", Integer.class, slow, Note::token).keeper(Keeper.OFF))
                        .keeper())
                .isEqualTo(Keeper.OFF);
    }

    @Test
    void keeperIdleOutOfRange_isRefused() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofHours(2))) {
            assertThatThrownBy(() -> stage(builder -> builder.keeperIdle(wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("'keeperIdle' must be from 1 ms to an hour, but is " + wrong);
        }
    }
}
