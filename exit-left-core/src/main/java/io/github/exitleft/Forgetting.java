package io.github.exitleft;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the attachments of closed questions forgotten when their time is over, also on a stage on which nothing happens
 * any more (M14).
 *
 * <p>Tokens alone are left to the next question, since they are small. A timer runs only while there are attachments.
 */
final class Forgetting {

    /** The least pause between two looks. */
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Timer timer;
    private final LongSupplier forgetOld;

    /** Whether the timer is set. */
    private final AtomicBoolean set = new AtomicBoolean();

    /**
     * Creates it without setting the timer.
     *
     * @param forgetOld forgets what is old; returns how long the oldest attachment may still be kept, negative if there
     *     is none
     */
    Forgetting(Timer timer, LongSupplier forgetOld) {
        this.timer = timer;
        this.forgetOld = forgetOld;
    }

    /** Sees to an attachment that has been remembered, if it is one; throws nothing. */
    void later(@Nullable Object attachment) {
        if (attachment != null) {
            lookIn(RetiredTokens.NANOS);
        }
    }

    private void lookIn(long nanos) {
        if (set.compareAndSet(false, true)) {
            try {
                // beyond the last moment at which it still counts
                timer.after(nanos + 1, this::look);
            } catch (Throwable e) {
                // no memory: the next question is another chance
                set.set(false);
            }
        }
    }

    private void look() {
        // first, since what is remembered from now on may come too late for this look
        set.set(false);
        long rest = forgetOld.getAsLong();
        if (rest >= 0) {
            lookIn(Math.max(rest, PAUSE_NANOS));
        }
    }
}
