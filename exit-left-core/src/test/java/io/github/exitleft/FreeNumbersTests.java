package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of issued ids: none twice, all of them, and in an order that can't be foreseen (M12). */
class FreeNumbersTests {

    /** A source that is the same in each run, so that what is said of its numbers does not depend on luck. */
    static SecureNumbers seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed);
            return new SecureNumbers(random);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void m12_takingAll_givesEachNumberOnceAtRandomAndInSequence(int bits) {
        int size = 1 << bits;
        for (boolean inSequence : new boolean[] {false, true}) {
            var numbers = new FreeNumbers(bits);
            var random = new SecureNumbers();
            var given = new BitSet();
            for (int i = 0; i < size; i++) {
                int number = inSequence ? numbers.takeNext() : numbers.takeRandom(random);
                if (inSequence) {
                    assertThat(number).isEqualTo((i + 1) % size);
                }
                given.set(number);
            }
            assertThat(given.cardinality()).isEqualTo(size);
            assertThat(given.length()).isEqualTo(size);
            assertThat(numbers.takeRandom(random)).isEqualTo(FreeNumbers.NONE);
            assertThat(numbers.takeNext()).isEqualTo(FreeNumbers.NONE);
            numbers.free(size / 2);
            assertThat(inSequence ? numbers.takeNext() : numbers.takeRandom(random))
                    .as("the only one that is free")
                    .isEqualTo(size / 2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 7, 8, 11, 12, 13, 15})
    void m12_takenAndFreedInAnyOrder_isExactlyWhatASetSays(int bits) {
        long seed = System.nanoTime();
        var choice = new Random(seed);
        var random = new SecureNumbers();
        int size = 1 << bits;
        var numbers = new FreeNumbers(bits);
        var inUse = new BitSet(size);
        for (int step = 0; step < 60_000; step++) {
            String when = "seed " + seed + ", step " + step;
            int any = choice.nextInt(size);
            // so that it is now nearly full, now nearly empty
            boolean fill = step / 15_000 % 2 == 0 ? choice.nextInt(10) > 0 : choice.nextInt(10) == 0;
            if (!fill) {
                if (inUse.get(any)) {
                    numbers.free(any);
                    inUse.clear(any);
                }
            } else if (choice.nextInt(4) == 0) {
                assertThat(numbers.take(any)).as(when).isEqualTo(!inUse.get(any));
                inUse.set(any);
            } else {
                int number = choice.nextBoolean() ? numbers.takeRandom(random) : numbers.takeNext();
                assertThat(number == FreeNumbers.NONE).as(when).isEqualTo(inUse.cardinality() == size);
                if (number != FreeNumbers.NONE) {
                    assertThat(inUse.get(number))
                            .as("%s: %d is in use", when, number)
                            .isFalse();
                    inUse.set(number);
                }
            }
            assertThat(numbers.inUse()).as(when).isEqualTo(inUse.cardinality());
            assertThat(numbers.isInUse(any)).as(when).isEqualTo(inUse.get(any));
        }
    }

    @Test
    void m11_freedNumber_isNotTakenAgainBeforeManyOthers() {
        assertThat(shortestWayBack(8)).isGreaterThan(128);
        assertThat(shortestWayBack(16)).isGreaterThan(4_096);
        assertThat(shortestWayBack(20)).isGreaterThan(4_096);
    }

    /** How many were taken from the taking of a number to its next, at least, if each is freed at once. */
    private static int shortestWayBack(int bits) {
        var numbers = new FreeNumbers(bits);
        var random = seeded(1);
        Map<Integer, Integer> takenAt = new HashMap<>();
        int shortest = Integer.MAX_VALUE;
        for (int i = 0; i < 200_000; i++) {
            int number = numbers.takeRandom(random);
            numbers.free(number);
            Integer before = takenAt.put(number, i);
            if (before != null) {
                shortest = Math.min(shortest, i - before);
            }
        }
        return shortest;
    }

    @Test
    void m12_fewFree_eachIsAsLikelyAsTheOthers() {
        // of 8,192 a dozen is free, so nearly all are found by counting
        var random = seeded(2);
        int[] free = {0, 1, 63, 64, 127, 4_000, 4_095, 4_096, 4_097, 8_000, 8_190, 8_191};
        Map<Integer, Integer> times = new HashMap<>();
        for (int round = 0; round < 2_400; round++) {
            times.merge(allBut(free).takeRandom(random), 1, Integer::sum);
        }
        assertThat(times.keySet()).hasSize(free.length);
        // 200 each; six standard deviations
        assertThat(times.values()).allSatisfy(count -> assertThat(count).isBetween(119, 281));
    }

    private static FreeNumbers allBut(int... free) {
        var numbers = new FreeNumbers(13);
        for (int number = 0, left = 0; number < 1 << 13; number++) {
            if (left < free.length && free[left] == number) {
                left++;
            } else {
                numbers.take(number);
            }
        }
        return numbers;
    }

    @Test
    void m12_consecutiveNumbers_haveNoSimpleRelation() {
        var numbers = new FreeNumbers(16);
        var random = seeded(3);
        List<Integer> issued = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int number = numbers.takeRandom(random);
            issued.add(number);
            numbers.free(number);
        }
        assertThat(mostOften(issued, (a, b) -> b - a & 0xFFFF))
                .as("the same step")
                .isLessThan(8);
        assertThat(mostOften(issued, (a, b) -> a ^ b))
                .as("the same bits change")
                .isLessThan(8);
        assertThat(mostOften(issued, (a, b) -> b)).as("the same number").isLessThan(8);
        for (int bit = 0; bit < 16; bit++) {
            int mask = 1 << bit;
            long same = 0;
            for (int i = 1; i < issued.size(); i++) {
                same += ((issued.get(i) ^ issued.get(i - 1)) & mask) == 0 ? 1 : 0;
            }
            // 10,000; six standard deviations
            assertThat(same).as("bit %d stays", bit).isBetween(9_570L, 10_430L);
        }
    }

    private static int mostOften(List<Integer> numbers, IntBinaryOperator relation) {
        Map<Integer, Integer> times = new HashMap<>();
        int most = 0;
        for (int i = 1; i < numbers.size(); i++) {
            most = Math.max(
                    most, times.merge(relation.applyAsInt(numbers.get(i - 1), numbers.get(i)), 1, Integer::sum));
        }
        return most;
    }
}
