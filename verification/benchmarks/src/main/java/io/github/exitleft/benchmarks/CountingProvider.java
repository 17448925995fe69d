package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes channels and selectors that count their calls, so that all contenders are counted alike and none has
 * to be changed.
 *
 * <p>The system property {@code java.nio.channels.spi.SelectorProvider} puts it in place, in a process of its own,
 * since counting takes time. It wraps the JDK's provider, for which that process opens {@code sun.nio.ch}.
 */
public final class CountingProvider extends SelectorProvider {

    /** A channel that counts, and stands for one that does not. */
    interface Counting {
        SelectableChannel real();
    }

    /** The arguments of a JVM that uses it. */
    static final String[] JVM_ARGUMENTS = {
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "-Djava.nio.channels.spi.SelectorProvider=" + CountingProvider.class.getName()
    };

    static final LongAdder SENDS = new LongAdder();
    static final LongAdder READS = new LongAdder();
    static final LongAdder EMPTY_READS = new LongAdder();
    static final LongAdder SELECTS = new LongAdder();
    static final LongAdder WAKEUPS = new LongAdder();

    private final SelectorProvider real;

    /** Creates the provider; called by the JDK, once. */
    public CountingProvider() throws ReflectiveOperationException {
        real = (SelectorProvider) Class.forName("sun.nio.ch.DefaultSelectorProvider")
                .getMethod("get")
                .invoke(null);
    }

    static boolean isInPlace() {
        return SelectorProvider.provider() instanceof CountingProvider;
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new CountingChannel(this, real.openDatagramChannel());
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return new CountingChannel(this, real.openDatagramChannel(family));
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new CountingSelector(this, real.openSelector());
    }

    @Override
    public Pipe openPipe() throws IOException {
        return real.openPipe();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return real.openServerSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new CountingSocketChannel(this, real.openSocketChannel());
    }
}
