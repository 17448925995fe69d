package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Issued tokens: never one that is live or rests, and all that is said of them is exact (M11, M12). */
class IssuedTokensTests {

    private static final Duration REST = Duration.ofSeconds(60);

    /** Some tokens, and how many there are. */
    record Kind<T>(String name, IssuedTokens<T> tokens, int size) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int ENDLESS = Integer.MAX_VALUE;

    static Stream<Kind<?>> kinds() {
        var random = new SecureNumbers();
        List<Kind<?>> kinds = new ArrayList<>();
        for (int bits : new int[] {1, 2, 4, 7, 8, 12, 16, 18}) {
            kinds.add(new Kind<>(
                    "Integer, random, " + bits, TokenFixture.random(Integer.class, bits, REST, random), 1 << bits));
            kinds.add(
                    new Kind<>("Long, in sequence, " + bits, TokenFixture.sequence(Long.class, bits, REST), 1 << bits));
        }
        kinds.add(new Kind<>("Short, random, 16", TokenFixture.random(Short.class, 16, REST, random), 1 << 16));
        kinds.add(new Kind<>("String, 1 digit", TokenFixture.random(String.class, 4, REST, random), 16));
        kinds.add(new Kind<>("String, 8 digits", TokenFixture.random(String.class, 32, REST, random), ENDLESS));
        kinds.add(new Kind<>("String, 33 digits", TokenFixture.random(String.class, 132, REST, random), ENDLESS));
        kinds.add(new Kind<>("UUID", TokenFixture.random(UUID.class, 122, REST, random), ENDLESS));
        kinds.add(new Kind<>("Integer, random, 21", TokenFixture.random(Integer.class, 21, REST, random), ENDLESS));
        kinds.add(new Kind<>("Integer, random, 32", TokenFixture.random(Integer.class, 32, REST, random), ENDLESS));
        kinds.add(new Kind<>("Integer, in sequence, 32", TokenFixture.sequence(Integer.class, 32, REST), ENDLESS));
        kinds.add(new Kind<>("Long, random, 64", TokenFixture.random(Long.class, 64, REST, random), ENDLESS));
        kinds.add(new Kind<>("Long, in sequence, 64", TokenFixture.sequence(Long.class, 64, REST), ENDLESS));
        return kinds.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void m12_whateverHappens_noTokenIsIssuedThatIsLiveOrRests(Kind<T> kind) {
        long seed = System.nanoTime();
        var random = new Random(seed);
        IssuedTokens<T> tokens = kind.tokens;
        List<T> known = new ArrayList<>(); // some of which are free
        Set<T> live = new HashSet<>();
        Map<T, Rest> resting = new LinkedHashMap<>();
        long now = Long.MAX_VALUE - REST.toNanos(); // so that it overflows
        for (int step = 0; step < 40_000; step++) {
            String when = "seed " + seed + ", step " + step;
            now += random.nextInt(2_000) == 0 ? REST.toNanos() / 2 : random.nextInt(10_000_000);
            expire(resting, now);
            boolean grow = step / 8_000 % 2 == 0;
            int what = random.nextInt(grow ? 9 : 21);
            T any = known.isEmpty() ? null : known.get(random.nextInt(known.size()));
            if (what < 5 || any == null) {
                T issued = tokens.issue(now);
                assertThat(issued == null).as(when).isEqualTo(live.size() + resting.size() == kind.size);
                if (issued != null) {
                    assertThat(resting).as("%s: resting", when).doesNotContainKey(issued);
                    assertThat(live.add(issued))
                            .as("%s: %s is not live", when, issued)
                            .isTrue();
                    known.add(issued);
                }
            } else if (what == 5) {
                assertThat(tokens.take(any, now)).as(when).isEqualTo(!resting.containsKey(any) && live.add(any));
            } else if (what == 6) {
                int came = 1 + random.nextInt(2);
                assertThat(tokens.answeredLate(any, now, came))
                        .as(when)
                        .isEqualTo(TokenFixture.answer(resting, any, came));
            } else if (what % 2 == 0) {
                Object attachment = random.nextInt(4) == 0 ? "call " + step : null;
                int owed = step < 8_000 ? 1 : 1 + random.nextInt(3);
                tokens.gaveUp(any, now, attachment, null, owed);
                if (live.remove(any)) {
                    resting.put(any, new Rest(now, attachment, owed));
                }
            } else {
                assertThat(tokens.answered(any, now)).as(when).isEqualTo(resting.remove(any));
                live.remove(any);
            }
            if (any != null) {
                assertThat(tokens.resting(any, now)).as(when).isEqualTo(resting.get(any));
            }
            assertThat(tokens.live()).as("%s: live", when).isEqualTo(live.size());
            assertThat(tokens.resting(now)).as("%s: resting", when).isEqualTo(resting.size());
            assertThat(tokens.nextFreeAt(now))
                    .as(when)
                    .isEqualTo(
                            resting.isEmpty()
                                    ? IssuedTokens.NEVER
                                    : resting.values().iterator().next().since() + REST.toNanos());
            if (step % 500 == 0) { // rarely, since it looks through all of them
                known.removeIf(token -> !live.contains(token) && !resting.containsKey(token));
            }
        }
    }

    private static void expire(Map<?, Rest> resting, long now) {
        var oldest = resting.values().iterator();
        while (oldest.hasNext() && now - oldest.next().since() >= REST.toNanos()) {
            oldest.remove();
        }
    }

    @Test
    void m12_numbersOfFewerBitsThanTheirType_areUnsigned() {
        assertThat(drawn(TokenFixture.random(Integer.class, 8, REST, new SecureNumbers()), 256))
                .allSatisfy(token -> assertThat(token).isBetween(0, 255))
                .doesNotHaveDuplicates();
        assertThat(drawn(TokenFixture.random(Short.class, 16, REST, new SecureNumbers()), 1 << 16))
                .contains(Short.MIN_VALUE, (short) -1, (short) 0, Short.MAX_VALUE)
                .doesNotHaveDuplicates();
        assertThat(drawn(TokenFixture.random(Integer.class, 31, REST, new SecureNumbers()), 1_000))
                .allSatisfy(token -> assertThat(token).isPositive());
        assertThat(drawn(TokenFixture.random(Integer.class, 32, REST, new SecureNumbers()), 1_000))
                .anySatisfy(token -> assertThat(token).isNegative());
        assertThat(drawn(TokenFixture.random(Long.class, 63, REST, new SecureNumbers()), 1_000))
                .allSatisfy(token -> assertThat(token).isPositive());
        assertThat(drawn(TokenFixture.random(Long.class, 64, REST, new SecureNumbers()), 1_000))
                .anySatisfy(token -> assertThat(token).isNegative());
    }

    @Test
    void m12_inSequence_beginsAtOneAndGoesRound() {
        assertThat(drawn(TokenFixture.sequence(Integer.class, 2, REST), 4)).containsExactly(1, 2, 3, 0);
        assertThat(drawn(TokenFixture.sequence(Long.class, 64, REST), 3)).containsExactly(1L, 2L, 3L);

        // of more than 20 bits 0 is left out
        var large = TokenFixture.sequence(Integer.class, 21, REST);
        for (int number = 1; number < 1 << 21; number++) {
            assertThat(large.issue(0)).isEqualTo(number);
            large.answered(number, 0);
        }
        assertThat(large.issue(0)).isEqualTo(1);
    }

    @Test
    void m12_stringsAreHexadecimal_andUuidsRandomOnes() {
        assertThat(drawn(TokenFixture.random(String.class, 8, REST, new SecureNumbers()), 256))
                .allSatisfy(token -> assertThat(token).matches("[0-9a-f]{2}"))
                .doesNotHaveDuplicates();
        for (int digits : new int[] {6, 16, 17, 32, 256}) {
            assertThat(drawn(TokenFixture.random(String.class, 4 * digits, REST, new SecureNumbers()), 100))
                    .allSatisfy(token -> assertThat(token).matches("[0-9a-f]{" + digits + "}"))
                    .doesNotHaveDuplicates();
        }
        assertThat(drawn(TokenFixture.random(UUID.class, 122, REST, new SecureNumbers()), 100))
                .allSatisfy(token -> assertThat(token.version()).isEqualTo(4))
                .allSatisfy(token -> assertThat(token.variant()).isEqualTo(2))
                .doesNotHaveDuplicates();
    }

    private static <T> List<T> drawn(IssuedTokens<T> tokens, int count) {
        return Stream.generate(() -> tokens.issue(0)).limit(count).toList();
    }

    @Test
    void m12_largeNumbersInARow_shareNothing() {
        var tokens = TokenFixture.random(Long.class, 64, REST, FreeNumbersTests.seeded(4));
        int[] flips = new int[64];
        Long before = tokens.issue(0);
        Set<Long> steps = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            Long next = tokens.issue(0);
            steps.add(next - before);
            for (int bit = 0; bit < 64; bit++) {
                flips[bit] += (int) ((next ^ before) >>> bit & 1);
            }
            before = next;
        }
        assertThat(steps).hasSize(10_000);
        // 5,000 each; six standard deviations
        for (int count : flips) {
            assertThat(count).isBetween(4_700, 5_300);
        }
    }

