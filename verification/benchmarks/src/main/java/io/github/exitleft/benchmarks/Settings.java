package io.github.exitleft.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to measure, and for how long.
 *
 * @param rounds how many rounds are counted
 * @param warmUps how many rounds come before these
 * @param measured how long each contender is measured in a round
 * @param loads the loads
 * @param contenders ids of the contenders that take part; empty for all
 * @param underWay how many requests the peer lets be under way
 * @param quick whether to be done in minutes, with less reliable figures
 * @param counts whether to count calls too
 * @param traced whether to count system calls too, if there is {@code strace}
 * @param growth whether to count what an exchange takes as the number of threads grows
 * @param primitive whether to measure the primitive alone too
 * @param output the file to write to
 * @param command the command line that gave these settings
 */
record Settings(
        int rounds,
        int warmUps,
        Duration measured,
        List<Load> loads,
        Set<String> contenders,
        int underWay,
        boolean quick,
        boolean counts,
        boolean traced,
        boolean growth,
        boolean primitive,
        Path output,
        String command) {

    private static final String WHOLE =
            "1p,1,2,8,64,64o,256,v1000,v10000,keeper-1,keeper-1r,keeper-64,observed-1p,observed-64,"
                    + "tcp-1p,tcp-8,tcp-64,tcp-v1000,tcp-v10000,kafka-64,kafka-1";
    private static final String QUICK = "1p,64,256,v10000,keeper-1r,tcp-1p,tcp-64,tcp-v10000,kafka-64";

    /** Parses {@code key=value} arguments; an empty value means the mode's own. */
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
        boolean primitiveOnly = given.getOrDefault("primitive", "").equals("only");
        boolean growthOnly = given.getOrDefault("growth", "").equals("only");
        boolean nothingElse = primitiveOnly || growthOnly;
        boolean partly = given.containsKey("loads") || given.containsKey("contenders") || nothingElse;
        boolean counts = !partly || Boolean.parseBoolean(given.getOrDefault("calls", ""));
        String contenders = given.getOrDefault("contenders", "");
        return new Settings(
                Integer.parseInt(given.getOrDefault("rounds", "9")),
                2,
                Duration.ofMillis(
                        (long) (1_000 * Double.parseDouble(given.getOrDefault("seconds", quick ? "0.2" : "0.5")))),
                Arrays.stream(nothingElse ? new String[0] : loads.split(","))
                        .map(Load::parse)
                        .filter(load -> !load.virtual() || Threads.VIRTUAL)
                        .toList(),
                contenders.isEmpty() ? Set.of() : Set.of(contenders.split(",")),
                Integer.parseInt(given.getOrDefault("underway", String.valueOf(Peer.UNDER_WAY))),
                quick,
                counts,
                !quick && (counts || growthOnly),
                !quick && !partly || growthOnly,
                !partly || primitiveOnly,
                Path.of(given.getOrDefault(quick || partly ? "draft" : "output", "performance.md"))
                        .normalize(),
                command(given));
    }

    private static String command(Map<String, String> given) {
        String options = new TreeMap<>(given)
                .entrySet().stream()
                        .filter(option -> !option.getKey().equals("output")
                                && !option.getKey().equals("draft"))
                        .map(option -> " -Dbenchmark." + option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining());
        return "mvn -B -ntp -q -Pbenchmark verify -pl verification/benchmarks -am -DskipTests" + options;
    }

    List<Load> loads(Load.Part part) {
        return loads.stream().filter(load -> load.part() == part).toList();
    }

    /** Returns the loads under which calls are counted. */
    List<Load> countedLoads() {
        return Stream.of(Load.Part.PORT, Load.Part.TCP)
                .flatMap(part -> Stream.of(
                        Load.onOneProcessor().in(part), Load.platform(64).in(part)))
                .filter(loads::contains)
                .toList();
    }

    /** Returns the loads under which growth is counted. */
    static List<Load> growthLoads() {
        return Stream.of(1, 2, 8, 64, 256).map(Load::platform).toList();
    }

    /** Returns whether a contender takes part: all do, except variants in a quick run, unless there is a list. */
    boolean wants(Roster.Entry entry) {
        return contenders.isEmpty() ? !(quick && entry.isVariant()) : contenders.contains(entry.id());
    }
}
