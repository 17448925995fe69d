package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What becomes of a connection of a source that has several, once it is lost: the calls that it carried end, the others go on, and it
 * is made anew on a thread of the timer's.
 */
final class LostCarriers {

    private final BareStage<?, ? extends Source<?>, ?> bare;
    private final Source<?> source;
    private final AsyncWaits asyncWaits;
    private final Timer timer;
    private final ReopenPauses pauses;

    /** Counts what has been lost since all was there; while it is not zero, a thread restores or is about to. */
    private final AtomicInteger losses = new AtomicInteger();

    /** When all was there last, on the stage's clock; written by the thread that restores, and before the first does. */
    private volatile long restoredAt;

    LostCarriers(
            BareStage<?, ? extends Source<?>, ?> bare,
            Source<?> source,
            AsyncWaits asyncWaits,
            Timer timer,
            ReopenPauses pauses) {
        this.bare = bare;
        this.source = source;
        this.asyncWaits = asyncWaits;
        this.timer = timer;
        this.pauses = pauses;
        this.restoredAt = bare.nanoTime() - pauses.before(0);
    }

    /** Ends what a lost connection has carried; called by the head. Throws nothing, since others are to be told yet. */
    void lost(CarrierLostException lost) {
        try {
            var generation = new Generation(lost.reason());
            Carriers carriers = lost.carrier().carriers();
            Carriers.Load next = carriers.lose(lost.carrier(), generation);
            while (next != null) {
                Carriers.Load ended = next;
                next = ended.next();
                end(ended, generation);
            }
            asyncWaits.sweep();
            bare.parts.callbacks.log(Level.WARNING, "one of several connections of ", " is lost", lost.reason());
        } catch (Throwable e) {
            bare.callbackFailed(e);
        }
        restoreLater();
    }

    private void end(Carriers.Load ended, Generation generation) {
        try {
            ended.end(generation);
        } catch (Throwable e) { // an Error: the others are to be told too
            bare.callbackFailed(e);
        }
    }

    private void restoreLater() {
        if (losses.getAndIncrement() == 0) {
            // one that is lost as soon as it is made must not keep a thread busy
            long rest = restoredAt + pauses.before(0) - bare.nanoTime();
            after(rest, 0);
        }
    }

    private void after(long nanos, int attempt) {
        boolean scheduled = false;
        try {
            timer.after(nanos, () -> restore(attempt));
            scheduled = true;
        } catch (Throwable e) { // no memory; the next loss tries again
            bare.callbackFailed(e);
        } finally {
            if (!scheduled) {
                losses.set(0);
            }
        }
    }

    private void restore(int attempt) {
        int seen = losses.get();
        if (bare.isClosed()) {
            return;
        }
        try {
            source.restore();
        } catch (Throwable e) {
            bare.parts.callbacks.log(Level.DEBUG, "a lost connection of ", " could not be made anew", e);
            after(pauses.before(attempt), attempt + 1);
            return;
        }
        restoredAt = bare.nanoTime();
        bare.parts.callbacks.log(Level.INFO, "all connections of ", " are there again", null);
        if (losses.addAndGet(-seen) != 0) {
            after(pauses.before(0), 0);
        }
    }
}
