package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A way to let many threads ask a peer and get each its own answer; public for {@link FormerStage}. */
public interface Contender extends AutoCloseable {

    /** Makes a contender, open and ready. */
    @FunctionalInterface
    interface Factory {
        Contender open(InetSocketAddress peer) throws Exception;
    }

    /** Returns what one thread uses; called by that thread before it begins. */
    Caller caller() throws Exception;

    /** Returns how often a thread became the head; -1 if the contender has no head. */
    default long headChanges() {
        return -1;
    }

    /** Returns how often a thread became the head by hand-over from another; -1 if the contender has no head. */
    default long handOvers() {
        return -1;
    }

    /** Ends everything, also the wait of a caller that waits without a limit; later calls do nothing. */
    @Override
    void close() throws IOException;
}
