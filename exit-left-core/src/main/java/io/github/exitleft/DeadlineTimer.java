package io.github.exitleft;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A time at which something is to be done by a thread that does nothing else.
 *
 * <p>It is set by {@link Parker#set}, and fires once it is due, perhaps late or once more than needed. Firing moves it to its next
 * time or turns it off.
 */
abstract class DeadlineTimer {

    /** When it is to fire, on the scale of {@link System#nanoTime()}; without meaning while it is off. */
    private volatile long at;

    private volatile boolean on;

    /** Whether the timer thread has it, or is about to. */
    final AtomicBoolean known = new AtomicBoolean();

    /** The next one in a list of the timer thread's. */
    @Nullable
    DeadlineTimer next;

    /** Does what is due; throws nothing but Errors, after which it fires again. */
    abstract void fire();

    final boolean isOn() {
        return on;
    }

    final long at() {
        return at;
    }

    final void moveTo(long time) {
        at = time; // first, or another thread could read a time that is not there yet
        on = true;
    }

    final void turnOff() {
        on = false;
    }
}
