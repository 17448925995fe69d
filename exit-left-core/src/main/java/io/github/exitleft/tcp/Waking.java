package io.github.exitleft.tcp;

/** What ends a wait for a frame at once, in addition to {@link Connection#wakeup}. */
@FunctionalInterface
interface Waking {

    /** Returns whether not to wait; asked before each wait. */
    boolean isWoken();

    /** Reports that a wait has ended or was not begun. */
    default void waited() {}
}