    @Test
    void m11_restOfZero_isNone() {
        var tokens = TokenFixture.random(Integer.class, 1, Duration.ZERO, new SecureNumbers());
        Integer token = tokens.issue(0);
        tokens.gaveUp(token, 0, null, null, 1);
        assertThat(tokens.resting(0)).isZero();
        assertThat(tokens.take(token, 0)).isTrue();
    }

    @Test
    void m11_restUntilAnswered_endsWithTheAnswerOnly() {
        var tokens = TokenFixture.random(Integer.class, 1, Duration.ofSeconds(Long.MAX_VALUE), new SecureNumbers());
        Integer token = tokens.issue(0);
        Integer other = tokens.issue(0);
        tokens.gaveUp(token, 7, "a call", null, 1);
        long years = Duration.ofDays(30_000).toNanos();
        assertThat(tokens.issue(years)).isNull();
        assertThat(tokens.nextFreeAt(years)).isEqualTo(IssuedTokens.NEVER);
        assertThat(tokens.answered(token, years)).isEqualTo(new Rest(7, "a call", 1));
        assertThat(tokens.issue(years)).isEqualTo(token);
        assertThat(tokens.answered(other, years)).isNull();
    }

    @Test
    void m12_tokenThatCanNoLongerBeAnsweredSinceTheLastLook_hasATimeForTheNext() {
        var since = new AtomicLong();
        Source<String> source = new Source<>() {
            @Override
            public @Nullable String receive(Duration remaining) {
                return null;
            }

            @Override
            public long answerableSince() {
                return since.get();
            }

            @Override
            public void close() {}
        };
        IssuedTokens<Integer> tokens =
                IssuedTokens.of(TokenSpace.of(Integer.class, 1), null, RestRule.untilAnswered(source, 10));
        Integer token = tokens.issue(1);
        tokens.issue(1);
        tokens.gaveUp(token, 2, null, null, 1);
        assertThat(tokens.issue(3)).isNull();
        since.set(3);

        // or callers in line would never be given what is free from now on
        assertThat(tokens.nextFreeAt(4)).isNotEqualTo(IssuedTokens.NEVER);
        assertThat(tokens.issue(4)).isEqualTo(token);
        assertThat(tokens.nextFreeAt(4)).isEqualTo(IssuedTokens.NEVER);
    }

