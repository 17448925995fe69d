package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** Who is told of a ticket's messages instead of a thread that waits for them: an asynchronous call, or a subscription. */
interface Recipient<T, M> {

    /** Learns its ticket, before anybody can find that. */
    void holds(Ticket<T, M> ticket);

    /** A message has been filed; told by the head. */
    void messageCame();

    /** The stage has been closed, or the source has failed. */
    void end(RuntimeException why);

    /** Whether it has all that it is going to get. */
    boolean isOver();

    /** Why no message can come any more; null if one can. */
    @Nullable
    RuntimeException failure();
}
