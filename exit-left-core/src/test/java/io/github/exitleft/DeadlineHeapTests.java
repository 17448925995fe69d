package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The heap against a list that is sorted anew at each look. */
class DeadlineHeapTests {

    private static final long ORIGIN = Long.MAX_VALUE - 500; // so that deadlines overflow

    private static final class Someone extends Waiter {
        Someone(long after) {
            deadline = ORIGIN + after;
        }

        long after() {
            return deadline - ORIGIN;
        }
    }

    @Test
    void first_alwaysHasTheEarliestDeadlineWhicheverComeAndGo() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var heap = new DeadlineHeap();
        List<Someone> here = new ArrayList<>();
        for (int step = 0; step < 60_000; step++) {
            boolean grow = (step / 10_000) % 2 == 0;
            if (step % 500 == 499) { // by the way, all of them in order
                here.sort(Comparator.comparingLong(Someone::after));
                for (Someone next : here) {
                    assertThat(heap.first().deadline)
                            .as("seed %d, step %d", seed, step)
                            .isEqualTo(next.deadline);
                    heap.remove(heap.first());
                }
                here.clear();
            } else if (here.isEmpty() || random.nextInt(10) < (grow ? 7 : 3)) {
                var someone = new Someone(random.nextInt(1_000));
                heap.add(someone);
                here.add(someone);
            } else {
                heap.remove(here.remove(random.nextInt(here.size())));
            }
            assertThat(heap.size()).isEqualTo(here.size());
            if (step % 97 == 0 || here.size() < 20) {
                long earliest = here.stream().mapToLong(Someone::after).min().orElse(-1);
                long found = heap.first() == null ? -1 : heap.first().deadline - ORIGIN;
                assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(earliest);
            }
        }
        here.sort(Comparator.comparingLong(Someone::after));
        for (Someone next : here) {
            assertThat(heap.first().deadline).as("seed %d", seed).isEqualTo(next.deadline);
            heap.remove(heap.first());
        }
        assertThat(heap.first()).isNull();
    }
}
