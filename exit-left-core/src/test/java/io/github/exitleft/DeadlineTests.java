package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every wait ends by its deadline while the head does nothing: platform threads park until their own, and a timer fires for the
 * virtual ones (S1, S14, S17, M7).
 *
 * <p>Time stands still here. Moving it wakes the threads whose limit has come and fires the timer if that is due, and does nothing
 * else.
 */
class DeadlineTests extends Steered {

    private static final Duration SHORT = Duration.ofSeconds(1);

    /** How a waiter leaves the queue. */
    enum Departure {
        EXPIRED,
        SIGNALLED,
        INTERRUPTED,
        CANCELLED,
        PROMOTED
    }

    private record Waiting(BareTicket<String> ticket, Actor<Exit<String>> actor) {}

    private final List<Waiting> waiters = new ArrayList<>();

    @BeforeEach
    void oldestFirst() {
        stage = build(Promotion.OLDEST);
    }

    @AfterEach
    void closeTickets() {
        waiters.forEach(waiting -> waiting.ticket.close());
    }

    private Waiting wait(Duration timeout) {
        BareTicket<String> ticket = stage.ticket("w" + waiters.size());
        Actor<Exit<String>> actor =
                Actor.startWaiting(stage, ticket.token(), () -> stage.enter(ticket, timeout, director -> "headed"));
        var waiting = new Waiting(ticket, actor);
        waiters.add(waiting);
        return waiting;
    }

    private void awaitParked(int all, int withALimit) {
        await().untilAsserted(() -> {
            assertThat(parker.parked()).as("parked").isEqualTo(all);
            assertThat(parker.parkedTimed()).as("with a limit").isEqualTo(withALimit);
        });
    }

    private static void assertTimedOut(Waiting... waiters) throws Exception {
        for (Waiting waiting : waiters) {
            assertThat(waiting.actor.result()).isEqualTo(timedOut());
        }
    }

    @Test
    void s14_virtualThreads_parkWithoutALimitAndOneAlarmIsSetForAll() throws Exception {
        var head = head();
        Waiting first = wait(LONG);
        parker.advance(SHORT);
        Waiting second = wait(LONG);
        Waiting third = wait(LONG.plus(SHORT));
        awaitParked(3, 0);
        assertThat(parker.alarmsSet()).isEqualTo(1);

        parker.advance(LONG.minus(SHORT));

        assertTimedOut(first);
        assertThat(stage.snapshot(0).waiters()).isEqualTo(2);
        parker.advance(SHORT);
        assertTimedOut(second);
        parker.advance(SHORT);
        assertTimedOut(third);
        assertThat(parker.alarmsSet()).isEqualTo(1);
        leave(head);
    }

    @Test
    void s14_newcomerWithAnEarlierDeadline_movesTheAlarm() throws Exception {
        var head = head();
        Waiting patient = wait(Duration.ofSeconds(5));
        Waiting hasty = wait(SHORT);
        Waiting less = wait(SHORT.plusMillis(1));
        assertThat(parker.alarmsSet()).isEqualTo(2);

        parker.advance(SHORT);
        assertTimedOut(hasty);
        parker.advance(Duration.ofMillis(1));
        assertTimedOut(less);
        assertThat(patient.actor.isDone()).isFalse();
        parker.advance(LONG);
        assertTimedOut(patient);
        leave(head);
    }

    @ParameterizedTest
    @EnumSource(Departure.class)
    void s1_waiterThatLeaves_takesNoDeadlineOfOthersAlong(Departure departure) throws Exception {
        var head = head();
        Waiting leaver = wait(SHORT); // for which the timer is set
        Waiting other = wait(LONG);
        awaitParked(2, 0);
        switch (departure) {
            case EXPIRED -> {
                parker.advance(SHORT);
                assertTimedOut(leaver);
            }
            case SIGNALLED -> {
                signal(leaver.ticket.token());
                assertThat(leaver.actor.result()).isEqualTo(signalled());
            }
            case INTERRUPTED -> {
                leaver.actor.thread.interrupt();
                assertThat(leaver.actor.thrown()).isInstanceOf(InterruptedException.class);
            }
            case CANCELLED -> {
                leaver.ticket.close();
                assertThat(leaver.actor.thrown()).isInstanceOf(CancellationException.class);
            }
            case PROMOTED -> {
                parker.hold(leaver.actor.thread); // has the role, and keeps it
                leave(head);
            }
        }
        parker.advance(LONG);
        assertTimedOut(other);
        if (departure == Departure.PROMOTED) {
            parker.release(leaver.actor.thread);
        } else {
            leave(head);
        }
    }

    @Test
    void s17_platformThreads_parkUntilTheirOwnDeadlineAndNeedNoAlarm() throws Exception {
        parker.virtual = false;
        var head = head();
        Waiting first = wait(SHORT);
        Waiting second = wait(LONG);
        awaitParked(2, 2);
        parker.advance(SHORT);
        assertTimedOut(first);
        parker.advance(LONG);
        assertTimedOut(second);
        assertThat(parker.alarmsSet()).isZero();
        leave(head);
    }

