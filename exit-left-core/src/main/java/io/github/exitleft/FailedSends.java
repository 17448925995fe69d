package io.github.exitleft;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What sending threw for one call after it had begun: the first time, which ends the call, and again, which does not. */
final class FailedSends {

    /** Of more resends than these only the number is kept. */
    private static final int MOST = 8;

    /** Why the request was not sent after all; null unless that has been told. */
    volatile @Nullable Throwable unsent;

    /** Whether a request was sent again, so that an answer may come in spite of the first failure. */
    volatile boolean resent;

    private final AtomicInteger count = new AtomicInteger();
    private final Queue<Throwable> first = new ConcurrentLinkedQueue<>();

    /** Adds what a resend threw. */
    void add(Throwable thrown) {
        if (count.incrementAndGet() <= MOST) {
            first.add(thrown);
        }
    }

    /** Adds the first of the resends' exceptions to the one that ends the call. */
    void suppressIn(Throwable ending) {
        first.forEach(ending::addSuppressed);
    }

    /** Returns a part of that exception's message; empty if no resend failed. */
    @Override
    public String toString() {
        int failed = count.get();
        return failed == 0 ? "" : "; " + failed + (failed == 1 ? " resend" : " resends") + " failed";
    }
}
