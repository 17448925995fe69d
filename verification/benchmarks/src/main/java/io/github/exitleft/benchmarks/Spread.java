package io.github.exitleft.benchmarks;

import java.util.Arrays;

/**
 * The median of some figures, and the quartiles, which show how far apart they are.
 *
 * @param low a quarter of the figures is below
 * @param median half of them is below
 * @param high three quarters of them are below
 */
record Spread(double low, double median, double high) {

    static Spread of(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return new Spread(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
    }

    private static double at(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
