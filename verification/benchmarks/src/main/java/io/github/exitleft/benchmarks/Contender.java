package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;

/** One way to let many threads ask a peer and get each its own answer. */
interface Contender extends AutoCloseable {

    /** Makes one, open and ready. */
    @FunctionalInterface
    interface Factory {
        Contender open(InetSocketAddress peer) throws Exception;
    }

    /** What one thread uses; called by that thread before it begins. */
    Caller caller() throws Exception;

    /** How often a thread became head; -1 where there is no such thing. */
    default long headChanges() {
        return -1;
    }

    /** How often a thread became head by hand-over from another; -1 where there is no such thing. */
    default long handOvers() {
        return -1;
    }

    /** Ends everything, also the wait of a caller that waits without a limit; later calls do nothing. */
    @Override
    void close() throws IOException;
}
