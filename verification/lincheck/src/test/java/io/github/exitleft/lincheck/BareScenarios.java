package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import io.github.exitleft.bare.SourceFailedException;
import io.github.exitleft.bare.StageClosedException;
import java.time.Duration;
import java.util.List;

/**
 * Races on the primitive.
 *
 * <p>In most of them the main thread heads and starts the others from inside its routine, so that nothing is explored before
 * the race begins.
 */
final class BareScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "timeout against promotion",
                    "S1 S3",
                    300,
                    BareScenarios::timeoutAgainstPromotion,
                    "TIMED_OUT FINISHED",
                    "FINISHED FINISHED"),
            Scenario.of(
                    "signal against deadline",
                    "S1 S2 S5",
                    300,
                    BareScenarios::signalAgainstDeadline,
                    "SIGNALLED FINISHED",
                    "TIMED_OUT SIGNALLED"),
            Scenario.of(
                    "interrupt against promotion",
                    "S3 S10",
                    300,
                    BareScenarios::interruptAgainstPromotion,
                    "INTERRUPTED FINISHED",
                    "FINISHED FINISHED"),
            Scenario.of(
                    "interrupt against signal",
                    "S1 S5 S10",
                    300,
                    BareScenarios::interruptAgainstSignal,
                    "INTERRUPTED false SIGNALLED",
                    "SIGNALLED true FINISHED"),
            Scenario.of(
                    "interrupt against deadline",
                    "S1 S10",
                    300,
                    BareScenarios::interruptAgainstDeadline,
                    "INTERRUPTED false",
                    "TIMED_OUT true",
                    "TIMED_OUT false"),
            Scenario.of("close against waiting", "S1 S16", 300, BareScenarios::closeAgainstWaiting, "CLOSED"),
            Scenario.of(
                    "close against entering", "S4 S16", 300, BareScenarios::closeAgainstEntering, "FINISHED", "CLOSED"),
            Scenario.of(
                    "close against promotion",
                    "S3 S16",
                    300,
                    BareScenarios::closeAgainstPromotion,
                    "FINISHED",
                    "CLOSED"),
            Scenario.of(
                    "close against ticket",
                    "S14 S16",
                    300,
                    BareScenarios::closeAgainstTicket,
                    "FINISHED",
                    "CLOSED",
                    "REFUSED"),
            Scenario.of("close against close", "S16", 300, BareScenarios::closeAgainstClose, "closed"),
            Scenario.of(
                    "close out of time against leaving",
                    "S16",
                    500,
                    BareScenarios::closeOutOfTimeAgainstLeaving,
                    "closed"),
            Scenario.of("token taken again", "S6 S7", 300, BareScenarios::tokenTakenAgain, "FINISHED", "REFUSED"),
            Scenario.of("early signal", "S5", 300, BareScenarios::earlySignal, "SIGNALLED"),
            Scenario.of(
                    "signals of one wait",
                    "S7",
                    300,
                    BareScenarios::signalsOfOneWait,
                    "SIGNALLED SIGNALLED",
                    "SIGNALLED TIMED_OUT"),
            Scenario.of("head that throws", "S3 S9", 300, BareScenarios::headThatThrows, "FINISHED"),
            Scenario.of(
                    "head that signals itself", "S8", 300, BareScenarios::headThatSignalsItself, "FINISHED SIGNALLED"),
            Scenario.of("failure against waiting", "M6 S9", 300, BareScenarios::failureAgainstWaiting, "FAILED"),
            Scenario.of("failure against ticket", "M6", 300, BareScenarios::failureAgainstTicket, "FAILED"),
            Scenario.of(
                    "ticket closed against signal",
                    "S1 S7",
                    300,
                    BareScenarios::ticketClosedAgainstSignal,
                    "SIGNALLED",
                    "CANCELLED"),
            Scenario.of(
                    "ticket closed against promotion",
                    "S3 S7 S14",
                    500,
                    BareScenarios::ticketClosedAgainstPromotion,
                    "FINISHED FINISHED",
                    "CANCELLED FINISHED"),
            Scenario.of(
                    "chain of promotions",
                    "S3 S4 S15",
                    300,
                    BareScenarios::chainOfPromotions,
                    "FINISHED FINISHED FINISHED"),
            Scenario.of("entries at once", "S3 S4", 300, BareScenarios::entriesAtOnce, "FINISHED FINISHED"),
            Scenario.of(
                    "deadline behind a signal",
                    "S1 M7",
                    300,
                    BareScenarios::deadlineBehindSignal,
                    "SIGNALLED TIMED_OUT"),
            Scenario.of(
                    "deadline behind an interrupt",
                    "S1 S10 M7",
                    300,
                    BareScenarios::deadlineBehindInterrupt,
                    "INTERRUPTED TIMED_OUT",
                    "TIMED_OUT TIMED_OUT"), // the other one, which wakes for its own deadline, may look first
            Scenario.of(
                    "deadline behind a promotion",
                    "S1 S3 M7",
                    300,
                    BareScenarios::deadlineBehindPromotion,
                    "FINISHED TIMED_OUT",
                    "TIMED_OUT FINISHED"),
            Scenario.of(
                    "no time against promotion",
                    "S3 S13",
                    300,
                    BareScenarios::noTimeAgainstPromotion,
                    "FINISHED FINISHED",
                    "TIMED_OUT FINISHED"));

    private BareScenarios() {}

    private static void timeoutAgainstPromotion() {
        var play = new Play();
        var b = play.waiter(play.ticket(), 10);
        var c = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            c.startParked();
            b.startParked(); // the newest, so that it is chosen
            play.advance(10);
        });
        play.end(b.join(), c.join());
    }

    private static void signalAgainstDeadline() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, 10);
        var clock = play.actor(() -> {
            play.advance(10);
            return End.FINISHED;
        });
        play.head(director -> {
            b.startParked();
            clock.start();
            director.signal(ticket);
            b.join();
        });
        clock.join();
        play.end(b.join(), play.enter(ticket, 0)); // a signal that came too late is there for the next entry
    }

    private static void interruptAgainstPromotion() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        var c = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            c.startParked();
            b.startParked();
        });
        b.interrupt();
        play.end(b.join(), c.join());
    }

    private static void interruptAgainstSignal() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        play.head(director -> {
            b.startParked();
            b.interrupt();
            director.signal(ticket);
            b.join();
        });
        play.end(b.join(), b.interrupted(), play.enter(ticket, 0));
    }

    private static void interruptAgainstDeadline() {
        var play = new Play();
        var b = play.waiter(play.ticket(), 10);
        play.head(director -> {
            b.startParked();
            play.advance(10);
            b.interrupt();
            b.join();
        });
        play.end(b.join(), b.interrupted());
    }

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

    private static void earlySignal() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        play.head(director -> {
            b.start();
            director.signal(ticket);
        });
        play.end(b.join());
    }

    private static void signalsOfOneWait() {
        var play = new Play();
        var ticket = play.ticket();
        var first = new End[1];
        var b = play.actor(() -> {
            first[0] = play.enter(ticket, LONG);
            return play.enter(ticket, 0);
        });
        play.head(director -> {
            b.start();
            director.signal(ticket);
            director.signal(ticket);
            b.join();
        });
        play.end(first[0], b.join());
    }

    private static void headThatThrows() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        boolean thrown = false;
        try {
            play.head(play.ticket(), director -> {
                b.start();
                throw new UnsupportedOperationException();
            });
        } catch (UnsupportedOperationException e) {
            thrown = true;
        }
        if (!thrown) {
            throw new AssertionError("what the head threw did not come through");
        }
        play.end(b.join());
    }

    private static void headThatSignalsItself() {
        var play = new Play();
        var own = play.ticket();
        var b = play.waiter(play.ticket(), LONG);
        play.head(own, director -> {
            b.start();
            director.signal(own);
        });
        play.end(b.join(), play.enter(own, 0));
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

    private static void chainOfPromotions() {
        var play = new Play();
        var b = play.waiter(play.ticket(), LONG);
        var c = play.waiter(play.ticket(), LONG);
        var d = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            b.start();
            c.start();
            d.start();
        });
        play.end(b.join(), c.join(), d.join());
    }

    private static void entriesAtOnce() {
        var play = new Play();
        var a = play.ticket();
        var b = play.waiter(play.ticket(), LONG);
        Exploration.resume();
        b.start();
        play.end(play.enter(a, LONG), b.join());
    }

    private static void deadlineBehindSignal() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, 10);
        var c = play.waiter(play.ticket(), 20);
        play.head(director -> {
            b.startParked();
            c.startParked();
            director.signal(ticket);
            play.advance(20);
            b.join();
            c.join();
        });
        play.end(b.join(), c.join());
    }

    private static void deadlineBehindInterrupt() {
        var play = new Play();
        var b = play.waiter(play.ticket(), 10);
        var c = play.waiter(play.ticket(), 20);
        play.head(director -> {
            b.startParked();
            c.startParked();
            b.interrupt();
            play.advance(20);
            b.join();
            c.join();
        });
        play.end(b.join(), c.join());
    }

    private static void deadlineBehindPromotion() {
        var play = new Play();
        var actors = new Actor[2];
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            var ticket = play.ticket();
            actors[i] = play.actor(() -> play.enter(ticket, 10 * (2 - other), director -> {
                play.advance(20);
                actors[other].join();
            }));
        }
        play.head(director -> {
            actors[0].start();
            actors[1].start();
        });
        play.end(actors[0].join(), actors[1].join());
    }

    private static void noTimeAgainstPromotion() {
        var play = new Play();
        var b = play.waiter(play.ticket(), 0);
        var c = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            b.start();
            c.start();
        });
        play.end(b.join(), c.join());
    }
}
