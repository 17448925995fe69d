package io.github.exitleft.benchmarks;

/**
 * What one contender did in one round; what is "per exchange" is -1 where it can't be known.
 *
 * @param rate exchanges a second
 * @param p50 latency in microseconds, the median
 * @param p99 the same, of 99 in 100
 * @param p999 the same, of 999 in 1000
 * @param cpu microseconds of processor time per exchange
 * @param switches voluntary context switches per exchange
 * @param bytes allocated per exchange
 * @param headChanges how often a thread became head, per exchange
 * @param handOvers how often it became so by hand-over from another, per exchange
 * @param threads how many threads it needs beside the callers'
 * @param total all exchanges of the round, also those that came before the measurement
 * @param lost requests without an answer
 * @param wrong requests with another one's answer
 */
record Result(
        double rate,
        double p50,
        double p99,
        double p999,
        double cpu,
        double switches,
        double bytes,
        double headChanges,
        double handOvers,
        int threads,
        long total,
        long lost,
        long wrong) {}
