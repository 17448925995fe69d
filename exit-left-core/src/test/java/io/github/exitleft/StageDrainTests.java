package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Heads that have their message leave well (M5). */
class StageDrainTests extends NoteFixture {

    private void addMineAnd(int others) {
        add(1, "mine");
        for (int i = 0; i < others; i++) {
            add(100 + i, "other");
        }
    }

    @Test
    void m5_leavingHead_routesPendingMessagesWithoutAPromotion() throws Exception {
        Stage<Integer, Note> stage = stage();
        var gate = new CountDownLatch(1);
        source.hook = rest -> gate.await();
        Task<Note> head = startHead(stage, () -> stage.call(1, () -> {}));
        Task<Note> second = startWaiter(stage, () -> stage.call(2, () -> {}));
        Task<Note> third = startWaiter(stage, () -> stage.call(3, () -> {}));
        add(1, "a");
        add(2, "b");
        add(3, "c");
        gate.countDown();

        assertThat(head.get().text()).isEqualTo("a");
        assertThat(second.get().text()).isEqualTo("b");
        assertThat(third.get().text()).isEqualTo("c");
        BareSnapshot role = stage.snapshot(0).role();
        assertThat(role.promotions()).isZero();
        assertThat(role.headChanges()).isEqualTo(1);
    }

    @Test
    void m5_keeperThatStepsDown_routesPendingMessagesWithoutAPromotion() throws Exception {
        var gate = new CountDownLatch(1);
        source.hook = rest -> gate.await();
        Stage<Integer, Note> stage =
                stage(builder -> builder.keeper(Keeper.IDLE).keeperIdle(Duration.ofMillis(1)));
        somebodyElse(stage);
        await().until(() -> keeperHeads(stage));
        Task<Note> waiter = startWaiter(stage, () -> stage.call(2, () -> {}));
        add(99, "for nobody");
        add(2, "pending");
        gate.countDown();

        assertThat(waiter.get().text()).isEqualTo("pending");
        assertThat(stage.snapshot(0).exits()).containsEntry(Outcome.SIGNALLED, 1L);
    }

    @Test
    void m5_leavingHead_routesNoMoreThanItsBudget() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.drain(2));
        somebodyElse(stage);
        stage.call(1, () -> addMineAnd(5));

        assertThat(source.received).hasValue(3);
        assertThat(count(stage, MessageOutcome.UNKNOWN)).isEqualTo(2);
    }

    @Test
    void m5_leavingHead_routes32UnlessToldOtherwise() throws Exception {
        Stage<Integer, Note> stage = stage();
        somebodyElse(stage);
        stage.call(1, () -> addMineAnd(40));

        assertThat(source.received).hasValue(33);
    }

    @Test
    void m5_leavingHeadWithoutBudget_looksNoFurther() throws Exception {
        Stage<Integer, Note> stage = stage(builder -> builder.drain(0));
        somebodyElse(stage);
        stage.call(1, () -> addMineAnd(5));

        assertThat(source.reads).hasValue(1);
    }

    @Test
    void m5_leavingHead_leavesAtOnceWhenNothingIsThere() throws Exception {
        Stage<Integer, Note> stage = stage();
        somebodyElse(stage);
        stage.call(1, () -> add(1, "mine"));

        assertThat(source.reads).hasValue(2);
        assertThat(source.asked).last().isEqualTo(Duration.ZERO);
    }

    @Test
    void m5_leavingHeadThatAloneHasATicket_looksNoFurther() throws Exception {
        Stage<Integer, Note> stage = stage();
        stage.call(1, () -> addMineAnd(5));

        assertThat(source.reads).as("there is no other ticket to route to").hasValue(1);
    }

    @Test
    void m5_interruptWhileDraining_keepsTheHeadsMessageAndTheFlag() throws Exception {
        Stage<Integer, Note> stage = stage();
        source.hook = rest -> {
            if (rest.isZero()) {
                throw new InterruptedException("while draining");
            }
        };
        somebodyElse(stage);
        Task<String> head = start(() -> {
            Note mine = stage.call(1, () -> addMineAnd(2));
            return mine.text() + Thread.currentThread().isInterrupted();
        });

        assertThat(head.get()).isEqualTo("minetrue");
        assertThat(stage.snapshot(0).role().state()).isEqualTo(BareSnapshot.State.OPEN);
    }

    @Test
    void m5_failureWhileDraining_keepsTheHeadsMessageAndEndsTheOthers() throws Exception {
        Stage<Integer, Note> stage = stage();
        var cause = new IOException("while draining");
        source.hook = rest -> {
            if (rest.isZero()) {
                throw cause;
            }
        };
        try (Ticket<Integer, Note> other = stage.ticket(2)) {
            assertThat(stage.call(1, () -> addMineAnd(2)).text()).isEqualTo("mine");

            assertThatThrownBy(other::await)
                    .isInstanceOf(SourceFailedException.class)
                    .hasCause(cause);
        }
    }

    @Test
    void m5_closeWhileDraining_keepsTheHeadsMessage() throws Exception {
        Stage<Integer, Note> stage = stage();
        source.hook = rest -> {
            if (rest.isZero()) {
                stage.close();
            }
        };

        somebodyElse(stage);
        assertThat(stage.call(1, () -> addMineAnd(9)).text()).isEqualTo("mine");
        assertThat(source.received.get()).as("a closed stage is not drained").isLessThanOrEqualTo(2);
        assertThat(source.closed).hasValue(1);
    }

    @Test
    void m5_ownMessagesWhileDraining_stayForTheNextWait() throws Exception {
        Stage<Integer, Note> stage = stage();
        somebodyElse(stage);
        try (Ticket<Integer, Note> ticket = stage.ticket(1)) {
            add(1, "first");
            add(1, "second");
            assertThat(ticket.await().message().text()).isEqualTo("first");
            int reads = source.reads.get();

            assertThat(ticket.await().message().text()).isEqualTo("second");
            assertThat(source.reads).as("it was in the mailbox").hasValue(reads);
        }
    }
}
