package io.github.exitleft;

import io.github.exitleft.testing.Patience;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Another source with an eye on it: it notes each read and finds two at once. */
@SuppressWarnings("try") // closing what it watches may throw anything
public final class HookedSource<M> extends ForwardingSource<M> {

    /** Runs on the reading thread before each read. */
    @FunctionalInterface
    public interface Hook {
        /** Does what the test wants; what it throws is what the read throws. */
        void beforeRead(Duration remaining) throws Exception;
    }

    public final Queue<Duration> asked = new ConcurrentLinkedQueue<>();
    public final AtomicInteger reads = new AtomicInteger();
    public final AtomicLong received = new AtomicLong();
    public final AtomicInteger closed = new AtomicInteger();
    public final AtomicReference<String> violation = new AtomicReference<>();
    public volatile Hook hook = remaining -> {};

    /** Whether a read that may take a second, as those of the stage's do, lasts until a message or a wake-up ends it. */
    public volatile boolean patient;

    private final AtomicReference<Thread> reader = new AtomicReference<>();

    public HookedSource(Source<M> source) {
        super(source);
    }

    @Override
    public M receive(Duration remaining) throws Exception {
        if (!reader.compareAndSet(null, Thread.currentThread())) {
            violation.set(Thread.currentThread() + " reads while " + reader.get() + " does");
        }
        try {
            if (remaining.isNegative()) {
                violation.set("asked to wait for " + remaining);
            }
            if (reads.incrementAndGet() <= 10_000) { // not the queue's size, which it would have to count
                asked.add(remaining);
            }
            hook.beforeRead(remaining);
            M message = super.receive(patient && !remaining.isZero() ? Patience.FOR_EVER : remaining);
            if (message != null) {
                received.incrementAndGet();
            }
            return message;
        } catch (UnreadableMessageException e) {
            received.incrementAndGet();
            throw e;
        } finally {
            reader.set(null);
        }
    }

    @Override
    public void close() throws Exception {
        closed.incrementAndGet();
        super.close();
    }
}
