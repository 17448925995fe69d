package io.github.exitleft;

/**
 * Waits in a {@link Line} for a thing without a thread. It is called once, by the executor that it came with, and no lock is held then.
 *
 * @param <P> things
 */
interface Taker<P> {

    /**
     * Gets its thing.
     *
     * @return whether it has a use for it; otherwise, or if this throws, the thing goes to the next in line
     */
    boolean granted(P thing);

    /** Learns that it gets none, since the line has ended, its executor refused to call it, or it has thrown itself. */
    void ended(RuntimeException why);
}
