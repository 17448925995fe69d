package io.github.exitleft.benchmarks;

/**
 * What one contender did in one round; what is "per exchange" is -1 if it can't be known.
 *
 * @param rate exchanges a second
 * @param p50 the median latency in microseconds
 * @param p99 the latency of 99 in 100
 * @param p999 the latency of 999 in 1000
 * @param cpu microseconds of the callers' processor time per exchange
 * @param peerCpu microseconds of the peer's processor time per exchange
 * @param switches voluntary context switches per exchange
 * @param bytes bytes allocated per exchange
 * @param headChanges how often a thread became the head, per exchange
 * @param handOvers how often a thread became the head by hand-over from another, per exchange
 * @param threads how many threads the contender needs beside the callers'
 * @param total all exchanges of the round, also those before the measurement
 * @param lost requests without an answer
 * @param wrong requests with the answer to another request
 */
record Result(
        double rate,
        double p50,
        double p99,
        double p999,
        double cpu,
        double peerCpu,
        double switches,
        double bytes,
        double headChanges,
        double handOvers,
        int threads,
        long total,
        long lost,
        long wrong) {

    /** Returns how many processors both sides kept busy; -1 if it can't be known. */
    double busy() {
        return cpu < 0 || peerCpu < 0 ? -1 : (cpu + peerCpu) * rate / 1e6;
    }
}
