package io.github.exitleft.lincheck;

import io.github.exitleft.Simulation;
import io.github.exitleft.tcp.OrderSeam;
import java.util.List;

/** Races of threads that send in order on one connection. */
final class OrderScenarios {

    static final List<Scenario> ALL = List.of(
            Scenario.of("sends in order at once", "M10", 500, OrderScenarios::sendsInOrderAtOnce, "1 2", "2 1"));

    private OrderScenarios() {}

    private static void sendsInOrderAtOnce() {
        Exploration.begin();
        var time = new Simulation(false);
        var connection = new OrderSeam();
        var places = new long[3];
        var b = new Actor(time, () -> {
            places[2] = connection.send(2);
            return End.FINISHED;
        });
        Exploration.resume();
        b.start();
        places[1] = connection.send(1);
        b.join();
        Exploration.pause();
        try {
            for (int i = 0; i < 2; i++) {
                long answered = connection.receive();
                if (connection.count() != 2 || places[connection.written(i)] != answered) {
                    throw new AssertionError("an answer has the place of another question");
                }
            }
            Exploration.outcome(connection.written(0), connection.written(1));
        } finally {
            Exploration.resume();
        }
    }
}
