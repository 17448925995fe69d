package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.RetiredTokens.Retired;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
                    Object attachment = random.nextInt(3) == 0 ? step : null;
                    memory.add(token, now, answered, attachment);
                    expected.remove(token);
                    expected.put(token, new Retired(now, answered, attachment));
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

    @Test
    void m12_messagesThatComeLate_areCountedUntilTheyAreTakenOrTheirTokenIsRetiredAgain() {
        var memory = new RetiredTokens<Integer>();
        assertThat(memory.countLate(1)).isFalse();
        for (boolean answered : new boolean[] {false, true}) {
            memory.add(1, 0, answered, null);
            assertThat(memory.isLateCounted(1)).isFalse();
            for (int i = 0; i < 200; i++) {
                assertThat(memory.takeLate(1)).isZero();
                assertThat(memory.countLate(1)).isTrue();
                assertThat(memory.countLate(1)).isTrue();
                assertThat(memory.isLateCounted(1)).isTrue();
                assertThat(memory.takeLate(1)).isEqualTo(2);
            }
            for (int i = 0; i < 200; i++) {
                memory.countLate(1);
            }
            assertThat(memory.find(1, 0)).isEqualTo(new Retired(0, answered, null));
            // fewer than have come, so that the token rests until its time is over
            assertThat(memory.takeLate(1)).isEqualTo(63);
            memory.countLate(1);
        }
    }

    @Test
    void m14_attachments_areForgottenWithTheirTokens() {
        var memory = new RetiredTokens<Integer>();
        assertThat(memory.forgetOld(0)).as("no attachment").isNegative();
        memory.add(1, 0, false, null);
        assertThat(memory.forgetOld(0)).as("no attachment").isNegative();
        memory.add(2, SECOND, false, "two");
        memory.add(3, 2 * SECOND, false, "three");

        assertThat(memory.forgetOld(3 * SECOND)).as("rest of the oldest").isEqualTo(58 * SECOND);
        assertThat(memory.find(2, 3 * SECOND)).isEqualTo(new Retired(SECOND, false, "two"));
        assertThat(memory.forgetOld(61 * SECOND + 1)).isEqualTo(SECOND - 1);
        assertThat(memory.size()).isEqualTo(1);
        assertThat(memory.forgetOld(62 * SECOND + 1)).isNegative();
        assertThat(memory.size()).isZero();
    }

    @Test
    void m14_attachments_areUnreachableOnceForgottenOrDisplaced() {
        var memory = new RetiredTokens<Integer>();
        List<WeakReference<Object>> attachments = new ArrayList<>();
        for (int i = 0; i < RetiredTokens.MOST + 1_000; i++) {
            var attachment = new Object();
            attachments.add(new WeakReference<>(attachment));
            memory.add(i, i, false, attachment);
        }
        memory.add(5_000, 100_000, false, null); // a token that is retired again

        await().untilAsserted(() -> {
            System.gc();
            assertThat(reachable(attachments)).isEqualTo(RetiredTokens.MOST - 1);
        });
        memory.forgetOld(100_000 + RetiredTokens.NANOS + 1);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(reachable(attachments)).isZero();
        });
        assertThat(memory.size()).isZero();
    }

    private static long reachable(List<WeakReference<Object>> attachments) {
        return attachments.stream().filter(one -> one.get() != null).count();
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
