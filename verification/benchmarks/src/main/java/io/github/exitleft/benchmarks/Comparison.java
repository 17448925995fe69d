package io.github.exitleft.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All results under one load, one of each contender a round, so that ratios are taken within rounds. */
final class Comparison {

    private final Load load;
    private final Map<Roster.Entry, List<Result>> results = new LinkedHashMap<>();

    Comparison(Load load, List<Roster.Entry> entries) {
        this.load = load;
        entries.forEach(entry -> results.put(entry, new ArrayList<>()));
    }

    void add(Roster.Entry entry, Result result) {
        results.getOrDefault(entry, new ArrayList<>()).add(result);
    }

    Load load() {
        return load;
    }

    List<Roster.Entry> entries() {
        return List.copyOf(results.keySet());
    }

    boolean has(String id) {
        return entries().stream().anyMatch(entry -> entry.id().equals(id));
    }

    Spread of(Roster.Entry entry, ToDoubleFunction<Result> figure) {
        return Spread.of(of(entry).stream().mapToDouble(figure).toArray());
    }

    /** Returns how a figure of one contender relates to that of another in the same round. */
    Spread ratio(Roster.Entry entry, Roster.Entry to, ToDoubleFunction<Result> figure) {
        List<Result> mine = of(entry);
        List<Result> theirs = of(to);
        double[] ratios = new double[mine.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(mine.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        return Spread.of(ratios);
    }

    Roster.Entry entry(String id) {
        return entries().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender '" + id + "' under " + load));
    }

    /** Returns the one of two contenders that does more. */
    Roster.Entry better(String one, String other) {
        Roster.Entry first = entry(one);
        Roster.Entry second = entry(other);
        return of(first, Result::rate).median() >= of(second, Result::rate).median() ? first : second;
    }

    long lost(Roster.Entry entry) {
        return of(entry).stream().mapToLong(Result::lost).sum();
    }

    long wrong(Roster.Entry entry) {
        return of(entry).stream().mapToLong(Result::wrong).sum();
    }

    boolean isDisqualified(Roster.Entry entry) {
        return lost(entry) > 0 || wrong(entry) > 0;
    }

    private List<Result> of(Roster.Entry entry) {
        return results.getOrDefault(entry, List.of());
    }
}
