package io.github.exitleft.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

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

    /** Returns a figure of a contender, from the rounds in which it is known; -1 if it never is. */
    Spread of(Roster.Entry entry, ToDoubleFunction<Result> figure) {
        double[] known =
                of(entry).stream().mapToDouble(figure).filter(each -> each >= 0).toArray();
        return known.length == 0 ? new Spread(-1, -1, -1) : Spread.of(known);
    }

    /**
     * Returns how a figure of one contender relates to that of another in the same round, from the rounds in which both are known; not
     * a number if there are none.
     */
    Spread ratio(Roster.Entry entry, Roster.Entry to, ToDoubleFunction<Result> figure) {
        return within(entry, to, figure, (one, other) -> one / other);
    }

    /** Returns by how much a figure of one contender exceeds that of another in the same round, as {@link #ratio} does. */
    Spread difference(Roster.Entry entry, Roster.Entry to, ToDoubleFunction<Result> figure) {
        return within(entry, to, figure, (one, other) -> one - other);
    }

    private Spread within(
            Roster.Entry entry, Roster.Entry to, ToDoubleFunction<Result> figure, DoubleBinaryOperator relation) {
        List<Result> mine = of(entry);
        List<Result> theirs = of(to);
        double[] relations = IntStream.range(0, mine.size())
                .filter(i -> figure.applyAsDouble(mine.get(i)) >= 0 && figure.applyAsDouble(theirs.get(i)) >= 0)
                .mapToDouble(i ->
                        relation.applyAsDouble(figure.applyAsDouble(mine.get(i)), figure.applyAsDouble(theirs.get(i))))
                .toArray();
        return relations.length == 0 ? new Spread(Double.NaN, Double.NaN, Double.NaN) : Spread.of(relations);
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
