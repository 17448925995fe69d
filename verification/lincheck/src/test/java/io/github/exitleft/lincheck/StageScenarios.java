package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import io.github.exitleft.StageSeam;
import java.util.List;

/**
 * Races on stages of messages.
 *
 * <p>In most of them the main thread heads, has two letters before it, first another's and then its own, and starts the
 * others as it reads the first.
 */
final class StageScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "mailbox against deadline",
                    "S2",
                    500,
                    StageScenarios::mailboxAgainstDeadline,
                    "DELIVERED DELIVERED"),
            Scenario.of(
                    "message against deadline",
                    "S1 M3 M7",
                    300,
                    StageScenarios::messageAgainstDeadline,
                    "DELIVERED DELIVERED",
                    "DELIVERED TIMED_OUT"),
            Scenario.of(
                    "message against interrupt",
                    "S10 M3",
                    300,
                    StageScenarios::messageAgainstInterrupt,
                    "DELIVERED DELIVERED true",
                    "DELIVERED INTERRUPTED false"),
            Scenario.of(
                    "routing against leaving",
                    "S3 M1",
                    500,
                    StageScenarios::routingAgainstLeaving,
                    "DELIVERED DELIVERED"),
            Scenario.of(
                    "draining against entering",
                    "S3 M5",
                    300,
                    StageScenarios::drainingAgainstEntering,
                    "DELIVERED DELIVERED DELIVERED"),
            Scenario.of(
                    "call out of time against its answer",
                    "S6 M3",
                    300,
                    StageScenarios::callOutOfTimeAgainstItsAnswer,
                    "DELIVERED DELIVERED",
                    "DELIVERED TIMED_OUT"),
            Scenario.of(
                    "ticket closed against waiting",
                    "S20",
                    300,
                    StageScenarios::ticketClosedAgainstWaiting,
                    "DELIVERED CANCELLED"),
            Scenario.of("calls at once", "S3 M1", 300, StageScenarios::callsAtOnce, "DELIVERED DELIVERED"),
            Scenario.of(
                    "ticket closed against filing",
                    "M3",
                    500,
                    StageScenarios::ticketClosedAgainstFiling,
                    "DELIVERED ABANDONED",
                    "DELIVERED LATE"),
            Scenario.of(
                    "ticket taken beside another against filing",
                    "M1",
                    300,
                    StageScenarios::ticketTakenBesideAnotherAgainstFiling,
                    "DELIVERED DELIVERED"),
            Scenario.of(
                    "failing source against waiting",
                    "M6",
                    300,
                    StageScenarios::failingSourceAgainstWaiting,
                    "FAILED FAILED"),
            Scenario.of("close against reading", "S16 M10", 300, StageScenarios::closeAgainstReading, "CLOSED"));

    private StageScenarios() {}

    private static void mailboxAgainstDeadline() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, 10));
        var clock = play.actor(() -> {
            if (StageSeam.hasMail(others)) { // from now on a timeout is a lie
                play.advance(10);
            }
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(() -> {
            b.startParked();
            clock.start();
        });
        End end = play.await(own, LONG);
        clock.join();
        play.end(end, b.join());
    }

    private static void messageAgainstDeadline() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, 10));
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(() -> {
            b.startParked();
            play.advance(10);
        });
        play.end(play.await(own, LONG), b.join());
    }

    private static void messageAgainstInterrupt() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, LONG));
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(() -> {
            b.startParked();
            b.interrupt();
        });
        play.end(play.await(own, LONG), b.join(), b.interrupted());
    }

    private static void routingAgainstLeaving() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, LONG));
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(b::start);
        play.end(play.await(own, LONG), b.join());
    }

    private static void drainingAgainstEntering() {
        var play = new StagePlay(1);
        var own = play.ticket(1);
        var second = play.ticket(2);
        var third = play.ticket(3);
        var b = play.actor(() -> play.await(second, LONG));
        var c = play.actor(() -> play.await(third, LONG));
        play.letters.post(1);
        play.letters.post(2);
        play.letters.post(3);
        play.whenFirstRead(() -> {
            b.start();
            c.start();
        });
        play.end(play.await(own, LONG), b.join(), c.join());
    }

    private static void callsAtOnce() {
        var play = new StagePlay(1);
        var b = play.actor(() -> play.call(2));
        Exploration.resume();
        b.start();
        play.end(play.call(1), b.join());
    }

    /** The caller closes its ticket without the lock, while the head may signal it. */
    private static void callOutOfTimeAgainstItsAnswer() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var b = play.actor(() -> play.call(2, 10));
        play.letters.post(3);
        play.whenFirstRead(() -> {
            b.startParked();
            play.letters.post(1);
            play.advance(10);
        });
        End end = play.await(own, LONG);
        play.end(end, b.join());
    }

    private static void ticketClosedAgainstWaiting() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, LONG));
        var c = play.actor(() -> {
            others.close();
            return End.FINISHED;
        });
        play.letters.post(1);
        play.whenFirstRead(() -> {
            b.startParked();
            c.start();
        });
        End end = play.await(own, LONG);
        c.join();
        play.end(end, b.join());
    }

    private static void ticketClosedAgainstFiling() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> {
            others.close();
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(b::start);
        End end = play.await(own, LONG);
        b.join();
        play.end(end, play.unclaimed());
    }

    /** The table of tickets keeps both in the same part, which changes while the head looks in it. */
    private static void ticketTakenBesideAnotherAgainstFiling() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, LONG));
        var c = play.actor(() -> {
            play.ticket(36);
            return End.FINISHED;
        });
        play.letters.post(2);
        play.letters.post(1);
        play.whenFirstRead(() -> {
            b.startParked();
            c.start();
        });
        End end = play.await(own, LONG);
        c.join();
        play.end(end, b.join());
    }

    private static void failingSourceAgainstWaiting() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var others = play.ticket(2);
        var b = play.actor(() -> play.await(others, LONG));
        play.letters.post(3);
        play.letters.post(Letters.BOMB);
        play.whenFirstRead(b::startParked);
        play.end(play.await(own, LONG), b.join());
    }

    private static void closeAgainstReading() {
        var play = new StagePlay(0);
        var own = play.ticket(1);
        var b = play.actor(() -> play.await(own, LONG));
        Exploration.resume();
        b.start();
        play.stage.close();
        play.end(b.join());
    }
}
