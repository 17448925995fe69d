package io.github.exitleft;

import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;

/** Wakes a head and closes the resource as the stage's builder says; what that throws is logged, and the closing goes on. */
final class ResourceHooks {

    private final Runnable wakeup;
    private final Callable<?> closer;
    private final Callbacks callbacks;

    ResourceHooks(Runnable wakeup, Callable<?> closer, Callbacks callbacks) {
        this.wakeup = wakeup;
        this.closer = closer;
        this.callbacks = callbacks;
    }

    /** Makes the head look up from its reading; throws nothing. */
    void wakeHead() {
        try {
            wakeup.run();
        } catch (Throwable e) { // whatever it is, the closing must go on
            callbacks.log(Level.WARNING, "head of ", " could not be woken", e);
        }
    }

    /** Closes the resource, and tells the listeners; throws nothing. */
    void close() {
        boolean interrupted = Thread.interrupted(); // or the resource might not close for an interrupt of its closer
        try {
            closer.call();
        } catch (Throwable e) { // whatever it is, the role must go on
            callbacks.log(Level.WARNING, "resource of ", " did not close cleanly", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            callbacks.tell(BareListener::closed);
        }
    }
}
