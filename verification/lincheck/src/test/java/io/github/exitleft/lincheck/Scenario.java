package io.github.exitleft.lincheck;

import java.util.Set;

/**
 * A race of two or three threads, and how it may come out.
 *
 * @param name what races with what
 * @param rules the rules that it shows
 * @param runs how many interleavings to explore
 * @param body one run; a plain method reference, for Lincheck does not follow reflection
 * @param outcomes all that may come out and all that must be seen to: less means that nothing was explored
 */
record Scenario(String name, String rules, int runs, Runnable body, Set<String> outcomes) {

    static Scenario of(String name, String rules, int runs, Runnable body, String... outcomes) {
        return new Scenario(name, rules, runs, body, Set.of(outcomes));
    }
}
