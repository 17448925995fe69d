package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An Error inside the protocol harms the thread it met and no other: rule S19.
 *
 * <p>Each scenario is played again and again, with an Error thrown at the first call of the parker that one of its threads makes, then
 * at the second, and so on, until the scenario makes no more calls.
 */
@Timeout(120)
class BareStageErrorTests extends Steered {

    private static final Duration SHORT = Duration.ofSeconds(1);

    private volatile int deepest;
    private volatile boolean recursionEntered;

    /** What one play of a scenario does, and checks in the end. */
    private interface Scenario {
        void play() throws Exception;
    }

    /** Plays with an Error at each call that the thread of the given name makes. */
    private void atEachCallOf(String name, Scenario scenario) throws Exception {
        int number = 0;
        do {
            number++;
            commands.clear();
            closedResources.clear();
            stage = build(Promotion.OLDEST);
            parker.failWhen(name, number);
            scenario.play();
            stillWorks();
        } while (parker.hasFailed());
        assertThat(number).as("the thread called the platform").isGreaterThan(1);
    }

    /** The lock is free, so is the role, and nothing is left. */
    private void stillWorks() throws Exception {
        if (!stage.isClosed()) {
            Actor<Exit<String>> fresh = Actor.start("fresh", () -> {
                try (var ticket = stage.ticket("fresh")) {
                    return stage.enter(ticket, LONG, director -> "fresh");
                }
            });
            assertThat(fresh.result()).isEqualTo(finished("fresh"));
            Actor.start("closer of the rest", () -> {
                        stage.close();
                        return "";
                    })
                    .result();
        }
        nothingIsLeft();
        assertThat(closedResources).hasSize(1);
    }

    private Actor<String> enters(
            String name,
            Duration timeout,
            HeadRoutine<String, Object, List<String>, String, RuntimeException> routine) {
        return Actor.start(name, () -> {
            try (var ticket = stage.ticket(name)) {
                return told(() -> stage.enter(ticket, timeout, routine));
            }
        });
    }

    /** How an entry ended, in a word; an Error that was wanted is one of the ways. */
    private static String told(Callable<Exit<String>> entry) throws Exception {
        try {
            return entry.call().getClass().getSimpleName();
        } catch (SteeredParker.Wanted e) {
            return "Error";
        } catch (InterruptedException | SourceFailedException | StageClosedException | CancellationException e) {
            return e.getClass().getSimpleName();
        }
    }

    /** A head that does something once the others are parked, or have ended. */
    private Actor<String> headThatThen(
            HeadRoutine<String, Object, List<String>, String, RuntimeException> routine, List<Actor<String>> others)
            throws Exception {
        var heads = new CountDownLatch(1);
        Actor<String> head = enters("head", LONG, director -> {
            heads.countDown();
            await().until(() -> others.size() == 2
                    && parker.parked() + others.stream().filter(Actor::isDone).count() >= 2);
            return routine.head(director);
        });
        await().until(() -> heads.getCount() == 0 || head.isDone());
        return head;
    }

    private static Actor<String> add(List<Actor<String>> actors, Actor<String> actor) {
        actors.add(actor);
        return actor;
    }

