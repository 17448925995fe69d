package io.github.exitleft.benchmarks;

/**
 * How often the JDK's channels and selectors were called.
 *
 * @param sends datagrams sent, or writes
 * @param emptyReads reads that found nothing
 * @param reads datagrams read, or reads that found something
 * @param selects waits for something to read
 * @param wakeups threads woken from such a wait by another
 */
record Calls(double sends, double emptyReads, double reads, double selects, double wakeups) {

    /** Returns all calls since this process began. */
    static Calls now() {
        return new Calls(
                CountingProvider.SENDS.sum(),
                CountingProvider.EMPTY_READS.sum(),
                CountingProvider.READS.sum(),
                CountingProvider.SELECTS.sum(),
                CountingProvider.WAKEUPS.sum());
    }

    double all() {
        return sends + emptyReads + reads + selects + wakeups;
    }
}
