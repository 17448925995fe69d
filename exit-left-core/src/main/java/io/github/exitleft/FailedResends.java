package io.github.exitleft;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What the resends of one call threw, to be reported if the call times out. */
final class FailedResends {

    /** The most exceptions that are kept; of more only the number is known. */
    private static final int MOST = 8;

    private final AtomicInteger count = new AtomicInteger();
    private final Queue<Throwable> first = new ConcurrentLinkedQueue<>();

    void add(Throwable thrown) {
        if (count.incrementAndGet() <= MOST) {
            first.add(thrown);
        }
    }

    /** Adds the kept exceptions to the exception that ends the call, as suppressed ones. */
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
