package io.github.exitleft.tcp;

import io.github.exitleft.Carriers;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/** What a connection has in addition where there are several: a carrier, and a part in the selector of all. */
final class Watch {

    final Carriers.Carrier carrier;
    final Selector selector;

    /** Whether it was found to have ended while no answer was awaited; nothing was sent since. */
    volatile boolean endedUnasked;

    // used by the receiving thread only

    /** Null until the selector knows the connection. */
    @Nullable
    SelectionKey key;

    /** Whether there may be something to read; the opening may have left something. */
    boolean ready = true;

    Watch(Carriers.Carrier carrier, Selector selector) {
        this.carrier = carrier;
        this.selector = selector;
    }

    /** Lets the selector tell when the connection is ready for what its next read awaits. */
    void await(int operations) {
        if (key != null && operations != 0 && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }
}
