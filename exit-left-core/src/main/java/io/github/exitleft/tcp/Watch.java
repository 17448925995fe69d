package io.github.exitleft.tcp;

import io.github.exitleft.Carriers;
import java.nio.channels.Selector;

/** What a connection has in addition where there are several: a carrier, and a part in the selector of all. */
final class Watch {

    final Carriers.Carrier carrier;
    final Selector selector;

    // used by the receiving thread only

    boolean registered;

    /** Whether there may be something to read; the opening may have left something. */
    boolean ready = true;

    Watch(Carriers.Carrier carrier, Selector selector) {
        this.carrier = carrier;
        this.selector = selector;
    }
}
