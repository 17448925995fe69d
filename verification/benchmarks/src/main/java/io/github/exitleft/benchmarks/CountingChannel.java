package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A datagram channel that counts how often something is sent, read, or not there to be read. */
final class CountingChannel extends DatagramChannel implements CountingProvider.Counting {

    private final DatagramChannel real;

    CountingChannel(SelectorProvider provider, DatagramChannel real) {
        super(provider);
        this.real = real;
    }

    @Override
    public SelectableChannel real() {
        return real;
    }

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        CountingProvider.SENDS.increment();
        return real.send(source, target);
    }

    @Override
    @SuppressWarnings("NullAway") // the JDK's class does not say that null means nothing was there
    public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
        SocketAddress sender = real.receive(target);
        (sender == null ? CountingProvider.EMPTY_READS : CountingProvider.READS).increment();
        return sender;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = real.read(target);
        (count == 0 ? CountingProvider.EMPTY_READS : CountingProvider.READS).increment();
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        CountingProvider.SENDS.increment();
        return real.write(source);
    }

    // no contender calls these often

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return real.write(sources, offset, length);
    }

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        real.bind(local);
        return this;
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
        real.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return real.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return real.supportedOptions();
    }

    @Override
    public DatagramSocket socket() {
        return real.socket();
    }

    @Override
    public boolean isConnected() {
        return real.isConnected();
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) throws IOException {
        real.connect(remote);
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        real.disconnect();
        return this;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return real.getRemoteAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return real.getLocalAddress();
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through) throws IOException {
        return real.join(group, through);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through, @Nullable InetAddress source)
            throws IOException {
        return real.join(group, through, source);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        real.configureBlocking(block);
    }
}
