package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The right to head without a ticket: when the keeper gets the role, and what it is not counted among. */
class BareKeeperTests extends Steered {

    private static final HeadRoutine<String, Object, List<String>, Void, RuntimeException> NOTHING = director -> null;

    private Actor<Boolean> queueing(HeadRoutine<String, Object, List<String>, ?, ?> routine) {
        Actor<Boolean> keeper = Actor.start(
                "keeper",
                () -> stage.keeper().head(true, false, director -> {
                    try {
                        return routine.head(director);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }));
        await().until(() -> stage.keeper().waiter.state == Waiter.State.WAITING || keeper.isDone());
        return keeper;
    }

    @Test
    void s3_keeperOfAFreeRole_headsAndPassesItOn() throws Exception {
        Actor<?>[] waiting = new Actor<?>[1];

        assertThat(stage.keeper().head(false, false, director -> {
                    waiting[0] = waiter("a", LONG);
                    assertThat(director.isAnybodyWaiting()).isTrue();
                    return null;
                }))
                .isTrue();

        assertThat(waiting[0].result()).isEqualTo(finished("headed by a"));
        assertThat(stage.snapshot(0).promotions()).isEqualTo(1);
    }

    @Test
    void s4_keeperWhileAnotherHeads_doesNotUnlessItQueues() throws Exception {
        Actor<Exit<String>> head = head();

        assertThat(stage.keeper().head(false, false, NOTHING)).isFalse();
        Actor<Boolean> keeper = queueing(NOTHING);
        assertThat(keeper.isDone()).isFalse();

        leave(head);
        assertThat(keeper.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Promotion.class)
    void s15_keeperThatQueues_isNextWhateverThePolicy(Promotion promotion) throws Exception {
        stage = build(promotion);
        Actor<Exit<String>> head = head();
        Actor<Exit<String>> older = waiter("older", LONG);
        var heads = new AtomicInteger();
        Actor<Boolean> keeper =
                queueing(director -> heads.addAndGet(stage.snapshot(0).waiters()));
        Actor<Exit<String>> newer = waiter("newer", LONG);

        leave(head);

        assertThat(keeper.result()).isTrue();
        assertThat(heads).as("waiting threads while it heads").hasValue(2);
        assertThat(older.result()).isEqualTo(finished("headed by older"));
        assertThat(newer.result()).isEqualTo(finished("headed by newer"));
    }

    @Test
    void s18_keeper_isShownAsTheHeadAndCountedNeitherAmongWaitersNorAmongExits() throws Exception {
        Actor<Exit<String>> head = head();
        var shown = new BareSnapshot[1];
        Actor<Boolean> keeper = queueing(director -> shown[0] = stage.snapshot(10));

        BareSnapshot queued = stage.snapshot(10);
        assertThat(queued.waiters()).isZero();
        assertThat(queued.oldest()).isEmpty();
        leave(head);
        keeper.result();

        assertThat(shown[0].head().thread()).isEqualTo("keeper");
        assertThat(shown[0].headChanges()).isEqualTo(2);
        assertThat(shown[0].promotions()).isEqualTo(1);
        assertThat(stage.snapshot(0).entries().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as("that of the head")
                .isEqualTo(1);
    }

    @Test
    void s18_recallOfAKeeperThatQueues_isNoTimeout() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);
        stage.keeper().recall();
        assertThat(keeper.result()).isFalse();

        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.TIMED_OUT, 0L);
        leave(head);
    }

    @Test
    void s5_recallBeforeItQueues_isKept() throws Exception {
        Actor<Exit<String>> head = head();
        stage.keeper().recall();

        assertThat(stage.keeper().head(true, false, NOTHING)).isFalse();

        stage.keeper().recall();
        stage.keeper().pause(Duration.ofDays(1));
        leave(head);
    }

