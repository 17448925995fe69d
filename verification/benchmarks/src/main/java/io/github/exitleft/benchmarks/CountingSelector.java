package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A selector that counts how often it is asked, and woken. */
final class CountingSelector extends AbstractSelector {

    private final Selector real;

    CountingSelector(SelectorProvider provider, Selector real) {
        super(provider);
        this.real = real;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, @Nullable Object attachment) {
        try {
            SelectionKey key = ((CountingProvider.Counting) channel).real().register(real, operations);
            var counting = new CountingKey(key, channel, this);
            key.attach(counting);
            counting.attach(attachment);
            return counting;
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
        return real.select(key -> action.accept(counting(key)));
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.select(key -> action.accept(counting(key)), timeout);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        CountingProvider.SELECTS.increment();
        return real.selectNow(key -> action.accept(counting(key)));
    }

    @Override
    public Set<SelectionKey> keys() {
        return counting(real.keys());
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return counting(real.selectedKeys());
    }

    @Override
    public Selector wakeup() {
        CountingProvider.WAKEUPS.increment();
        real.wakeup();
        return this;
    }

    private static SelectionKey counting(SelectionKey key) {
        return (SelectionKey) Objects.requireNonNull(key.attachment());
    }

    /** Returns a view of real keys, from which they can be removed. */
    private static Set<SelectionKey> counting(Set<SelectionKey> keys) {
        return new AbstractSet<>() {
            @Override
            public Iterator<SelectionKey> iterator() {
                Iterator<SelectionKey> iterator = keys.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return iterator.hasNext();
                    }

                    @Override
                    public SelectionKey next() {
                        return counting(iterator.next());
                    }

                    @Override
                    public void remove() {
                        iterator.remove();
                    }
                };
            }

            @Override
            public int size() {
                return keys.size();
            }
        };
    }

    @Override
    protected void implCloseSelector() throws IOException {
        real.close();
    }
}
