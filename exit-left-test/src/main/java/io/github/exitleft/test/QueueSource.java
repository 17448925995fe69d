package io.github.exitleft.test;

import io.github.exitleft.Source;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A source in memory, for tests: any thread adds messages, and failures.
 *
 * <p>Its queue has no bound.
 *
 * @param <M> messages
 */
public final class QueueSource<M> implements Source<M> {

    /** What the queue holds: a message, something to throw, or neither, which only wakes. */
    private record Item<M>(@Nullable M message, @Nullable Exception failure) {}

    private final LinkedBlockingQueue<Item<M>> queue = new LinkedBlockingQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean closed;

    /** Creates an empty one. */
    public QueueSource() {}

    /**
     * Adds a message.
     *
     * @param message the message
     */
    public void add(M message) {
        queue.add(new Item<>(Objects.requireNonNull(message, "'message' must not be null"), null));
    }

    /**
     * Makes one {@link #receive} throw.
     *
     * @param failure what it throws
     */
    public void fail(Exception failure) {
        queue.add(new Item<>(null, Objects.requireNonNull(failure, "'failure' must not be null")));
    }

    /** Drops what has not been read. */
    void clear() {
        // a wake-up stays, since no second one is added before it is read
        queue.removeIf(item -> item.message != null || item.failure != null);
    }

    @Override
    public @Nullable M receive(Duration remaining) throws Exception {
        if (closed) {
            throw new IllegalStateException("queue source is closed");
        }
        Item<M> item = queue.poll();
        if (item == null && !remaining.isZero() && !remaining.isNegative() && !woken.getAndSet(false)) {
            // saturates, because toNanos() throws for more than 292 years
            long nanos = remaining.getSeconds() > Integer.MAX_VALUE ? Long.MAX_VALUE : remaining.toNanos();
            item = queue.poll(nanos, TimeUnit.NANOSECONDS);
        }
        if (item != null && item.message == null && item.failure == null) {
            woken.set(false);
            item = queue.poll(); // a wake-up must not hide the message behind it
        }
        if (item == null) {
            return null;
        }
        if (item.failure != null) {
            throw item.failure;
        }
        return item.message;
    }

    @Override
    public void wakeup() {
        if (!woken.getAndSet(true)) {
            queue.add(new Item<>(null, null));
        }
    }

    @Override
    public boolean closesUnderReader() {
        return true;
    }

    @Override
    public String type() {
        return "queue";
    }

    @Override
    public Map<String, Object> details() {
        return Map.of("queued", queue.size());
    }

    @Override
    public void close() {
        closed = true;
        wakeup();
    }
}