    @Test
    void s17_virtualThreadsWithoutACarrier_keepNoOtherBeyondItsDeadline() throws Exception {
        var head = head();
        Waiting stuck = wait(SHORT);
        Waiting other = wait(SHORT);
        awaitParked(2, 0);
        parker.hold(stuck.actor.thread); // is woken, and does not come
        parker.advance(SHORT);
        assertTimedOut(other);
        parker.release(stuck.actor.thread);
        assertTimedOut(stuck);
        leave(head);
    }

    @Test
    void s19_alarmThatCannotBeSet_makesTheThreadParkWithALimit() throws Exception {
        var head = head();
        parker.failWhen("", 1, "set");
        Waiting own = wait(SHORT);
        awaitParked(1, 1);
        Waiting alarmed = wait(SHORT);
        awaitParked(2, 1);
        parker.advance(SHORT);
        assertTimedOut(own, alarmed);
        leave(head);
    }

    @Test
    void s19_alarmThatCannotBeMoved_staysAsOthersCountOnIt() throws Exception {
        var head = head();
        Waiting patient = wait(LONG);
        parker.failWhen("", 1, "set");
        Waiting hasty = wait(SHORT);
        awaitParked(2, 1);
        parker.advance(SHORT);
        assertTimedOut(hasty);
        parker.advance(LONG.minus(SHORT));
        assertTimedOut(patient);
        leave(head);
    }

    @Test
    void s17_alarmThatWasLost_isSetAgainByTheNextToCome() throws Exception {
        var head = head();
        Waiting lost = wait(SHORT);
        parker.loseAlarms();
        parker.advance(LONG);
        assertThat(lost.actor.isDone()).isFalse();
        BareTicket<String> ticket = stage.ticket("next");
        var next = new Waiting(ticket, Actor.start("next", () -> stage.enter(ticket, SHORT, director -> "headed")));
        waiters.add(next);
        assertTimedOut(lost);
        await().until(() -> stage.snapshot(0).waiters() == 1);
        parker.advance(SHORT);
        assertTimedOut(next);
        leave(head);
    }

    @ParameterizedTest
    @CsvSource({"11", "3600"})
    void s13_alarmForADeadlineThatIsFarAway_ringsBeforeAndEndsNothing(long seconds) throws Exception {
        var head = head();
        Duration timeout = Duration.ofSeconds(seconds);
        Waiting waiting = wait(timeout);
        awaitParked(1, 0);
        parker.advance(timeout.minusNanos(1));
        assertThat(stage.snapshot(0).waiters()).isEqualTo(1);
        parker.advance(Duration.ofNanos(1));
        assertTimedOut(waiting);
        leave(head);
    }

    @Test
    void s13_deadlineThatIsTooFarAway_needsNoAlarmAndIsNoOthersLoss() throws Exception {
        var head = head();
        try (var ticket = stage.ticket("far")) { // more than half the scale away from what is due
            var far = Actor.startWaiting(
                    stage,
                    "far",
                    () -> stage.enterUntil(ticket, parker.nanoTime() + Long.MAX_VALUE, director -> "headed"));
            awaitParked(1, 0);
            assertThat(parker.alarmsSet()).isZero();
            Waiting due = wait(SHORT);
            parker.advance(SHORT);
            assertTimedOut(due);
            signal("far");
            assertThat(far.result()).isEqualTo(signalled());
        }
        leave(head);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void s1_threadThatIsWokenForNoReason_waitsOn(boolean virtual) throws Exception {
        parker.virtual = virtual;
        var head = head();
        Waiting waiting = wait(LONG);
        awaitParked(1, virtual ? 0 : 1);
        parker.wakeForNoReason(waiting.actor.thread);
        awaitParked(1, virtual ? 0 : 1);
        parker.advance(LONG);
        assertTimedOut(waiting);
        leave(head);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void s2_signalThatCameBeforeTheDeadline_isNoTimeout(boolean virtual) throws Exception {
        parker.virtual = virtual;
        var head = head();
        Waiting told = wait(SHORT);
        Waiting other = wait(SHORT);
        awaitParked(2, virtual ? 0 : 2);
        parker.hold(told.actor.thread);
        signal(told.ticket.token());
        parker.advance(SHORT);
        parker.release(told.actor.thread);
        assertThat(told.actor.result()).isEqualTo(signalled());
        assertTimedOut(other);
        leave(head);
    }

    @Test
    void s16_closedStage_leavesNoAlarmOn() throws Exception {
        var head = head();
        Waiting waiting = wait(LONG);
        assertThat(parker.isAlarmOn()).isTrue();
        stage.close();
        assertThat(waiting.actor.thrown()).isInstanceOf(StageClosedException.class);
        head.result();
        parker.advance(Duration.ZERO);
        assertThat(parker.isAlarmOn()).isFalse();
    }
}
