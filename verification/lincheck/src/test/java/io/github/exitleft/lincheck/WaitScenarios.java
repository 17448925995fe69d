package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import io.github.exitleft.StageSeam;
import java.util.List;

/**
 * Races of waits on the primitive with promotion, signals, time and interrupts.
 *
 * <p>In most of them the main thread heads and starts the others from inside its routine, some of them already parked, so that
 * nothing is explored before the race begins.
 */
final class WaitScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "timeout against promotion",
                    "S1 S3",
                    300,
                    WaitScenarios::timeoutAgainstPromotion,
                    "TIMED_OUT FINISHED",
                    "FINISHED FINISHED"),
            Scenario.of(
                    "signal against deadline",
                    "S1 S2 S5",
                    300,
                    WaitScenarios::signalAgainstDeadline,
                    "SIGNALLED FINISHED",
                    "TIMED_OUT SIGNALLED"),
            Scenario.of(
                    "interrupt against promotion",
                    "S3 S10",
                    300,
                    WaitScenarios::interruptAgainstPromotion,
                    "INTERRUPTED FINISHED",
                    "FINISHED FINISHED"),
            Scenario.of(
                    "interrupt against signal",
                    "S1 S5 S10",
                    300,
                    WaitScenarios::interruptAgainstSignal,
                    "INTERRUPTED false SIGNALLED",
                    "SIGNALLED true FINISHED"),
            Scenario.of(
                    "interrupt against deadline",
                    "S1 S10",
                    300,
                    WaitScenarios::interruptAgainstDeadline,
                    "INTERRUPTED false",
                    "TIMED_OUT true",
                    "TIMED_OUT false"),
            Scenario.of(
                    "loss against deadline",
                    "S1 M6",
                    300,
                    WaitScenarios::lossAgainstDeadline,
                    "FAILED FAILED",
                    "TIMED_OUT FAILED"),
            Scenario.of(
                    "loss against interrupt",
                    "S1 S10 M6",
                    300,
                    WaitScenarios::lossAgainstInterrupt,
                    "FAILED true",
                    "INTERRUPTED false"),
            Scenario.of("loss against entering", "S1 M6", 300, WaitScenarios::lossAgainstEntering, "FAILED FINISHED"),
            Scenario.of("loss against promotion", "S3 M6", 300, WaitScenarios::lossAgainstPromotion, "FAILED FINISHED"),
            Scenario.of("early signal", "S5", 300, WaitScenarios::earlySignal, "SIGNALLED"),
            Scenario.of(
                    "signals of one wait",
                    "S7",
                    300,
                    WaitScenarios::signalsOfOneWait,
                    "SIGNALLED SIGNALLED",
                    "SIGNALLED TIMED_OUT"),
            Scenario.of("head that throws", "S3 S9", 300, WaitScenarios::headThatThrows, "FINISHED"),
            Scenario.of(
                    "head that signals itself", "S8", 300, WaitScenarios::headThatSignalsItself, "FINISHED SIGNALLED"),
            Scenario.of(
                    "chain of promotions",
                    "S3 S4",
                    300,
                    WaitScenarios::chainOfPromotions,
                    "FINISHED FINISHED FINISHED"),
            Scenario.of("entries at once", "S3 S4", 300, WaitScenarios::entriesAtOnce, "FINISHED FINISHED"),
            Scenario.of(
                    "deadline behind a signal",
                    "S1 M7",
                    300,
                    WaitScenarios::deadlineBehindSignal,
                    "SIGNALLED TIMED_OUT"),
            Scenario.of(
                    "deadline behind an interrupt",
                    "S1 S10 M7",
                    300,
                    WaitScenarios::deadlineBehindInterrupt,
                    "INTERRUPTED TIMED_OUT",
                    "TIMED_OUT TIMED_OUT"),
            Scenario.of(
                    "deadline behind a promotion",
                    "S1 S3 M7",
                    300,
                    WaitScenarios::deadlineBehindPromotion,
                    "FINISHED TIMED_OUT",
                    "TIMED_OUT FINISHED"),
            Scenario.of(
                    "earlier deadline behind a later",
                    "S1 S17 M7",
                    300,
                    WaitScenarios::earlierDeadlineBehindLater,
                    "TIMED_OUT TIMED_OUT"),
            Scenario.of(
                    "timer against entering",
                    "S1 S17",
                    300,
                    WaitScenarios::timerAgainstEntering,
                    "TIMED_OUT TIMED_OUT"),
            Scenario.of(
                    "timer against promotion",
                    "S1 S3 S17",
                    300,
                    WaitScenarios::timerAgainstPromotion,
                    "TIMED_OUT FINISHED",
                    "FINISHED FINISHED"),
            Scenario.of(
                    "timer against signal",
                    "S1 S2 S5 S17",
                    300,
                    WaitScenarios::timerAgainstSignal,
                    "SIGNALLED FINISHED",
                    "TIMED_OUT SIGNALLED"),
            Scenario.of(
                    "no time against promotion",
                    "S3 S13",
                    300,
                    WaitScenarios::noTimeAgainstPromotion,
                    "FINISHED FINISHED",
                    "TIMED_OUT FINISHED"));

    private WaitScenarios() {}

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

    private static void timerAgainstPromotion() {
        var play = Play.virtual();
        var b = play.waiter(play.ticket(), 10);
        var c = play.waiter(play.ticket(), LONG);
        var clock = play.actor(() -> {
            play.advance(10);
            return End.FINISHED;
        });
        play.head(director -> {
            c.startParked();
            b.startParked(); // the newest, so that it is chosen
            clock.start();
        });
        clock.join();
        play.end(b.join(), c.join());
    }

    private static void signalAgainstDeadline() {
        signalAgainstTime(new Play());
    }

    private static void timerAgainstSignal() {
        signalAgainstTime(Play.virtual());
    }

    private static void signalAgainstTime(Play play) {
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

    private static void lossAgainstDeadline() {
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
            StageSeam.lose(ticket);
            b.join();
        });
        clock.join();
        play.end(b.join(), play.enter(ticket, 0));
    }

    private static void lossAgainstInterrupt() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        play.head(director -> {
            b.startParked();
            b.interrupt();
            StageSeam.lose(ticket);
            b.join();
        });
        play.end(b.join(), b.interrupted());
    }

    private static void lossAgainstEntering() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        var c = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            c.startParked();
            b.start();
            StageSeam.lose(ticket);
        });
        play.end(b.join(), c.join());
    }

    private static void lossAgainstPromotion() {
        var play = new Play();
        var ticket = play.ticket();
        var b = play.waiter(ticket, LONG);
        var c = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            c.startParked();
            b.startParked();
            StageSeam.lose(ticket);
        });
        play.end(b.join(), c.join());
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
        var play = Play.virtual();
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
        var play = Play.virtual();
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

    private static void earlierDeadlineBehindLater() {
        var play = Play.virtual();
        var b = play.waiter(play.ticket(), 20);
        var c = play.waiter(play.ticket(), 10);
        play.head(director -> {
            b.startParked();
            c.startParked();
            play.advance(10);
            c.join();
            play.advance(10);
            b.join();
        });
        play.end(b.join(), c.join());
    }

    private static void timerAgainstEntering() {
        var play = Play.virtual();
        var b = play.waiter(play.ticket(), 10);
        var c = play.waiter(play.ticket(), 10);
        play.head(director -> {
            c.startParked(); // the timer is set for this one, and fires as the other comes
            b.start();
            play.advance(10);
            b.join();
            c.join();
        });
        play.end(b.join(), c.join());
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
