package io.github.exitleft.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.exitleft.ForwardingSource;
import io.github.exitleft.Source;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.UnreadableMessageException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Passes everything on to the source under test, and counts. */
@SuppressWarnings("try") // closing what it watches may throw anything
final class WatchedSource<M> extends ForwardingSource<M> {

    final AtomicInteger reads = new AtomicInteger();
    final AtomicLong received = new AtomicLong();
    final AtomicInteger closed = new AtomicInteger();

    /** Two threads that have read at once; null if there were none. */
    final AtomicReference<@Nullable String> violation = new AtomicReference<>();

    /** Runs on the reading thread before each read. */
    volatile Runnable beforeRead = () -> {};

    private final AtomicReference<@Nullable Thread> reader = new AtomicReference<>();

    WatchedSource(Source<M> source) {
        super(source);
    }

    /** The thread that reads now. */
    @Nullable
    Thread reader() {
        return reader.get();
    }

    /**
     * Fails unless the stage has closed the source once, kept its threads apart, and given each message an outcome.
     *
     * @param before what the stage said before it was closed
     */
    void check(StageSnapshot before) {
        assertNull(violation.get());
        assertEquals(1, closed.get(), "how often the stage has closed its source");
        if (before.role().tickets() == 0) {
            long outcomes = before.messages().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            assertEquals(received.get(), outcomes, "messages with an outcome, of those received");
        }
    }

    @Override
    public @Nullable M receive(Duration remaining) throws Exception {
        if (!reader.compareAndSet(null, Thread.currentThread())) {
            violation.set(Thread.currentThread() + " reads while " + reader.get() + " does");
        }
        try {
            reads.incrementAndGet();
            beforeRead.run();
            M message = super.receive(remaining);
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
