package io.github.exitleft.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus gets from the demo: the names of the metrics, each with its labels and their values. */
final class Scrape {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)?\\s*\\{([^}]*)}");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");
    private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

    /** The words of PromQL that the queries use, which are no metrics. */
    private static final Set<String> WORDS = Set.of(
            "sum", "min", "max", "count", "rate", "increase", "histogram_quantile", "and", "by", "without", "on", "or");

    /** Added by Prometheus itself. */
    private static final Set<String> ADDED = Set.of("job", "instance");

    private final Map<String, Map<String, Set<String>>> metrics = new HashMap<>();

    Scrape(String text) {
        for (MatchResult sample : SAMPLE.matcher(text).results().toList()) {
            Map<String, Set<String>> labels = metrics.computeIfAbsent(sample.group(1), name -> new HashMap<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .forEach(label -> labels.computeIfAbsent(label.group(1), key -> new HashSet<>())
                                .add(label.group(3)));
            }
        }
    }

    /** Returns the names of the metrics that begin with a text. */
    Set<String> names(String prefix) {
        Set<String> names = new HashSet<>(metrics.keySet());
        names.removeIf(name -> !name.startsWith(prefix));
        return names;
    }

    /** Returns the metrics that a query names, whether they exist or not. */
    static Set<String> namesIn(String expression) {
        String rest = GROUPING.matcher(expression).replaceAll(" ");
        rest = rest.replaceAll("\\{[^}]*}|\\[[^\\]]*]|\"[^\"]*\"", " ").replaceAll("\\b\\d[\\w.]*", " ");
        Set<String> names = new HashSet<>();
        NAME.matcher(rest).results().forEach(name -> names.add(name.group()));
        names.removeAll(WORDS);
        return names;
    }

    /** Returns what a query, and the legend of its graph, name and this does not have. */
    List<String> missing(String expression, String legend) {
        List<String> missing = new ArrayList<>();
        Set<String> known = new HashSet<>(ADDED);
        for (String name : namesIn(expression)) {
            if (metrics.containsKey(name)) {
                known.addAll(metrics.get(name).keySet());
            } else {
                missing.add("metric " + name);
            }
        }
        SELECTOR.matcher(expression)
                .results()
                .forEach(selector ->
                        checkLabels(selector.group(2), metrics.getOrDefault(selector.group(1), Map.of()), missing));
        Set<String> used = new HashSet<>();
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            NAME.matcher(grouping.group(1)).results().forEach(label -> used.add(label.group()));
        }
        IN_LEGEND.matcher(legend).results().forEach(label -> used.add(label.group(1)));
        used.removeAll(known);
        used.forEach(label -> missing.add("label " + label));
        return missing;
    }

    private static void checkLabels(String matchers, Map<String, Set<String>> labels, List<String> missing) {
        LABEL.matcher(matchers)
                .results()
                .filter(matcher -> !ADDED.contains(matcher.group(1)))
                .forEach(matcher -> {
                    Set<String> values = labels.get(matcher.group(1));
                    if (values == null) {
                        missing.add("label " + matcher.group(1));
                    } else if (!matcher.group(3).equals(".*")) {
                        for (String value : matcher.group(3).split("\\|")) {
                            if (!values.contains(value)) {
                                missing.add("value " + value + " of label " + matcher.group(1));
                            }
                        }
                    }
                });
    }
}
