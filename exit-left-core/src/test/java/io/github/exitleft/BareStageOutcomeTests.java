package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How waits end: rules S1 to S5, S8 to S10 and S13. */
class BareStageOutcomeTests extends Steered {

    private static final Duration SHORT = Duration.ofSeconds(1);

    @Test
    void s1_everyWait_endsInOneOfThreeWays() throws Exception {
        var head = head();
        var signalled = waiter("signalled", LONG);
        var expired = waiter("expired", SHORT);
        signal("signalled");
        parker.advance(SHORT);
        assertThat(signalled.result()).isEqualTo(signalled());
        assertThat(expired.result()).isEqualTo(timedOut());
        leave(head);
        assertThat(head.result()).isEqualTo(finished("head"));
        assertThat(stage.snapshot(0).entries())
                .containsEntry(Outcome.FINISHED, 1L)
                .containsEntry(Outcome.SIGNALLED, 1L)
                .containsEntry(Outcome.TIMED_OUT, 1L)
                .containsEntry(Outcome.INTERRUPTED, 0L);
    }

    @Test
    void s1_signalWhileTheWaiterFindsItsTimeOver_decides() throws Exception {
        parker.virtual = false; // one that looks at the clock itself
        var head = head();
        var waiter = waiter("w", SHORT);
        parker.whenLooking(waiter.thread, () -> {
            parker.advance(SHORT);
            signal("w");
        });
        parker.wakeForNoReason(waiter.thread);
        assertThat(waiter.result()).isEqualTo(signalled());
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.TIMED_OUT, 0L);
        leave(head);
    }

    @Test
    void s1_promotionWhileTheWaiterFindsItsTimeOver_isNotLost() throws Exception {
        parker.virtual = false; // one that looks at the clock itself
        var head = head();
        var other = waiter("other", LONG);
        var waiter = waiter("w", SHORT);
        parker.whenLooking(waiter.thread, () -> {
            parker.advance(SHORT);
            commands.add(director -> true);
            await().until(() -> head.isDone());
        });
        parker.wakeForNoReason(waiter.thread);
        assertThat(waiter.result()).isEqualTo(finished("headed by w"));
        assertThat(other.result()).isEqualTo(finished("headed by other"));
        assertThat(stage.snapshot(0).promotions()).isEqualTo(2);
    }

    @Test
    void s2_signalDeliveredBeforeTheWaiterLooks_beatsTheClock() throws Exception {
        var head = head();
        var waiter = waiter("w", SHORT);
        parker.hold(waiter.thread);
        signal("w");
        parker.advance(Duration.ofSeconds(50)); // long over, but the waiter has not looked yet
        parker.release(waiter.thread);
        assertThat(waiter.result()).isEqualTo(signalled());
        leave(head);
    }

    @Test
    void s3_promotedWaiterThatIsInterrupted_passesTheRoleOn() throws Exception {
        var head = head();
        var other = waiter("other", LONG);
        var chosen = waiter("chosen", LONG);
        parker.hold(chosen.thread);
        leave(head);
        assertThat(stage.snapshot(0).head().thread()).isEqualTo("chosen");
        chosen.thread.interrupt();
        parker.release(chosen.thread);
        assertThat(chosen.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(other.result()).isEqualTo(finished("headed by other"));
    }

    @Test
    void s3_promotedWaiterWhoseTimeIsUp_headsWithNothingRemainingAndPassesTheRoleOn() throws Exception {
        var head = head();
        var other = waiter("other", LONG);
        var remaining = new AtomicReference<Duration>();
        var chosen = Actor.startWaiting(stage, "chosen", () -> {
            try (var ticket = stage.ticket("chosen")) {
                return stage.enter(ticket, SHORT, director -> {
                    remaining.set(director.remaining());
                    return director.<String>outOfTime();
                });
            }
        });
        parker.hold(chosen.thread);
        leave(head);
        parker.advance(SHORT);
        parker.release(chosen.thread);
        assertThat(chosen.result()).isEqualTo(timedOut());
        assertThat(remaining.get()).isEqualTo(Duration.ZERO);
        assertThat(other.result()).isEqualTo(finished("headed by other"));
    }

    @Test
    void s3_role_isAStateAndNotAWakeUp() throws Exception {
        var head = head();
        var chosen = waiter("chosen", LONG);
        parker.hold(chosen.thread); // the wake-up does not get through
        leave(head);
        // a newcomer must not become a second head while the chosen one is on its way
        var newcomer = waiter("newcomer", LONG);
        assertThat(stage.snapshot(0).head().thread()).isEqualTo("chosen");
        parker.release(chosen.thread);
        assertThat(chosen.result()).isEqualTo(finished("headed by chosen"));
        assertThat(newcomer.result()).isEqualTo(finished("headed by newcomer"));
    }

    @Test
    void s4_heads_areNeverTwoAndEachSeesWhatTheLastOneWrote() throws Exception {
        var real = BareStage.<Integer, int[], int[]>builder("counting", new int[1], new int[1])
                .build();
        var inside = new AtomicBoolean();
        int threads = 8;
        int rounds = 2_000;
        var actors = new java.util.ArrayList<Actor<Integer>>();
        for (int t = 0; t < threads; t++) {
            int token = t;
            actors.add(Actor.start("counter-" + t, () -> {
                int headed = 0;
                try (var ticket = real.ticket(token)) {
                    for (int i = 0; i < rounds; i++) {
                        Exit<Integer> exit = real.enter(ticket, LONG, director -> {
                            assertThat(inside.compareAndSet(false, true)).isTrue();
                            director.resource()[0]++; // a plain field: only ordered heads count right
                            inside.set(false);
                            return 1;
                        });
                        headed += exit instanceof Exit.Finished<Integer> ? 1 : 0;
                    }
                }
                return headed;
            }));
        }
        int headed = 0;
        for (var actor : actors) {
            headed += actor.result();
        }
        assertThat(headed).isEqualTo(threads * rounds);
        assertThat(real.backdoor()[0]).isEqualTo(headed);
        assertThat(real.snapshot(0).headChanges()).isEqualTo(headed);
    }

    @Test
    void s4_valueFiledBeforeASignal_isSeenByTheThreadSignalled() throws Exception {
        var head = head();
        var waiter = Actor.startWaiting(stage, "w", () -> {
            try (var ticket = stage.ticket("w")) {
                stage.enter(ticket, LONG, director -> "headed");
                return stage.buffer(buffer -> String.join(",", buffer));
            }
        });
        tellHead(director -> {
            assertThat(director.route("w", buffer -> buffer.add("for w"))).isTrue();
            assertThat(director.route("nobody", buffer -> buffer.add("ownerless")))
                    .isFalse();
            return false;
        });
        assertThat(waiter.result()).isEqualTo("for w");
        leave(head);
    }

    @Test
    void s8_head_knowsItsTimeAndSaysWhenItIsOut() throws Exception {
        var rests = new java.util.ArrayList<Duration>();
        try (var ticket = stage.ticket("a")) {
            Exit<String> exit = stage.enter(ticket, Duration.ofSeconds(3), director -> {
                rests.add(director.remaining());
                parker.advance(Duration.ofSeconds(2));
                rests.add(director.remaining());
                parker.advance(Duration.ofSeconds(2));
                rests.add(director.remaining());
                return director.outOfTime();
            });
            assertThat(exit).isEqualTo(timedOut());
        }
        assertThat(rests).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ZERO);
    }

    @Test
    void s8_headThatSignalsItsOwnToken_doesNoHarm() throws Exception {
        try (var ticket = stage.ticket("a")) {
            Exit<String> exit = stage.enter(ticket, SHORT, director -> {
                assertThat(director.signal("a")).isTrue();
                return "still the head";
            });
            assertThat(exit).isEqualTo(finished("still the head"));
            // the signal is not lost either: it says "look again"
            assertThat(stage.enter(ticket, SHORT, director -> "b")).isEqualTo(signalled());
            assertThat(stage.enter(ticket, SHORT, director -> "c")).isEqualTo(finished("c"));
        }
    }

    @Test
    void s9_exceptionOfTheHead_reachesItsCallerAfterTheRoleWasPassedOn() throws Exception {
        var waiting = new AtomicReference<Actor<Exit<String>>>();
        var ticket = stage.ticket("thrower");
        assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> {
                    waiting.set(waiter("w", LONG));
                    throw new IllegalArgumentException("of the head");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("of the head");
        assertThat(waiting.get().result()).isEqualTo(finished("headed by w"));
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.FAILED, 1L);
        ticket.close();
    }

    @Test
    void s9_failure_endsEveryWaitWithTheSameCauseAndPromotesNone() throws Exception {
        var cause = new IllegalStateException("broken");
        var head = head();
        var idle = stage.ticket("idle");
        var one = waiter("one", LONG);
        var two = waiter("two", LONG);
        commands.add(director -> {
            throw director.fail(cause);
        });
        for (var actor : java.util.List.of(head, one, two)) {
            assertThat(actor.thrown()).isInstanceOf(SourceFailedException.class).hasCause(cause);
        }
        assertThatThrownBy(() -> stage.enter(idle, LONG, director -> "dead"))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cause);
        assertThat(stage.snapshot(0).promotions()).isZero();
        assertThat(stage.snapshot(0).state()).isEqualTo(BareSnapshot.State.FAILED);
        idle.close();
        // others fail at once, one a second may try, and success reopens
        assertThatThrownBy(() -> stage.ticket("too early"))
                .isInstanceOf(SourceFailedException.class)
                .hasCause(cause);
        parker.advance(Duration.ofSeconds(1));
        try (var probe = stage.ticket("probe")) {
            assertThatThrownBy(() -> stage.ticket("second")).isInstanceOf(SourceFailedException.class);
            stage.enter(probe, LONG, director -> {
                director.recovered();
                return "works";
            });
        }
        assertThat(stage.snapshot(0).state()).isEqualTo(BareSnapshot.State.OPEN);
        stage.ticket("as before").close();
    }

    @Test
    void s10_interruptedWaiter_leavesAndOthersStay() throws Exception {
        var head = head();
        var waiter = waiter("w", LONG);
        var other = waiter("other", LONG);
        waiter.thread.interrupt();
        assertThat(waiter.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(waiter.wasLeftInterrupted()).isFalse();
        leave(head);
        assertThat(other.result()).isEqualTo(finished("headed by other"));
        assertThat(stage.snapshot(0).entries()).containsEntry(Outcome.INTERRUPTED, 1L);
    }

    @Test
    void s10_signalThatCameFirst_winsAndTheFlagStaysSet() throws Exception {
        var head = head();
        var waiter = waiter("w", LONG);
        parker.hold(waiter.thread);
        signal("w");
        waiter.thread.interrupt();
        parker.release(waiter.thread);
        assertThat(waiter.result()).isEqualTo(signalled());
        assertThat(waiter.wasLeftInterrupted()).isTrue();
        leave(head);
    }

    @Test
    void s10_signalBetweenInterruptAndItsDecision_winsAndTheFlagStaysSet() throws Exception {
        var head = head();
        var waiter = waiter("w", LONG);
        // the waiter has seen no interrupt yet and looks at the clock; both come before it looks again
        parker.whenLooking(waiter.thread, () -> {
            signal("w");
            Thread.currentThread().interrupt();
        });
        parker.wakeForNoReason(waiter.thread);
        assertThat(waiter.result()).isEqualTo(signalled());
        assertThat(waiter.wasLeftInterrupted()).isTrue();
        leave(head);
    }

    @Test
    void s10_interruptedHead_passesTheRoleOn() throws Exception {
        var headed = new CountDownLatch(1);
        var head = Actor.start("head", () -> {
            try (var ticket = stage.ticket("head")) {
                return stage.enter(ticket, LONG, director -> {
                    headed.countDown();
                    new CountDownLatch(1).await();
                    return "never";
                });
            }
        });
        await().until(() -> headed.getCount() == 0);
        var waiter = waiter("w", LONG);
        head.thread.interrupt();
        assertThat(head.thrown()).isInstanceOf(InterruptedException.class);
        assertThat(waiter.result()).isEqualTo(finished("headed by w"));
    }

    @Test
    void s10_entryWithTheFlagSet_isRefusedUnlessSignalledBefore() throws Exception {
        try (var ticket = stage.ticket("a")) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> stage.enter(ticket, LONG, director -> "headed"))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            stage.enter(ticket, LONG, director -> director.signal("a"));
            Thread.currentThread().interrupt();
            assertThat(stage.enter(ticket, LONG, director -> "headed")).isEqualTo(signalled());
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT-2562047788015215H-30M-8S"})
    void s13_timeoutOfZeroOrLess_looksWithoutWaiting(Duration timeout) throws Exception {
        try (var ticket = stage.ticket("idle stage")) {
            Exit<Duration> exit = stage.enter(ticket, timeout, Director::remaining);
            assertThat(exit).isEqualTo(new Exit.Finished<>(Duration.ZERO));
        }
        var head = head();
        try (var ticket = stage.ticket("busy stage")) {
            assertThat(stage.enter(ticket, timeout, director -> "headed")).isEqualTo(timedOut());
        }
        leave(head);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2562047788015215H30M7.999999999S", "PT2562047H47M16.854775807S", "P40000D"})
    void s13_hugeTimeouts_saturate(Duration timeout) throws Exception {
        var head = head();
        var waiter = waiter("w", timeout);
        parker.advance(Duration.ofDays(30_000));
        assertThat(stage.snapshot(1).oldest().get(0).timeoutIn()).isGreaterThan(Duration.ofDays(3_000));
        assertThat(waiter.isDone()).isFalse();
        leave(head);
        assertThat(waiter.result()).isEqualTo(finished("headed by w"));
    }

    @Test
    void s13_positiveRest_isNeverRoundedToZero() throws Exception {
        try (var ticket = stage.ticket("a")) {
            Exit<Duration> exit = stage.enter(ticket, Duration.ofNanos(1), Director::remaining);
            assertThat(exit).isEqualTo(new Exit.Finished<>(Duration.ofNanos(1)));
        }
    }
}
