package io.github.exitleft.tcp;

import io.github.exitleft.Source;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Supplier;

/** Waits until a channel is ready for something. One thread at a time waits; any may wake it, or close this. */
final class Readiness implements Closeable {

    private final SocketChannel channel;
    private final Selector selector;
    private final Supplier<IOException> closed;

    /** What the channel is registered for; used by the waiting thread only. */
    private int registered;

    /**
     * Creates what waits for a channel.
     *
     * @param closed makes what to throw if this is closed
     */
    Readiness(SocketChannel channel, Supplier<IOException> closed) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        this.closed = closed;
    }

    /** Waits until the channel is ready for any of the operations, the time is up, or the thread is woken or interrupted. */
    void await(int operations, long nanos) throws IOException {
        try {
            if (registered != operations) {
                channel.register(selector, operations);
                registered = operations;
            }
            selector.select(key -> {}, Source.toMillisRoundedUp(Duration.ofNanos(nanos)));
        } catch (ClosedSelectorException | CancelledKeyException | ClosedChannelException e) {
            throw closed.get();
        }
    }

    /** Ends the present or the next wait at once. */
    void wakeup() {
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
