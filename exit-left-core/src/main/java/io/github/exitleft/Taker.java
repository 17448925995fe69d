package io.github.exitleft;

/**
 * Waits in a {@link Line} for a thing without a thread. It is called once, by the executor given with it, with no lock
 * held.
 *
 * @param <P> things
 */
interface Taker<P> {

    /**
     * Receives its thing.
     *
     * @return whether it has a use for the thing; if not, or if this throws, the thing goes to the next in line
     */
    boolean granted(P thing);

    /** Learns that it gets no thing: the line has ended, its executor refused to call it, or {@link #granted} threw. */
    void ended(RuntimeException why);
}
