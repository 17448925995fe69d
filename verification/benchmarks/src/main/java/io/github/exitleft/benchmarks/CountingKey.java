package io.github.exitleft.benchmarks;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A key that stands for the real one, so that a selector that counts gives back the channels that count. */
final class CountingKey extends SelectionKey {

    private final SelectionKey real;
    private final SelectableChannel channel;
    private final Selector selector;

    CountingKey(SelectionKey real, SelectableChannel channel, Selector selector) {
        this.real = real;
        this.channel = channel;
        this.selector = selector;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public boolean isValid() {
        return real.isValid();
    }

    @Override
    public void cancel() {
        real.cancel();
    }

    @Override
    public int interestOps() {
        return real.interestOps();
    }

    @Override
    public SelectionKey interestOps(int operations) {
        real.interestOps(operations);
        return this;
    }

    @Override
    public int readyOps() {
        return real.readyOps();
    }
}
