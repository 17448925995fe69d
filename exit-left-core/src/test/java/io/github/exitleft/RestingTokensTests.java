package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The memory of tokens that callers brought, against a map of the JDK's that does the same (M11). */
class RestingTokensTests {

    private static final long REST = 60_000_000_000L;
    private static final int MOST = 100;

    @Test
    void m11_restingTokens_areTheYoungestUntilTheyAreAnsweredOrTheirRestIsOver() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int count : new int[] {5, 90, 1_000}) {
            var memory = new RestingTokens<Integer>(RestRule.of(Duration.ofNanos(REST)), MOST);
            Map<Integer, Rest> expected = new LinkedHashMap<>();
            long now = Long.MAX_VALUE - REST; // so that it overflows
            for (int step = 0; step < 20_000; step++) {
                String when = "seed " + seed + ", " + count + " tokens, step " + step;
                Integer token = random.nextInt(count);
                now += random.nextInt(1_000) == 0 ? REST / 2 : random.nextInt(100_000_000);
                forget(expected, now);
                if (random.nextInt(3) > 0) {
                    int owed = step < 10_000 ? 1 : 1 + random.nextInt(3);
                    memory.gaveUp(token, now, step, null, owed);
                    expected.remove(token);
                    if (expected.size() == MOST) {
                        expected.remove(expected.keySet().iterator().next());
                    }
                    expected.put(token, new Rest(now, step, owed));
                } else {
                    assertThat(memory.answered(token, now)).as(when).isEqualTo(TokenFixture.answer(expected, token, 1));
                }
                assertThat(memory.resting(token, now)).as(when).isEqualTo(expected.get(token));
                assertThat(memory.resting(now)).as(when).isEqualTo(expected.size());
            }
        }
    }

    private static void forget(Map<Integer, Rest> expected, long now) {
        var oldest = expected.values().iterator();
        while (oldest.hasNext() && now - oldest.next().since() >= REST) {
            oldest.remove();
        }
    }
}
