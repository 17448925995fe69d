package io.github.exitleft.lincheck;

import static io.github.exitleft.lincheck.Play.LONG;

import java.time.Duration;
import java.util.List;

/** Races of the keeper, which queues for the role before all others, with threads that hand it over, recall it or end its wait. */
final class KeeperScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of(
                    "keeper against entering",
                    "S3 S4",
                    300,
                    KeeperScenarios::keeperAgainstEntering,
                    "FINISHED FINISHED"),
            Scenario.of(
                    "idle keeper against entering",
                    "S3 S4",
                    300,
                    KeeperScenarios::idleKeeperAgainstEntering,
                    "FINISHED FINISHED",
                    "TIMED_OUT FINISHED"),
            Scenario.of(
                    "recall against hand-over",
                    "S3",
                    300,
                    KeeperScenarios::recallAgainstHandOver,
                    "FINISHED FINISHED",
                    "TIMED_OUT FINISHED"),
            Scenario.of("recall against asking", "S5", 300, KeeperScenarios::recallAgainstAsking, "TIMED_OUT"),
            Scenario.of(
                    "interrupt of the keeper against hand-over",
                    "S3 S10",
                    300,
                    KeeperScenarios::interruptAgainstHandOver,
                    "FINISHED FINISHED",
                    "INTERRUPTED FINISHED"),
            Scenario.of(
                    "close against the keeper's hand-over",
                    "S3 S16",
                    300,
                    KeeperScenarios::closeAgainstHandOver,
                    "FINISHED",
                    "CLOSED"));

    private KeeperScenarios() {}

    private static void keeperAgainstEntering() {
        var play = new Play();
        var keeper = play.keeper(true);
        var b = play.waiter(play.ticket(), LONG);
        Exploration.resume();
        keeper.start();
        b.start();
        play.end(keeper.join(), b.join());
    }

    private static void idleKeeperAgainstEntering() {
        var play = new Play();
        var keeper = play.keeper(false);
        var b = play.waiter(play.ticket(), LONG);
        Exploration.resume();
        keeper.start();
        b.start();
        play.end(keeper.join(), b.join());
    }

    private static void recallAgainstHandOver() {
        var play = new Play();
        var keeper = play.keeper(true);
        var b = play.waiter(play.ticket(), LONG);
        var recaller = play.actor(() -> {
            play.stage.keeper().recall();
            return End.FINISHED;
        });
        play.head(director -> {
            b.startParked();
            keeper.startParked();
            recaller.start();
        });
        recaller.join();
        play.end(keeper.join(), b.join());
    }

    /** A pause that nothing else ends: time stands still, and the role is held until the keeper is through with it. */
    private static void recallAgainstAsking() {
        var play = new Play();
        var asking = play.keeper(false, () -> play.stage.keeper().pause(Duration.ofHours(1)));
        var end = new End[1];
        play.head(director -> {
            asking.start();
            play.stage.keeper().recall();
            end[0] = asking.join();
        });
        play.end(end[0]);
    }

    private static void interruptAgainstHandOver() {
        var play = new Play();
        var keeper = play.keeper(true);
        var b = play.waiter(play.ticket(), LONG);
        play.head(director -> {
            b.startParked();
            keeper.startParked();
        });
        keeper.interrupt();
        play.end(keeper.join(), b.join());
    }

    private static void closeAgainstHandOver() {
        var play = new Play();
        var keeper = play.keeper(true);
        var closer = play.closer();
        play.head(director -> {
            keeper.startParked();
            closer.start();
        });
        closer.join();
        play.end(keeper.join());
    }
}