    @Test
    void m12_tokensFromOutside_areTakenOnceAndForgottenOnceFree() {
        var tokens = IssuedTokens.<String>taken(RestRule.of(REST));
        assertThat(tokens.issue(0)).as("it issues none").isNull();
        assertThat(tokens.take("a", 0)).isTrue();
        assertThat(tokens.take("a", 0)).isFalse();
        tokens.gaveUp("a", 0, null, null, 1);
        assertThat(tokens.take("a", REST.toNanos() - 1)).isFalse();
        assertThat(tokens.take("a", REST.toNanos())).isTrue();
        tokens.answered("a", REST.toNanos());
        assertThat(tokens.live() + tokens.resting(REST.toNanos())).isZero();
    }

    @Test
    void m12_bitsThatDontFit_areRefusedByName() {
        refused(Integer.class, 0, "issued tokens of type java.lang.Integer have 1 to 32 bits, but 'bits' is 0");
        refused(Integer.class, 33, "issued tokens of type java.lang.Integer have 1 to 32 bits, but 'bits' is 33");
        refused(Long.class, 65, "issued tokens of type java.lang.Long have 1 to 64 bits, but 'bits' is 65");
        refused(Short.class, 17, "issued tokens of type java.lang.Short have 1 to 16 bits, but 'bits' is 17");
        refused(UUID.class, 128, "issued tokens of type java.util.UUID have exactly 122 bits, but 'bits' is 128");
        refused(String.class, 10, "issued tokens of type java.lang.String have 4 for each digit, up to 1024 bits");
        refused(Object.class, 8, "tokens of type java.lang.Object can't be issued");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFixture.sequence(UUID.class, 122, REST))
                .withMessageContaining("java.util.UUID can't be issued in sequence");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFixture.sequence(Integer.class, 8, Duration.ofNanos(-1)))
                .withMessage("'rest' must not be negative, but is PT-0.000000001S");
    }

    private static void refused(Class<?> type, int bits, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFixture.random(type, bits, REST, new SecureNumbers()))
                .withMessageContaining(message);
    }

    @Test
    void m11_hundredThousandRestingLongs_take64BytesEachAtMost() throws Exception {
        var tokens = TokenFixture.random(Long.class, 64, REST, new SecureNumbers());
        for (int i = 0; i < 100_000; i++) {
            tokens.gaveUp(tokens.issue(0), 0, null, null, 1);
        }
        assertThat(tokens.resting(0)).isEqualTo(100_000);
        long bytes = TokenTableTests.bytesOf(tokens) + 100_000L * 24; // a Long
        assertThat(bytes).isLessThanOrEqualTo(100_000L * 64);
    }

    @Test
    void m11_allOfSixteenBitsResting_takeAMebibyteAtMost() throws Exception {
        var tokens = TokenFixture.random(Integer.class, 16, REST, new SecureNumbers());
        assertThat(TokenTableTests.bytesOf(tokens)).as("while none rests").isLessThan(40_000);
        for (int i = 0; i < 1 << 16; i++) {
            tokens.gaveUp(tokens.issue(0), 0, null, null, 1);
        }
        assertThat(tokens.resting(0)).isEqualTo(1 << 16);
        assertThat(TokenTableTests.bytesOf(tokens)).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void m12_moreThanAMillionInUse_areAllTaken() {
        var tokens = TokenFixture.sequence(Long.class, 64, REST);
        for (int i = 0; i < IssuedTokens.MOST; i++) {
            assertThat(tokens.issue(0)).isNotNull();
        }
        assertThat(tokens.issue(0)).isNull();
        assertThat(tokens.take(-1L, 0)).isFalse();
        tokens.answered(5L, 0);
        assertThat(tokens.issue(0)).isNotNull();
    }
}
