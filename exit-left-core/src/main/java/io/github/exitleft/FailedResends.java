package io.github.exitleft;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What the resends of one call threw, to be told if the call times out. */
final class FailedResends {

    /** Of more than these only the number is kept. */
    private static final int MOST = 8;

    private final AtomicInteger count = new AtomicInteger();
    private final Queue<Throwable> first = new ConcurrentLinkedQueue<>();

    void add(Throwable thrown) {
        if (count.incrementAndGet() <= MOST) {
            first.add(thrown);
        }
    }

    /** Adds the first of them to the exception that ends the call. */
    void suppressIn(Throwable ending) {
        first.forEach(ending::addSuppressed);
    }

    /** A part of that exception's message; empty if no resend failed. */
    @Override
    public String toString() {
        int failed = count.get();
        return failed == 0 ? "" : "; " + failed + (failed == 1 ? " resend" : " resends") + " failed";
    }
}
