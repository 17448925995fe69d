package io.github.exitleft.lincheck;

import java.time.Duration;
import java.util.List;

/**
 * Races for what a question needs before its ticket: a place in the window, and a token that the stage issues.
 *
 * <p>In most of them another thread is in line for the only place or token, which the main thread gives back.
 */
final class AdmissionScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "place given back against deadline",
                    "M13",
                    500,
                    AdmissionScenarios::placeGivenBackAgainstDeadline,
                    "DELIVERED",
                    "TIMED_OUT"),
            Scenario.of(
                    "place given back against interrupt",
                    "M13 S10",
                    500,
                    AdmissionScenarios::placeGivenBackAgainstInterrupt,
                    "DELIVERED",
                    "INTERRUPTED"),
            Scenario.of(
                    "place given back against close",
                    "M13 S16",
                    500,
                    AdmissionScenarios::placeGivenBackAgainstClose,
                    "DELIVERED",
                    "CLOSED"),
            Scenario.of(
                    "issued token given back against deadline",
                    "M12",
                    500,
                    AdmissionScenarios::issuedTokenGivenBackAgainstDeadline,
                    "DELIVERED",
                    "TIMED_OUT"),
            Scenario.of(
                    "late answer against giving its token back",
                    "M11 M12",
                    500,
                    AdmissionScenarios::lateAnswerAgainstGivingItsTokenBack,
                    "DELIVERED ABANDONED 0",
                    "DELIVERED LATE 0"));

    private AdmissionScenarios() {}

    private static void placeGivenBackAgainstDeadline() {
        var play = StagePlay.with(stage -> stage.window(1));
        var own = play.ticket(1);
        var b = play.actor(() -> play.call(2, 10));
        var clock = play.actor(() -> {
            play.advance(10);
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        clock.start();
        own.close();
        clock.join();
        play.end(b.join());
    }

    private static void placeGivenBackAgainstInterrupt() {
        var play = StagePlay.with(stage -> stage.window(1));
        var own = play.ticket(1);
        var b = play.actor(() -> play.call(2));
        var c = play.actor(() -> {
            own.close();
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        c.start();
        b.interrupt();
        c.join();
        play.end(b.join());
    }

    private static void placeGivenBackAgainstClose() {
        var play = StagePlay.with(stage -> stage.window(1));
        var own = play.ticket(1);
        var b = play.actor(() -> play.call(2));
        var c = play.actor(() -> {
            play.stage.close();
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        c.start();
        own.close();
        c.join();
        play.end(b.join());
    }

    private static void issuedTokenGivenBackAgainstDeadline() {
        // of two tokens, both of which are live
        var play = StagePlay.with(stage -> stage.issueSequence(1).rest(Duration.ZERO));
        var own = play.issuedTicket();
        play.issuedTicket();
        var b = play.actor(() -> play.callIssued(10));
        var clock = play.actor(() -> {
            play.advance(10);
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        clock.start();
        own.close();
        clock.join();
        play.end(b.join());
    }

    private static void lateAnswerAgainstGivingItsTokenBack() {
        var play = StagePlay.with(stage -> stage.issueSequence(2));
        var own = play.issuedTicket();
        var others = play.issuedTicket();
        var b = play.actor(() -> {
            others.close();
            return End.FINISHED;
        });
        play.letters.post(others.token());
        play.letters.post(own.token());
        play.whenFirstRead(b::start);
        End end = play.await(own, Play.LONG);
        b.join();
        play.end(end, play.unclaimed(), play.resting());
    }
}
