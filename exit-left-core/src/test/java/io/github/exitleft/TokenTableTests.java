package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of tokens in use, and of numbers that rest, against maps of the JDK's that do the same (M11, M12). */
class TokenTableTests {

    /** Tokens that collide, in the hash and in the bucket. */
    private record Token(int number) {
        @Override
        public int hashCode() {
            return number % 7 == 0 ? 7 : number << 16;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 300, 40_000})
    void m11_table_knowsExactlyWhatIsLiveAndWhatRests(int tokens) {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var table = new TokenTable<Token>();
        Set<Token> live = new HashSet<>();
        Map<Token, Rest> resting = new LinkedHashMap<>();
        long now = Long.MAX_VALUE - 20_000; // so that it overflows
        for (int step = 0; step < 60_000; step++) {
            String when = "seed " + seed + ", " + tokens + " tokens, step " + step;
            // so that a crowd comes and goes, and comes again
            boolean grow = step / 10_000 % 2 == 0;
            var token = new Token(random.nextInt(tokens));
            Object attachment = step > 30_000 && random.nextBoolean() ? "call " + step : null;
            int owed = step < 15_000 ? 1 : 1 + random.nextInt(3);
            now++;
            int what = random.nextInt(10);
            if (what == 0 && !resting.isEmpty()) {
                Token oldest = resting.keySet().iterator().next();
                assertThat(table.oldestSince())
                        .as(when)
                        .isEqualTo(resting.get(oldest).since());
                assertThat(table.removeOldest()).as(when).isEqualTo(oldest);
                resting.remove(oldest);
            } else if (what < (grow ? 7 : 3)) {
                if (table.find(token) == null && !live.contains(token) && random.nextBoolean()) {
                    table.add(token, now, attachment, null, owed);
                    resting.put(token, new Rest(now, attachment, owed));
                } else {
                    boolean isNew = !resting.containsKey(token) && live.add(token);
                    assertThat(table.addLive(token)).as(when).isEqualTo(isNew);
                }
            } else if (what < 8) {
                table.rest(token, now, attachment, null, owed);
                if (live.remove(token)) {
                    resting.put(token, new Rest(now, attachment, owed));
                }
            } else if (random.nextBoolean()) {
                assertThat(table.answered(token, 1)).as(when).isEqualTo(TokenFixture.answer(resting, token, 1));
            } else {
                assertThat(table.remove(token)).as(when).isEqualTo(resting.remove(token));
                live.remove(token);
            }
            assertThat(table.find(token)).as(when).isEqualTo(resting.get(token));
            assertThat(table.live()).as(when).isEqualTo(live.size());
            assertThat(table.resting()).as(when).isEqualTo(resting.size());
        }
        for (Map.Entry<Token, Rest> next : resting.entrySet()) {
            assertThat(table.oldestSince()).isEqualTo(next.getValue().since());
            assertThat(table.removeOldest()).isEqualTo(next.getKey());
        }
        assertThat(table.size()).isEqualTo(live.size());
    }

    @Test
    void m11_numbersThatRest_areExactlyTheseInTheirOrder() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int bits : new int[] {1, 3, 8, 16}) {
            var rests = new NumberRests(bits);
            Map<Integer, Rest> expected = new LinkedHashMap<>();
            for (int step = 0; step < 30_000; step++) {
                String when = "seed " + seed + ", " + bits + " bits, step " + step;
                int number = random.nextInt(1 << bits);
                if (random.nextInt(step / 5_000 % 2 == 0 ? 4 : 2) > 0 && !expected.containsKey(number)) {
                    Object attachment = step > 15_000 && random.nextBoolean() ? "call " + step : null;
                    int owed = step < 10_000 ? 1 : 1 + random.nextInt(3);
                    rests.add(number, step, attachment, null, owed);
                    expected.put(number, new Rest(step, attachment, owed));
                } else if (random.nextBoolean() && !expected.isEmpty()) {
                    Integer oldest = expected.keySet().iterator().next();
                    assertThat(rests.oldestSince())
                            .as(when)
                            .isEqualTo(expected.get(oldest).since());
                    assertThat(rests.removeOldest()).as(when).isEqualTo(oldest);
                    expected.remove(oldest);
                } else if (random.nextBoolean()) {
                    assertThat(rests.answered(number, 1)).as(when).isEqualTo(TokenFixture.answer(expected, number, 1));
                } else {
                    assertThat(rests.remove(number)).as(when).isEqualTo(expected.remove(number));
                }
                assertThat(rests.find(number)).as(when).isEqualTo(expected.get(number));
                assertThat(rests.resting()).as(when).isEqualTo(expected.size());
            }
        }
    }

    @Test
    void s19_tokenThatThrowsWhenTheTableGrows_changesNothing() {
        var table = new TokenTable<Object>();
        var hostile = new Object() {
            boolean throwsNow;

            @Override
            public int hashCode() {
                if (throwsNow) {
                    throw new IllegalStateException("hostile");
                }
                return 42;
            }
        };
        table.add(hostile, 0, null, null, 1);
        for (int i = 1; i < 16; i++) {
            table.add(i, i, null, null, 1);
        }
        hostile.throwsNow = true;
        assertThatThrownBy(() -> table.add(16, 16, "attached", null, 1)).hasMessage("hostile");
        hostile.throwsNow = false;

        assertThat(table.resting()).isEqualTo(16);
        assertThat(table.find(16)).isNull();
        table.add(16, 16, null, null, 1);
        assertThat(table.removeOldest()).isSameAs(hostile);
        for (int i = 1; i <= 16; i++) {
            assertThat(table.removeOldest()).isEqualTo(i);
        }
        assertThat(table.size()).isZero();
    }

    @Test
    void m11_crowdThatHasGone_leavesNothingBehind() throws Exception {
        var table = new TokenTable<Long>();
        for (long i = 0; i < 100_000; i++) {
            table.add(i, i, null, null, 1);
        }
        for (int i = 0; i < 100_000; i++) {
            table.removeOldest();
        }
        for (long i = 0; i < 10; i++) {
            table.addLive(i);
        }
        assertThat(bytesOf(table)).isLessThan(64_000);
    }

    /** What the arrays take that an object holds, itself or through others of this package. */
    static long bytesOf(Object holder) throws Exception {
        long bytes = 0;
        for (Class<?> type = holder.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
                    continue;
                }
                field.setAccessible(true);
                Object held = field.get(holder);
                if (held == null) {
                    continue;
                }
                Class<?> element = held.getClass().getComponentType();
                if (element != null) {
                    bytes += 16 + Array.getLength(held) * sizeOf(element);
                } else if (held instanceof Rests<?> || held instanceof FreeNumbers) {
                    bytes += bytesOf(held);
                }
            }
        }
        return bytes;
    }

    private static long sizeOf(Class<?> element) {
        if (element == long.class) {
            return Long.BYTES;
        } else if (element == int.class) {
            return Integer.BYTES;
        } else if (element == char.class) {
            return Character.BYTES;
        } else if (element == byte.class) {
            return 1;
        }
        return 4; // a reference, compressed as in every heap of less than 32 GB
    }
}
