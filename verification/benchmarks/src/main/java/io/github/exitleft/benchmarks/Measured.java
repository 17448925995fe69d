package io.github.exitleft.benchmarks;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run has measured.
 *
 * @param comparisons the contenders against each other, one comparison for every load
 * @param calls calls of the JDK's channels, by load and contender
 * @param systemCalls calls of the system, by load and contender; only those that were traced
 * @param growth what an exchange takes as the number of threads grows
 * @param primitive the primitive alone; null if not measured
 * @param bytesOfTokenAndMessage what the token and the message of an exchange take
 * @param bytesOfWaitingTicket what a waiting ticket holds beside its token and its thread; zero if not measured
 */
record Measured(
        List<Comparison> comparisons,
        Map<String, Map<String, Calls>> calls,
        Map<String, Map<String, Map<String, Double>>> systemCalls,
        List<Growth> growth,
        @Nullable Primitive primitive,
        double bytesOfTokenAndMessage,
        double bytesOfWaitingTicket) {

    List<Comparison> of(Load.Part part) {
        return comparisons.stream()
                .filter(comparison -> comparison.load().part() == part)
                .toList();
    }
}
