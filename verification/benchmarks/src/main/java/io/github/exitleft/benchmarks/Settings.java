package io.github.exitleft.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What to measure, and for how long.
 *
 * @param rounds how many rounds are counted
 * @param warmUps how many rounds come before these
 * @param measured how long each contender is measured in a round
 * @param loads under which loads
 * @param contenders ids of those who take part, or of families of them ({@code stage} means all stages); empty for all
 */
record Settings(int rounds, int warmUps, Duration measured, List<Load> loads, Set<String> contenders) {

    private static final String WHOLE = "1p,1,2,8,64,256,v1000,v10000";
    private static final String QUICK = "1p,64,256,v10000";

    /** Reads {@code key=value} arguments; an empty value means what the mode says. */
    static Settings parse(String... arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + argument + "' is no key=value");
            }
            if (equals + 1 < argument.length()) {
                given.put(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }
        boolean quick = given.getOrDefault("mode", "whole").equals("quick");
        String loads = given.getOrDefault("loads", quick ? QUICK : WHOLE);
        String contenders = given.getOrDefault("contenders", "");
        return new Settings(
                Integer.parseInt(given.getOrDefault("rounds", "9")),
                2,
                Duration.ofMillis(
                        (long) (1_000 * Double.parseDouble(given.getOrDefault("seconds", quick ? "0.2" : "0.5")))),
                Arrays.stream(loads.split(","))
                        .map(Load::parse)
                        .filter(load -> !load.virtual() || VirtualThreads.EXIST)
                        .toList(),
                contenders.isEmpty() ? Set.of() : Set.of(contenders.split(",")));
    }

    boolean wants(Roster.Entry entry) {
        return contenders.isEmpty() || contenders.contains(entry.id());
    }
}
