package io.github.exitleft.bare;

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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Few of those who wait park with a limit, and yet everybody's time runs out while the head does nothing (S1, S14, M7).
 *
 * <p>Time stands still here, and moving it wakes only those whose limit has come; so a wait that nobody keeps the time for
 * would hang.
 */
class TimekeeperTests extends Steered {

    private static final int KEEPERS = WaiterQueue.TIMEKEEPERS;
    private static final Duration SHORT = Duration.ofSeconds(1);

    /** How somebody leaves the queue. */
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
        stage = build(Promotion.OLDEST); // so that the timekeepers, who came first, are the first to be promoted
    }

    @AfterEach
    void closeTickets() {
        waiters.forEach(waiting -> waiting.ticket.close());
    }

    /** Their tickets stay open for the time being, since closing one sees to the time as well. */
    private List<Waiting> wait(int count, Duration timeout) {
        List<Waiting> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BareTicket<String> ticket = stage.ticket("w" + waiters.size());
            Actor<Exit<String>> actor =
                    Actor.startWaiting(stage, ticket.token(), () -> stage.enter(ticket, timeout, director -> "headed"));
            added.add(new Waiting(ticket, actor));
            waiters.add(added.get(i));
        }
        return added;
    }

    private void awaitParked(int all, int timed) {
        await().untilAsserted(() -> {
            assertThat(platform.parked()).as("parked").isEqualTo(all);
            assertThat(platform.parkedTimed()).as("with a limit").isEqualTo(timed);
        });
    }

    private static void assertTimedOut(List<Waiting> waiters) throws Exception {
        for (Waiting waiting : waiters) {
            assertThat(waiting.actor.result()).isEqualTo(timedOut());
        }
    }

    @Test
    void s14OnlyAFewParkWithALimitAndTheyEndEverybodysWaitInTime() throws Exception {
        var head = head();
        List<Waiting> later = wait(KEEPERS, LONG.plus(SHORT));
        List<Waiting> all = wait(KEEPERS, LONG.plus(SHORT));
        List<Waiting> first = wait(KEEPERS + 1, LONG); // whose deadline is earlier, so that they take over
        awaitParked(3 * KEEPERS + 1, 2 * KEEPERS);
        platform.advance(LONG);
        assertTimedOut(first);
        assertThat(stage.snapshot(0).waiters()).isEqualTo(2 * KEEPERS);
        platform.advance(SHORT);
        assertTimedOut(later);
        assertTimedOut(all);
        leave(head);
    }

    @ParameterizedTest
    @EnumSource(Departure.class)
    void s1WhenAllTimekeepersHaveLeftAnotherIsAppointed(Departure departure) throws Exception {
        var head = head();
        List<Waiting> keepers = wait(KEEPERS, departure == Departure.EXPIRED ? SHORT : LONG);
        List<Waiting> others = wait(3, LONG);
        awaitParked(KEEPERS + 3, KEEPERS);
        if (departure == Departure.EXPIRED) {
            platform.advance(SHORT);
            assertTimedOut(keepers);
        }
        for (Waiting keeper : keepers) {
            switch (departure) {
                case EXPIRED -> assertThat(keeper.actor.isDone()).isTrue();
                case SIGNALLED -> {
                    signal(keeper.ticket.token());
                    assertThat(keeper.actor.result()).isEqualTo(signalled());
                }
                case INTERRUPTED -> {
                    keeper.actor.thread.interrupt();
                    assertThat(keeper.actor.thrown()).isInstanceOf(InterruptedException.class);
                }
                case CANCELLED -> {
                    keeper.ticket.close();
                    assertThat(keeper.actor.thrown()).isInstanceOf(CancellationException.class);
                }
                case PROMOTED -> platform.hold(keeper.actor.thread);
            }
        }
        if (departure == Departure.PROMOTED) {
            commands.add(director -> true);
            for (Waiting keeper : keepers) { // one after the other, until the last of them has the role and keeps it
                await().until(() -> stage.snapshot(0).head().thread().equals(keeper.actor.thread.getName()));
                if (keeper != keepers.get(KEEPERS - 1)) {
                    platform.release(keeper.actor.thread);
                }
            }
        }
        awaitParked(3, 1);
        platform.advance(LONG);
        assertTimedOut(others);
        if (departure == Departure.PROMOTED) {
            platform.release(keepers.get(KEEPERS - 1).actor.thread);
        }
        leave(head);
    }

    @Test
    void s1WhoTheTimekeepersWouldWakeTooLateForKeepsTheTimeItself() throws Exception {
        var head = head();
        List<Waiting> keepers = wait(KEEPERS, LONG);
        List<Waiting> hasty = wait(1, SHORT);
        List<Waiting> less = wait(1, SHORT.plusMillis(1));
        awaitParked(KEEPERS + 2, KEEPERS + 2);
        platform.advance(SHORT);
        assertTimedOut(hasty);
        platform.advance(Duration.ofMillis(1));
        assertTimedOut(less);
        platform.advance(LONG);
        assertTimedOut(keepers);
        leave(head);
    }

    @Test
    void s1TimekeepersWakeForTheEarliestOfAllAndNotForThemselves() throws Exception {
        var head = head();
        List<Waiting> first = wait(1, SHORT);
        List<Waiting> keepers = wait(KEEPERS - 1, LONG);
        List<Waiting> between =
                wait(1, SHORT.plusMillis(1)); // no timekeeper: there are enough, and none wakes too late
        awaitParked(KEEPERS + 1, KEEPERS);
        platform.advance(SHORT);
        assertTimedOut(first);
        awaitParked(KEEPERS, KEEPERS - 1);
        platform.advance(Duration.ofMillis(1));
        assertTimedOut(between);
        platform.advance(LONG);
        assertTimedOut(keepers);
        leave(head);
    }

    @Test
    void s1TimekeepersThatHaveLookedWakeTooLateForWhoIsInMoreOfAHurry() throws Exception {
        var head = head();
        List<Waiting> first = wait(1, SHORT);
        List<Waiting> keepers = wait(KEEPERS, LONG);
        awaitParked(KEEPERS + 1, KEEPERS);
        platform.advance(SHORT);
        assertTimedOut(first);
        awaitParked(KEEPERS, KEEPERS - 1);
        List<Waiting> another = wait(1, LONG); // in the place of the first
        keepers.forEach(waiting -> platform.wakeForNoReason(waiting.actor.thread)); // they look, and park for long
        awaitParked(KEEPERS + 1, KEEPERS);
        List<Waiting> hasty = wait(1, SHORT);
        awaitParked(KEEPERS + 2, KEEPERS + 1);
        platform.advance(SHORT);
        assertTimedOut(hasty);
        platform.advance(LONG);
        assertTimedOut(keepers);
        assertTimedOut(another);
        leave(head);
    }

    @Test
    void m7PlatformThreadsParkUntilTheirOwnDeadlinesSinceVirtualOnesMayHaveNoCarrier() throws Exception {
        var head = head();
        List<Waiting> virtual = wait(KEEPERS, SHORT);
        awaitParked(KEEPERS, KEEPERS);
        platform.virtual = false;
        List<Waiting> own = wait(2, SHORT);
        awaitParked(KEEPERS + 2, KEEPERS + 2);
        virtual.forEach(waiting -> platform.hold(waiting.actor.thread)); // they have no carrier
        platform.advance(SHORT);
        assertTimedOut(own);
        virtual.forEach(waiting -> platform.release(waiting.actor.thread));
        assertTimedOut(virtual);
        leave(head);
    }

    @Test
    void s13DeadlineThatIsTooFarAwayIsNobodyElsesLoss() throws Exception {
        var head = head();
        List<Waiting> due = wait(1, SHORT);
        awaitParked(1, 1);
        platform.hold(due.get(0).actor.thread);
        platform.advance(SHORT);
        try (var ticket = stage.ticket("far")) { // more than half the scale away from what is due
            var far = Actor.start(
                    "far", () -> stage.enterUntil(ticket, platform.nanoTime() + Long.MAX_VALUE, director -> ""));
            await().until(() -> platform.parked() == 1);
            platform.release(due.get(0).actor.thread);
            assertTimedOut(due);
            signal("far");
            assertThat(far.result()).isEqualTo(signalled());
        }
        leave(head);
    }

    @Test
    void s1TimekeeperThatIsWokenForNoReasonKeepsTheTimeFurther() throws Exception {
        var head = head();
        List<Waiting> all = wait(KEEPERS + 1, LONG);
        awaitParked(KEEPERS + 1, KEEPERS);
        all.forEach(waiting -> platform.wakeForNoReason(waiting.actor.thread));
        awaitParked(KEEPERS + 1, KEEPERS);
        platform.advance(LONG);
        assertTimedOut(all);
        leave(head);
    }

    @Test
    void s2SignalThatCameBeforeTheTimekeeperLooksIsNoTimeout() throws Exception {
        var head = head();
        List<Waiting> all = wait(KEEPERS + 1, LONG);
        awaitParked(KEEPERS + 1, KEEPERS);
        all.forEach(waiting -> platform.hold(waiting.actor.thread));
        platform.advance(LONG);
        signal(all.get(0).ticket.token());
        signal(all.get(KEEPERS).ticket.token());
        all.forEach(waiting -> platform.release(waiting.actor.thread));
        assertThat(all.get(0).actor.result()).isEqualTo(signalled());
        assertThat(all.get(KEEPERS).actor.result()).isEqualTo(signalled());
        assertTimedOut(all.subList(1, KEEPERS));
        leave(head);
    }
}
