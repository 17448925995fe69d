package io.github.exitleft.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * One port with several channels, of which one is read and all send, as the stage's source has it: a channel lets one thread at a
 * time send, and a sender takes one that is free.
 */
final class SeveralChannels implements Closeable {

    /** As many as the stage's source has unless set. */
    static final int COUNT = 8;

    /** Ints from one flag to the next, so that they share no cache line. */
    private static final int STRIDE = 32;

    private final DatagramChannel[] channels = new DatagramChannel[COUNT];
    private final AtomicIntegerArray taken = new AtomicIntegerArray(COUNT * STRIDE);
    private final DatagramChannel reading;

    /** Opens a port that no other can bind; on Linux, where the system gives all that arrives to one of the channels. */
    SeveralChannels() throws IOException {
        channels[0] = Channels.open();
        InetSocketAddress address = (InetSocketAddress) channels[0].getLocalAddress();
        channels[0].setOption(StandardSocketOptions.SO_REUSEPORT, true);
        for (int i = 1; i < COUNT; i++) {
            channels[i] = DatagramChannel.open();
            channels[i].setOption(StandardSocketOptions.SO_RCVBUF, Channels.RECEIVE_BUFFER_SIZE);
            channels[i].setOption(StandardSocketOptions.SO_REUSEPORT, true);
            channels[i].bind(address);
        }
        for (DatagramChannel channel : channels) {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, false);
            channel.configureBlocking(false);
        }
        reading = findReading(address);
    }

    private DatagramChannel findReading(InetSocketAddress address) throws IOException {
        try (Selector selector = Selector.open()) {
            for (DatagramChannel channel : channels) {
                channel.register(selector, SelectionKey.OP_READ, channel);
            }
            channels[0].send(ByteBuffer.allocate(1), address);
            selector.select(TimeUnit.SECONDS.toMillis(Caller.TIMEOUT_SECONDS));
            for (SelectionKey key : selector.selectedKeys()) {
                DatagramChannel found = (DatagramChannel) Objects.requireNonNull(key.attachment());
                found.receive(ByteBuffer.allocate(1));
                return found;
            }
        }
        throw new IOException("no datagram of its own has reached port " + address.getPort());
    }

    /** Returns the channel to which the system gives what arrives. */
    DatagramChannel reading() {
        return reading;
    }

    /** Sends by a channel that no other thread is sending with at the moment, if there is one. */
    void send(ByteBuffer payload, InetSocketAddress to) throws IOException {
        int begin = (int) (Thread.currentThread().getId() % COUNT);
        for (int i = 0; i < COUNT; i++) {
            int index = (begin + i) % COUNT;
            if (taken.get(index * STRIDE) == 0 && taken.compareAndSet(index * STRIDE, 0, 1)) {
                try {
                    channels[index].send(payload, to);
                    return;
                } finally {
                    taken.set(index * STRIDE, 0);
                }
            }
        }
        channels[begin].send(payload, to);
    }

    @Override
    public void close() throws IOException {
        for (@Nullable DatagramChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
