package io.github.exitleft.benchmarks;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange of one contender takes with a number of threads, in counts, which tell more about machines with more processors than
 * the time on this one does.
 *
 * @param load the load
 * @param contender the contender's id
 * @param calls calls of the JDK's channels and selectors
 * @param waits how often a thread waited, by {@linkplain Waits what for}
 * @param switches voluntary context switches: a thread slept and was woken; -1 if the system does not say
 * @param headChanges how often a thread became the head; -1 if there is none
 * @param system calls of the system; null if not traced
 */
record Growth(
        Load load,
        String contender,
        Calls calls,
        Map<String, Double> waits,
        double switches,
        double headChanges,
        @Nullable Map<String, Double> system) {

    double waitsForAnswers() {
        return waits.getOrDefault(Waits.ANSWER, 0.0);
    }

    double waitsForLocks() {
        return waits.values().stream().mapToDouble(Double::doubleValue).sum() - waitsForAnswers();
    }
}
