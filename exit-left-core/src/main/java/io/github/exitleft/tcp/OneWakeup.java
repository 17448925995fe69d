package io.github.exitleft.tcp;

import java.util.concurrent.atomic.AtomicBoolean;

/** A wake-up, which ends the present or the next wait, and one only. */
final class OneWakeup implements Waking {

    private final AtomicBoolean woken = new AtomicBoolean();

    void set() {
        woken.set(true);
    }

    /** Takes the wake-up away; returns whether there was one. */
    boolean take() {
        return woken.get() && woken.getAndSet(false);
    }

    @Override
    public boolean isWoken() {
        return woken.get();
    }

    @Override
    public void waited() {
        take();
    }
}
