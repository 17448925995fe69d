package io.github.exitleft.bare;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A time at which something is to be done by a thread that does nothing else.
 *
 * <p>It is set by {@link Platform#set}, and rings once it is due, perhaps late or once more than needed. Ringing moves it to its next
 * time or turns it off.
 */
abstract class Alarm {

    /** When it is to ring, on the scale of {@link System#nanoTime()}; of no meaning while it is off. */
    private volatile long at;

    private volatile boolean on;

    /** Whether the clock has it, or is about to. */
    final AtomicBoolean known = new AtomicBoolean();

    /** The next one in a list of the clock's. */
    @Nullable
    Alarm next;

    /** Does what is due; throws nothing but Errors, after which it rings again. */
    abstract void ring();

    final boolean isOn() {
        return on;
    }

    final long at() {
        return at;
    }

    final void moveTo(long time) {
        at = time; // first: a time is not to be read before it is there
        on = true;
    }

    final void turnOff() {
        on = false;
    }
}
