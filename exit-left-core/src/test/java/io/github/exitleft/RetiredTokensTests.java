package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.RetiredTokens.Retired;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The memory of retired tokens against a map of the JDK's that does the same (M3). */
class RetiredTokensTests {

    private static final long SECOND = 1_000_000_000;

    /** Tokens that collide, in the hash and in the bucket. */
    private record Token(int number) {
        @Override
        public int hashCode() {
            return number % 7 == 0 ? 7 : number << 16;
        }
    }

    @Test
    void m3_retiredTokens_areTheYoungestForAMinute() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int tokens : new int[] {5, 300, 40_000}) {
            var memory = new RetiredTokens<Token>();
            Map<Token, Retired> expected = new LinkedHashMap<>();
            long now = Long.MAX_VALUE - 50 * SECOND; // so that it overflows
            for (int step = 0; step < 30_000; step++) {
                var token = new Token(random.nextInt(tokens));
                now += random.nextInt(1_000) == 0 ? 50 * SECOND : random.nextInt(2_000_000);
                if (random.nextInt(3) > 0) {
                    boolean answered = random.nextBoolean();
                    memory.add(token, now, answered);
                    expected.remove(token);
                    expected.put(token, new Retired(now, answered));
                    forget(expected, now);
                } else {
                    Retired known = expected.get(token);
                    boolean over = known != null && now - known.at() > RetiredTokens.NANOS;
                    assertThat(memory.find(token, now))
                            .as("seed %d, %d tokens, step %d", seed, tokens, step)
                            .isEqualTo(over ? null : known);
                }
                assertThat(memory.size()).as("seed %d, step %d", seed, step).isEqualTo(expected.size());
            }
        }
    }

    private static void forget(Map<Token, Retired> expected, long now) {
        var oldest = expected.values().iterator();
        while (oldest.hasNext() && now - oldest.next().at() > RetiredTokens.NANOS) {
            oldest.remove();
        }
        oldest = expected.values().iterator();
        while (expected.size() > RetiredTokens.MOST) {
            oldest.next();
            oldest.remove();
        }
    }
}
