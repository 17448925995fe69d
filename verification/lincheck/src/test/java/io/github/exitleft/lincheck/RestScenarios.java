package io.github.exitleft.lincheck;

import java.util.List;

/** Races for tokens that rest until they are answered or their connection is gone. */
final class RestScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of("renewals against looks", "M11 M12", 500, RestScenarios::renewalsAgainstLooks, "DELIVERED"),
            Scenario.of(
                    "giving up against renewal", "M11 M12", 500, RestScenarios::givingUpAgainstRenewal, "DELIVERED"),
            Scenario.of(
                    "too many that rest against answer",
                    "M11",
                    500,
                    RestScenarios::tooManyThatRestAgainstAnswer,
                    "DELIVERED 0 0 0",
                    "DELIVERED 1 0 0"));

    /** When the first question is asked, at the latest. */
    private static final long START = 1_000_000;

    private RestScenarios() {}

    private static void renewalsAgainstLooks() {
        // of two tokens one rests and one is live
        var play = StagePlay.untilAnswered(10, 1);
        var own = play.issuedTicket();
        play.issuedTicket();
        own.send(() -> {});
        play.advance(10);
        own.close();
        var b = play.actor(() -> play.callIssued(Play.LONG));
        var c = play.actor(() -> {
            // by which nothing is free yet
            play.letters.reconnect(START - 5);
            play.letters.reconnect(START + 5);
            play.timer.fire();
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        c.start();
        play.timer.fire();
        c.join();
        play.timer.fire();
        play.requireServed();
        play.end(b.join());
    }

    private static void givingUpAgainstRenewal() {
        // of four tokens one rests, by a question on the next connection, and three are live
        var play = StagePlay.untilAnswered(10, 2);
        var own = play.issuedTicket();
        var rests = play.issuedTicket();
        play.issuedTicket();
        play.issuedTicket();
        own.send(() -> {});
        play.advance(10);
        rests.send(() -> {});
        rests.close();
        var b = play.actor(() -> play.callIssued(Play.LONG));
        var c = play.actor(() -> {
            play.letters.reconnect(START + 5);
            play.timer.fire();
            return End.FINISHED;
        });
        Exploration.resume();
        b.startParked();
        c.start();
        own.close();
        c.join();
        play.timer.fire();
        play.requireServed();
        play.end(b.join());
    }

    private static void tooManyThatRestAgainstAnswer() {
        var play = StagePlay.untilAnswered(1, 8);
        var own = play.issuedTicket();
        var rests = play.issuedTicket();
        own.send(() -> {});
        rests.send(() -> {});
        play.letters.post(rests.token());
        play.advance(10);
        rests.close();
        var b = play.actor(() -> {
            // which reads the late answer first
            End end = play.call(100);
            play.letters.reconnect(START + 5);
            return end;
        });
        Exploration.resume();
        b.start();
        own.close();
        play.end(b.join(), play.letters.renewals(), play.letters.needlessRenewals(), play.resting());
    }
}
