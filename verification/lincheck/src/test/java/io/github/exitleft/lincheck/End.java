package io.github.exitleft.lincheck;

/** How a wait ended, exceptions among it. */
enum End {
    FINISHED,
    DELIVERED,
    SIGNALLED,
    TIMED_OUT,
    INTERRUPTED,
    CLOSED,
    FAILED,
    CANCELLED,
    REFUSED
}
