package io.github.exitleft.lincheck;

import io.github.exitleft.StageSeam;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jetbrains.lincheck.util.AnalysisSectionsKt;

/**
 * What the runs of the present scenario have come to, and which part of each run is explored.
 *
 * <p>Lincheck spends a run on every place where threads could be switched, also where there is but one; so a run is explored
 * from where the race begins to where the last thread was joined. Lincheck also resets what a run has changed, so notes are
 * taken while it is paused.
 */
final class Exploration {

    private static Scenario scenario;
    private static boolean rehearsal;
    private static int runs;
    private static Set<String> seen = Set.of();

    private Exploration() {}

    /**
     * Forgets the last scenario.
     *
     * @param rehearse whether never to pause, so that Lincheck gets to see, and to instrument, every class
     */
    static void reset(Scenario next, boolean rehearse) {
        scenario = next;
        rehearsal = rehearse;
        runs = 0;
        seen = new TreeSet<>();
    }

    /** Begins a run, with the exploration paused. */
    static void begin() {
        AnalysisSectionsKt.enterIgnoredSection();
        StageSeam.emptyTableOfHeads();
        AnalysisSectionsKt.leaveIgnoredSection();
        StageSeam.requireOutside();
        pause();
        runs++;
    }

    /** From here until {@link #resume}, what the thread does is neither explored nor reset. */
    static void pause() {
        AnalysisSectionsKt.enterIgnoredSection();
        if (rehearsal) {
            AnalysisSectionsKt.leaveIgnoredSection();
        }
    }

    static void resume() {
        if (!rehearsal) {
            AnalysisSectionsKt.leaveIgnoredSection();
        }
    }

    /** Notes an outcome, while paused, and refuses one that the scenario does not allow. */
    static void outcome(Object... parts) {
        String outcome = Arrays.stream(parts).map(Object::toString).collect(Collectors.joining(" "));
        seen.add(outcome);
        if (!scenario.outcomes().contains(outcome)) {
            throw new AssertionError("not allowed: " + outcome);
        }
    }

    static int runs() {
        return runs;
    }

    static Set<String> seen() {
        return seen;
    }
}
