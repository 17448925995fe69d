package io.github.exitleft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The time left to the call whose request the current thread sends; kept for sources whose requests carry it alone. */
final class TimeLeft {

    private static final ThreadLocal<@Nullable TimeLeft> SENDING = new ThreadLocal<>();

    private final Parker parker;
    private final long deadline;

    private TimeLeft(Parker parker, long deadline) {
        this.parker = parker;
        this.deadline = deadline;
    }

    /** Begins to send, on this thread; returns what {@link #leave} is to be given. */
    static @Nullable TimeLeft enter(Parker parker, long deadline) {
        TimeLeft before = SENDING.get();
        SENDING.set(new TimeLeft(parker, deadline));
        return before;
    }

    /** Ends what {@link #enter} began. */
    static void leave(@Nullable TimeLeft before) {
        if (before == null) {
            SENDING.remove();
        } else { // a sender that asks another stage
            SENDING.set(before);
        }
    }

    /** Returns how much time is left, zero if none is; null if this thread sends no such request. */
    static @Nullable Duration now() {
        TimeLeft sending = SENDING.get();
        return sending == null ? null : Duration.ofNanos(Math.max(0, sending.deadline - sending.parker.nanoTime()));
    }
}
