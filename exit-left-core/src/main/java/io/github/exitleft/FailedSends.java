package io.github.exitleft;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What became of sending for one call after it had begun: what it threw the first time, which ends the call, and again, which does not, and
 * how often it was sent again.
 */
final class FailedSends {

    /** Of more resends than these only the number is kept. */
    private static final int MOST = 8;

    /** Why the request was not sent after all; null unless that has been told. */
    volatile @Nullable Throwable unsent;

    /** Whether a request was sent again, so that an answer may come in spite of the first failure. */
    volatile boolean resent;

    /** How often a request was sent again, or is about to be; written by one thread at a time. */
    private volatile int sentAgain;

    /** How many answers have come after the first. */
    private volatile int answeredAgain;

    private final AtomicInteger count = new AtomicInteger();
    private final Queue<Throwable> first = new ConcurrentLinkedQueue<>();

    /** Notes that a request is about to be sent again; before a look whether that is still wanted, so that the end of the call sees it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
    void sendsAgain() {
        sentAgain++;
    }

    /** Takes that back, since nothing was sent. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
    void hasNotSentAgain() {
        sentAgain--;
    }

    /** Notes that an answer has come after the first; with the mailbox's lock held. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void answeredAgain() {
        answeredAgain++;
    }

    /** Returns how often a request was sent again. */
    int sentAgain() {
        return sentAgain;
    }

    /** Returns how many more resends there were than answers after the first; negative if it is the other way round. */
    int unansweredResends() {
        return sentAgain - answeredAgain;
    }

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
