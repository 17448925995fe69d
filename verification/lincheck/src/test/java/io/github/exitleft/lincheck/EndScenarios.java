package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import java.time.Duration;
import java.util.List;

/** Races on the primitive with what ends waits from outside: close, failure, and the end of a ticket. */
final class EndScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of("close against waiting", "S1 S16", 300, EndScenarios::closeAgainstWaiting, "CLOSED"),
            Scenario.of(
                    "close against entering", "S4 S16", 300, EndScenarios::closeAgainstEntering, "FINISHED", "CLOSED"),
            Scenario.of(
                    "close against promotion",
                    "S3 S16",
                    300,
                    EndScenarios::closeAgainstPromotion,
                    "FINISHED",
                    "CLOSED"),
            Scenario.of(
                    "close against ticket",
                    "S14 S16",
                    300,
                    EndScenarios::closeAgainstTicket,
                    "FINISHED",
                    "CLOSED",
                    "REFUSED"),
            Scenario.of("close against close", "S16", 300, EndScenarios::closeAgainstClose, "closed"),
            Scenario.of(
                    "close out of time against leaving",
                    "S16",
                    500,
                    EndScenarios::closeOutOfTimeAgainstLeaving,
                    "closed"),
            Scenario.of("token taken again", "S6 S7", 300, EndScenarios::tokenTakenAgain, "FINISHED", "REFUSED"),
            Scenario.of("failure against waiting", "M6 S9", 300, EndScenarios::failureAgainstWaiting, "FAILED"),
            Scenario.of("failure against ticket", "M6", 300, EndScenarios::failureAgainstTicket, "FAILED"),
            Scenario.of(
                    "ticket closed against signal",
                    "S1 S7",
                    300,
                    EndScenarios::ticketClosedAgainstSignal,
                    "SIGNALLED",
                    "CANCELLED"),
            Scenario.of(
                    "ticket closed against promotion",
                    "S3 S7 S14",
                    500,
                    EndScenarios::ticketClosedAgainstPromotion,
                    "FINISHED FINISHED",
                    "CANCELLED FINISHED"),
            Scenario.of(
                    "ticket closed against its head",
                    "S3 S20",
                    300,
                    EndScenarios::ticketClosedAgainstItsHead,
                    "CANCELLED FINISHED"),
            Scenario.of(
                    "ticket closed against promotion and reading",
                    "S3 S20",
                    500,
                    EndScenarios::ticketClosedAgainstPromotionAndReading,
                    "CANCELLED FINISHED"));

    private EndScenarios() {}

    private static void closeAgainstWaiting() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        var closer = play.closer();
        play.head(director -> {
            b.startParked();
            closer.start();
            b.join();
        });
        closer.join();
        play.end(b.join());
    }

    private static void closeAgainstEntering() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        var closer = play.closer();
        Exploration.resume();
        b.start();
        closer.start();
        closer.join();
        play.end(b.join());
    }

    private static void closeAgainstPromotion() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        var closer = play.closer();
        play.head(director -> {
            b.startParked();
            closer.start();
        });
        closer.join();
        play.end(b.join());
    }

    private static void closeAgainstTicket() {
        var play = new Play();
        var b = play.actor(() -> {
            try {
                return play.enter(play.ticket(), LONG);
            } catch (StageClosedException e) {
                return End.REFUSED;
            }
        });
        var closer = play.closer();
        Exploration.resume();
        b.start();
        closer.start();
        closer.join();
        play.end(b.join());
    }

    private static void closeAgainstClose() {
        var play = new Play();
        var one = play.closer();
        var other = play.closer();
        play.head(director -> {
            one.start();
            other.start();
        });
        one.join();
        other.join();
        play.end("closed");
    }

    private static void closeOutOfTimeAgainstLeaving() {
        var play = new Play(true);
        var closer = play.closer();
        play.head(director -> {
            closer.startParked();
            play.time.advance(Duration.ofSeconds(5));
        });
        closer.join();
        play.end("closed");
    }

    private static void tokenTakenAgain() {
        var play = new Play();
        var first = play.stage.ticket(7);
        var b = play.actor(() -> {
            try (var second = play.stage.ticket(7)) {
                try (var third = play.stage.ticket(7)) {
                    throw new AssertionError("two owners: " + second + ", " + third);
                } catch (IllegalStateException e) {
                    return End.FINISHED;
                }
            } catch (IllegalStateException e) {
                return End.REFUSED;
            }
        });
        Exploration.resume();
        b.start();
        first.close();
        first.close();
        play.end(b.join());
    }

    private static void failureAgainstWaiting() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        play.head(play.ticket(), director -> {
            b.start();
            throw director.fail(new UnsupportedOperationException());
        });
        play.end(b.join());
    }

    private static void failureAgainstTicket() {
        var play = new Play();
        var own = play.ticket();
        var b = play.actor(() -> {
            try {
                return play.enter(play.ticket(), LONG);
            } catch (SourceFailedException e) {
                return End.FAILED;
            }
        });
        play.head(own, director -> {
            b.start();
            throw director.fail(new UnsupportedOperationException());
        });
        play.end(b.join());
    }

    private static void ticketClosedAgainstSignal() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        var stranger = play.actor(() -> {
            ticket.close();
            return End.FINISHED;
        });
        play.head(director -> {
            b.startParked();
            stranger.start();
            director.signal(ticket);
            b.join();
        });
        stranger.join();
        play.end(b.join());
    }

    private static void ticketClosedAgainstPromotion() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        var c = play.waiter(play.ticket(), LONG);
        var stranger = play.actor(() -> {
            ticket.close();
            return End.FINISHED;
        });
        play.head(director -> {
            c.startParked();
            b.startParked();
            stranger.start();
        });
        stranger.join();
        play.end(b.join(), c.join());
    }

    private static void ticketClosedAgainstItsHead() {
        var play = new Play();
        var ticket = play.ticket();
        var c = play.waiter(play.ticket(), LONG);
        var stranger = play.actor(() -> {
            ticket.close();
            return End.FINISHED;
        });
        End end = play.head(ticket, director -> {
            c.startParked();
            stranger.start();
            Play.readToTheEnd(director);
        });
        stranger.join();
        play.end(end, c.join());
    }

    private static void ticketClosedAgainstPromotionAndReading() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.actor(() -> play.enter(ticket, LONG, Play::readToTheEnd));
        var c = play.waiter(play.ticket(), LONG);
        var stranger = play.actor(() -> {
            ticket.close();
            return End.FINISHED;
        });
        play.head(director -> {
            c.startParked();
            b.startParked(); // the newest, so that it is chosen
            stranger.start();
        });
        stranger.join();
        play.end(b.join(), c.join());
    }
}