    @Test
    void s5_recallBeforeItAsksWithoutQueueing_isKeptForItsNextPause() throws Exception {
        Actor<Exit<String>> head = head();
        stage.keeper().recall();
        Actor<Boolean> keeper = Actor.start("keeper", () -> {
            boolean headed = stage.keeper().head(false, false, NOTHING);
            stage.keeper().pause(Duration.ofDays(1));
            return headed;
        });

        assertThat(keeper.result()).isFalse();

        leave(head);
        stage.keeper().recall();
        assertThat(stage.keeper().head(false, false, NOTHING))
                .as("a free role, though it is recalled")
                .isTrue();
    }

    @Test
    void s5_recallWhileItQueuesOrPauses_endsThat() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);
        stage.keeper().recall();
        assertThat(keeper.result()).isFalse();
        Actor<Boolean> pausing = Actor.start("pausing", () -> {
            stage.keeper().pause(Duration.ofDays(1));
            return true;
        });
        await().until(() -> parker.isParked(pausing.thread));

        stage.keeper().recall();

        assertThat(pausing.result()).isTrue();
        leave(head);
    }

    @Test
    void s10_interruptWhileItQueues_leavesWithoutTheRole() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);

        keeper.thread.interrupt();

        assertThat(keeper.thrown()).isInstanceOf(InterruptedException.class);
        leave(head);
    }

    @Test
    void s10_keeperThatIsChosenAndInterrupted_passesTheRoleOn() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);
        Actor<Exit<String>> waiter = waiter("a", LONG);
        parker.hold(keeper.thread);
        leave(head);
        keeper.thread.interrupt();
        parker.release(keeper.thread);

        assertThat(keeper.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(waiter.result()).isEqualTo(finished("headed by a"));
    }

    @Test
    void s11_directorOfTheKeeper_hasNoTokenAndMuchTime() throws Exception {
        stage.keeper().head(false, false, director -> {
            assertThatThrownBy(director::token)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the head of stage 'test' is its keeper, which has no token");
            assertThat(director.attachment()).isNull();
            assertThat(director.remaining()).isGreaterThan(Duration.ofDays(10_000));
            assertThatThrownBy(() -> stage.keeper().head(true, false, NOTHING)).hasMessageContaining("inside a head");
            return null;
        });
    }

    @Test
    void s7_secondThreadAsTheKeeper_isRefused() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);

        assertThatThrownBy(() -> stage.keeper().head(true, false, NOTHING))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("keeper of stage 'test' is used by thread 'keeper'; only one thread at a time may");

        leave(head);
        assertThat(keeper.result()).isTrue();
    }

    @Test
    void s16_closedStage_hasNoKeeper() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);
        stage.close();

        assertThat(keeper.thrown()).isInstanceOf(StageClosedException.class);
        assertThatThrownBy(() -> stage.keeper().head(true, true, NOTHING)).isInstanceOf(StageClosedException.class);
        head.result();
    }

    @Test
    void m6_failure_endsTheKeepersWaitAndIsLeftAloneUnlessItIsToTryAgain() throws Exception {
        var cause = new IOException("cable cut");
        Actor<Exit<String>> head = head();
        Actor<Boolean> keeper = queueing(NOTHING);
        tellHead(director -> {
            director.fail(cause);
            return false;
        });
        assertThat(keeper.thrown()).isInstanceOf(SourceFailedException.class).hasCause(cause);

        assertThat(stage.keeper().head(true, false, NOTHING))
                .as("queued behind the head that fails")
                .isFalse();
        leave(head);
        assertThat(stage.keeper().head(true, false, NOTHING)).isFalse();
        var tried = new CountDownLatch(1);
        assertThat(stage.keeper().head(false, true, director -> {
                    director.recovered();
                    tried.countDown();
                    return null;
                }))
                .isTrue();
        assertThat(tried.getCount()).isZero();
        assertThat(stage.snapshot(0).state()).isEqualTo(BareSnapshot.State.OPEN);
        assertThat(stage.keeper().head(false, false, NOTHING)).isTrue();
    }
}
