package io.github.exitleft.tcp;

/** How a source with several connections picks the one to send a frame on. */
public enum Pick {

    /** The one that carries the fewest calls; of equal ones, the next in turn. */
    LEAST_IN_FLIGHT,

    /** The next in turn. */
    ROUND_ROBIN
}