    @ParameterizedTest
    @ValueSource(strings = {"head", "a", "b"})
    void s19_errorAtAnyCallWhileAHeadSignalsAndLeaves_harmsNoOther(String thrower) throws Exception {
        for (boolean virtual : new boolean[] {true, false}) {
            parker.virtual = virtual;
            atEachCallOf(thrower, () -> {
                List<Actor<String>> others = new CopyOnWriteArrayList<>();
                Actor<String> head = headThatThen(
                        director -> {
                            director.signal("a");
                            return "headed";
                        },
                        others);
                Actor<String> a = add(others, enters("a", LONG, director -> "headed"));
                Actor<String> b = add(others, enters("b", LONG, director -> "headed"));
                for (Actor<String> actor : List.of(head, a, b)) {
                    if (actor.thread.getName().equals(thrower)) {
                        assertThat(actor.result()).isIn("Error", "Signalled", "Finished");
                    } else {
                        assertThat(actor.result()).as(actor.thread.getName()).isIn("Signalled", "Finished");
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"head", "a", "b"})
    void s19_errorAtAnyCallWhileAHeadFails_harmsNoOther(String thrower) throws Exception {
        atEachCallOf(thrower, () -> {
            List<Actor<String>> others = new CopyOnWriteArrayList<>();
            Actor<String> head = headThatThen(
                    director -> {
                        throw director.fail(new IllegalStateException("wanted by a test"));
                    },
                    others);
            Actor<String> a = add(others, enters("a", LONG, director -> "headed"));
            Actor<String> b = add(others, enters("b", LONG, director -> "headed"));
            for (Actor<String> actor : List.of(head, a, b)) {
                if (actor.thread.getName().equals(thrower)) {
                    assertThat(actor.result()).isIn("Error", "SourceFailedException", "Finished");
                } else {
                    assertThat(actor.result()).isIn("SourceFailedException", "Finished");
                }
            }
            parker.advance(Duration.ofSeconds(2)); // to be tried again
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"w", "o"})
    void s19_errorAtAnyCallWhileTimeRunsOut_harmsNoOther(String thrower) throws Exception {
        for (boolean virtual : new boolean[] {true, false}) {
            parker.virtual = virtual;
            atEachCallOf(thrower, () -> {
                Actor<Exit<String>> head = head();
                Actor<String> w = enters("w", SHORT, director -> "headed");
                Actor<String> o = enters("o", SHORT, director -> "headed");
                await().until(() -> parker.parked() + (w.isDone() ? 1 : 0) + (o.isDone() ? 1 : 0) >= 2);
                parker.advance(SHORT);
                assertThat(w.result()).isIn("TimedOut", thrower.equals("w") ? "Error" : "TimedOut");
                assertThat(o.result()).isIn("TimedOut", thrower.equals("o") ? "Error" : "TimedOut");
                leave(head);
            });
        }
    }

    @Test
    void s19_errorAtAnyCallOfAnInterruptedThread_harmsNoOther() throws Exception {
        atEachCallOf("w", () -> {
            Actor<Exit<String>> head = head();
            Actor<String> w = enters("w", LONG, director -> "headed");
            Actor<String> o = enters("o", LONG, director -> "headed");
            await().until(() -> parker.parked() + (w.isDone() ? 1 : 0) >= 2);
            w.thread.interrupt();
            leave(head);
            assertThat(w.result()).isIn("InterruptedException", "Error");
            assertThat(o.result()).isEqualTo("Finished");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"closer", "head", "w"})
    void s19_errorAtAnyCallWhileTheStageIsClosed_leavesItClosed(String thrower) throws Exception {
        for (boolean virtual : new boolean[] {true, false}) {
            parker.virtual = virtual;
            atEachCallOf(thrower, () -> {
                var heads = new CountDownLatch(1);
                Actor<String> head = enters("head", LONG, director -> {
                    heads.countDown();
                    await().until(director::isClosed);
                    return director.outOfTime();
                });
                await().until(() -> heads.getCount() == 0 || head.isDone());
                Actor<String> w = enters("w", LONG, director -> director.isClosed() ? director.outOfTime() : "headed");
                await().until(() -> parker.parked() == 1 || w.isDone());
                Actor<String> closer = Actor.start("closer", () -> {
                    stage.close();
                    return "closed";
                });
                try {
                    assertThat(closer.result()).isEqualTo("closed");
                } catch (ExecutionException e) { // it has met the Error, after all was done that was to be done
                    assertThat(e.getCause()).isInstanceOf(SteeredParker.Wanted.class);
                    assertThat(thrower).isEqualTo("closer");
                }
                assertThat(stage.isClosed()).isTrue();
                assertThat(head.result()).isIn("StageClosedException", thrower.equals("head") ? "Error" : "TimedOut");
                assertThat(w.result())
                        .isIn("StageClosedException", "Finished", thrower.equals("w") ? "Error" : "Finished");
            });
        }
    }

    @Test
    void s19_errorAtAnyCallWhileATicketIsClosed_leavesItClosed() throws Exception {
        atEachCallOf("canceller", () -> {
            Actor<Exit<String>> head = head();
            BareTicket<String> ticket = stage.ticket("w");
            Actor<String> w = Actor.start("w", () -> told(() -> stage.enter(ticket, LONG, director -> "headed")));
            await().until(() -> parker.parked() == 1);
            Actor<String> canceller = Actor.start("canceller", () -> {
                stage.deadline(LONG); // calls the parker at least once
                return "";
            });
            try {
                canceller.result();
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(SteeredParker.Wanted.class);
            }
            Actor.start("canceller", () -> {
                        ticket.close();
                        return "";
                    })
                    .result();
            assertThat(w.result()).isEqualTo("CancellationException");
            stage.ticket("w").close();
            leave(head);
        });
    }

    @Test
    void s19_errorAtAnyCallOfTheKeeper_harmsNoOther() throws Exception {
        atEachCallOf("keeper", () -> {
            Actor<Exit<String>> head = head();
            Actor<Boolean> keeper = Actor.start("keeper", () -> {
                try {
                    return stage.keeper().<RuntimeException>head(true, false, director -> "");
                } catch (SteeredParker.Wanted e) {
                    return false;
                }
            });
            await().until(() -> parker.parked() == 1 || keeper.isDone());
            Actor<String> w = enters("w", LONG, director -> "headed");
            await().until(() -> parker.parked() == (keeper.isDone() ? 1 : 2));
            leave(head);
            keeper.result();
            assertThat(w.result()).isEqualTo("Finished");
        });
    }

    @Test
    void s19_parkThatAlwaysFails_endsTheWaitAndLeavesNothing() throws Exception {
        Actor<Exit<String>> head = head();
        for (int i = 0; i < 3; i++) {
            parker.failWhen("w", 1, "park");
            assertThat(enters("w", LONG, director -> "headed").result()).isEqualTo("Error");
            assertThat(stage.snapshot(1).waiters()).isZero();
        }
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.FAILED, 3L);
        leave(head);
    }

    @Test
    void s19_errorInTheWaitForAHeadThatHangs_closesTheResourceUnderIt() throws Exception {
        stage = deaf(true);
        var heads = new CountDownLatch(1);
        Actor<String> head = enters("head", LONG, director -> {
            heads.countDown();
            await().until(() -> !closedResources.isEmpty());
            return director.outOfTime();
        });
        heads.await();
        parker.failWhen("closer", 1, "park");
        Actor<String> closer = closer();

        assertThat(head.result()).isEqualTo("StageClosedException");
        assertThatThrownBy(closer::result).hasCauseInstanceOf(SteeredParker.Wanted.class);
        assertThat(closedResources).hasSize(1);
    }

    @Test
    void s19_errorInParkOfAWaiterThatWasSignalled_isNotTold() throws Exception {
        Actor<Exit<String>> head = head();
        Actor<Exit<String>> w = waiter("w", LONG);
        await().until(() -> parker.parked() == 1);
        parker.hold(w.thread);
        parker.failWhen("w", 1, "end of park");
        signal("w");
        parker.release(w.thread);
        assertThat(w.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void s19_stepThatBreaksOff_closesTheStageWithThatCause() throws Exception {
        parker.virtual = false;
        stage = BareStage.<String, Object, List<String>>builder("test", new Object(), new ArrayList<>())
                .parker(parker)
                .promotion(Promotion.OLDEST)
                .wakeup(resource -> commands.add(director -> true))
                .closer(closedResources::add, false)
                .build();
        Actor<Exit<String>> head = head();
        Actor<Exit<String>> first = waiter("first", LONG);
        BareTicket<String> torn = stage.ticket("torn");
        Actor<Exit<String>> waiter =
                Actor.startWaiting(stage, "torn", () -> stage.enter(torn, LONG, director -> "headed"));
        Actor<Exit<String>> last = waiter("last", LONG);
        torn.place = Integer.MAX_VALUE; // so that it can't be found among those that are watched
        var thrown = new ArrayList<Throwable>();
        tellHead(director -> {
            try {
                director.signal("torn");
            } catch (RuntimeException e) {
                thrown.add(e);
            }
            return false;
        });
        assertThat(thrown).hasSize(1);
        for (Actor<?> actor : List.of(first, last, waiter)) {
            Throwable told = actor == waiter ? null : actor.thrown();
            if (told != null) {
                assertThat(told)
                        .isInstanceOf(StageClosedException.class)
                        .hasMessageContaining("has closed by itself")
                        .hasCause(thrown.get(0));
            }
        }
        assertThatThrownBy(() -> stage.ticket("late"))
                .isInstanceOf(StageClosedException.class)
                .hasCause(thrown.get(0));
        assertThat(head.result()).isEqualTo(finished("head")); // woken by the hook
        assertThat(closedResources).hasSize(1); // by the head, as it left
        assertThat(stage.snapshot(3).state()).isEqualTo(BareSnapshot.State.CLOSED);
        stage.close();
        assertThat(closedResources).hasSize(1);
        torn.place = Waiter.NOWHERE;
        torn.close();
    }

    @Test
    void s19_runawayRecursion_harmsNoOther() throws Exception {
        stage = BareStage.<String, Object, List<String>>builder("test", new Object(), new ArrayList<>())
                .promotion(Promotion.OLDEST)
                .closer(closedResources::add, false)
                .build();
        for (int round = 0; round < 12; round++) {
            Actor<Exit<String>> head = head();
            Actor<Exit<String>> waiter = waiter("w", LONG);
            int from = deepest * 9 / 10; // near the end of its stack, if that is as deep as before
            var victim = new Thread(null, () -> recur(1, from), "victim", 256 * 1024);
            victim.setDaemon(true);
            victim.setUncaughtExceptionHandler((thread, e) -> {});
            victim.start();
            Patience.join(victim);
            assertThat(victim.isAlive()).isFalse();
            signal("w");
            assertThat(waiter.result()).isEqualTo(signalled());
            leave(head);
        }
        assertThat(recursionEntered).isTrue();
        stillWorks();
    }

    private void recur(int depth, int from) {
        deepest = depth;
        if (from > 0 && depth > from) {
            try (var ticket = stage.ticket("victim")) {
                stage.enter(ticket, Duration.ofNanos(depth % 2 * 1_000), director -> "headed");
                recursionEntered = true;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        recur(depth + 1, from);
    }
}
