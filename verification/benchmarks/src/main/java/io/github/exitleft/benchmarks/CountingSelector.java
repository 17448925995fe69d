package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A selector that counts how often it is asked. */
final class CountingSelector extends AbstractSelector {

    private final Selector real;

    CountingSelector(SelectorProvider provider, Selector real) {
        super(provider);
        this.real = real;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, @Nullable Object attachment) {
        try {
            return ((CountingProvider.Counting) channel).real().register(real, operations, attachment);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int select() throws IOException {
        CountingProvider.SELECTS.increment();
        return real.select();
    }

    @Override
    public int select(long timeout) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.select(timeout);
    }

    @Override
    public int selectNow() throws IOException {
        CountingProvider.SELECTS.increment();
        return real.selectNow();
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.select(action);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.select(action, timeout);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.selectNow(action);
    }

    @Override
    public Set<SelectionKey> keys() {
        return real.keys();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return real.selectedKeys();
    }

    @Override
    public Selector wakeup() {
        real.wakeup();
        return this;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        real.close();
    }
}
