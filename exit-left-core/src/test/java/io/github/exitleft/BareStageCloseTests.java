package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The end of a stage: rule S16. */
class BareStageCloseTests extends Steered {

    @Test
    void s16_closeOfAnIdleStage_closesTheResourceOnce() {
        stage.close();
        stage.close();
        assertThat(closedResources).hasSize(1);
        assertThat(stage.snapshot(0).state()).isEqualTo(BareSnapshot.State.CLOSED);
        assertThatThrownBy(() -> stage.ticket("late"))
                .isInstanceOf(StageClosedException.class)
                .hasMessageContaining("'test'");
    }

    @Test
    void s16_close_endsEveryWaitWakesTheHeadAndThenClosesTheResource() throws Exception {
        var head = head();
        var waiters = List.of(waiter("1", LONG), waiter("2", LONG), waiter("3", LONG));
        stage.close();
        for (var waiter : waiters) {
            assertThat(waiter.thrown()).isInstanceOf(StageClosedException.class);
        }
        assertThat(head.result()).isEqualTo(finished("head")); // woken by the hook
        assertThat(closedResources).hasSize(1);
        assertThat(stage.snapshot(0).promotions()).isZero();
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.CLOSED, 3L);
    }

    @Test
    void s16_headOfAClosedStage_hasNoTimeAndIsTold() throws Exception {
        var headed = new CountDownLatch(1);
        var head = Actor.start("head", () -> {
            try (var ticket = stage.ticket("head")) {
                return stage.enter(ticket, LONG, director -> {
                    headed.countDown();
                    while (!director.remaining().isZero()) {
                        Thread.onSpinWait();
                    }
                    assertThat(director.isClosed()).isTrue();
                    return director.<String>outOfTime();
                });
            }
        });
        await().until(() -> headed.getCount() == 0);
        stage.close();
        assertThat(head.thrown()).isInstanceOf(StageClosedException.class);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_ticketsTakenBefore_canBeClosedAndNotEntered() throws Exception {
        var ticket = stage.ticket("a");
        stage.close();
        assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                .isInstanceOf(StageClosedException.class);
        ticket.close();
    }

    @Test
    void s16_headThatDoesNotComeBack_closesTheResourceWhenItDoes() throws Exception {
        stage = deaf(false);
        var head = head();
        var closer = closer();
        await().until(() -> stage.snapshot(0).state() == BareSnapshot.State.CLOSED && parker.isParked(closer.thread));
        parker.advance(Duration.ofSeconds(4));
        assertThat(closer.isDone()).isFalse();
        parker.advance(Duration.ofSeconds(1));
        assertThat(closer.result()).isEqualTo("closed");
        assertThat(closedResources).isEmpty();
        leave(head);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_timeThatTheHookTakes_isPartOfTheTimeThatClosingWaits() throws Exception {
        stage = BareStage.<String, Object, List<String>>builder("test", "resource", new ArrayList<>())
                .parker(parker)
                .wakeup(resource -> {
                    parker.advance(Duration.ofSeconds(4));
                    parker.nanoTime();
                })
                .closer(closedResources::add, false)
                .build();
        var head = head();
        var closer = closer();
        await().until(() -> parker.isParked(closer.thread));
        parker.advance(Duration.ofSeconds(1));
        assertThat(closer.result()).isEqualTo("closed");
        leave(head);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_resourceOfAHeadThatDoesNotComeBack_isClosedWhereThatIsAllowed() throws Exception {
        stage = deaf(true);
        var head = head();
        var closer = closer();
        await().until(() -> parker.isParked(closer.thread));
        parker.advance(Duration.ofSeconds(5));
        assertThat(closer.result()).isEqualTo("closed");
        assertThat(closedResources).hasSize(1);
        leave(head);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_closeFromInsideAHead_onlyMarksAndTheLeavingHeadFinishes() throws Exception {
        try (var ticket = stage.ticket("a")) {
            stage.enter(ticket, LONG, director -> {
                stage.close();
                assertThat(director.isClosed()).isTrue();
                assertThat(closedResources).isEmpty();
                return "";
            });
        }
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_closeFromInsideACallback_doesNotWaitForAnotherStagesHead() throws Exception {
        stage = deaf(false);
        var head = head();
        stage.buffer(buffer -> {
            stage.close();
            return "";
        });
        assertThat(closedResources).isEmpty();
        leave(head);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s16_interruptedCloser_stillWaitsAndKeepsItsFlag() throws Exception {
        stage = deaf(false);
        var head = head();
        var closer = Actor.start("closer", () -> {
            Thread.currentThread().interrupt();
            stage.close();
            return "closed";
        });
        await().until(() -> stage.snapshot(0).state() == BareSnapshot.State.CLOSED && parker.isParked(closer.thread));
        leave(head);
        assertThat(closer.result()).isEqualTo("closed");
        assertThat(closedResources).hasSize(1);
        assertThat(closer.wasLeftInterrupted()).isTrue();
    }

    @Test
    void s16_throwingHookOrResource_keepsNoThreadWaiting() throws Exception {
        var closed = new AtomicInteger();
        stage = BareStage.<String, Object, List<String>>builder("test", "resource", new ArrayList<>())
                .wakeup(resource -> {
                    commands.add(director -> true);
                    throw new NoClassDefFoundError("hook");
                })
                .closer(
                        resource -> {
                            closed.incrementAndGet();
                            throw new AssertionError("resource");
                        },
                        false)
                .build();
        var head = head();
        var waiter = waiter("w", LONG);
        stage.close();
        assertThat(waiter.thrown()).isInstanceOf(StageClosedException.class);
        assertThat(head.result()).isEqualTo(finished("head"));
        assertThat(closed).hasValue(1);
    }

    @Test
    void s16_interruptedThread_closesTheResourceUndisturbed() throws Exception {
        var flags = new ArrayList<Boolean>();
        stage = BareStage.<String, Object, List<String>>builder("test", "resource", new ArrayList<>())
                .closer(resource -> flags.add(Thread.currentThread().isInterrupted()), false)
                .build();
        var closer = Actor.start("closer", () -> {
            Thread.currentThread().interrupt();
            stage.close();
            return "";
        });
        closer.result();
        assertThat(flags).containsExactly(false);
        assertThat(closer.wasLeftInterrupted()).isTrue();
    }

    @Test
    void s16_manyClosers_closeOnceWhileOthersEnter() throws Exception {
        for (int round = 0; round < 200; round++) {
            closedResources.clear();
            stage = BareStage.<String, Object, List<String>>builder("test", "resource", new ArrayList<>())
                    .closer(closedResources::add, false)
                    .build();
            var actors = new ArrayList<Actor<String>>();
            for (int i = 0; i < 4; i++) {
                String token = "t" + i;
                actors.add(Actor.start(token, () -> {
                    try (var ticket = stage.ticket(token)) {
                        while (true) {
                            stage.enter(ticket, Duration.ofSeconds(5), director -> "");
                        }
                    } catch (StageClosedException e) {
                        return "told";
                    }
                }));
            }
            for (int i = 0; i < 2; i++) {
                actors.add(Actor.start("closer" + i, () -> {
                    stage.close();
                    return "told";
                }));
            }
            for (var actor : actors) {
                assertThat(actor.result()).isEqualTo("told");
            }
            assertThat(closedResources).hasSize(1);
        }
    }
}
