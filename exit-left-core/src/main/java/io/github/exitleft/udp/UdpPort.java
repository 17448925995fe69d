package io.github.exitleft.udp;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one UDP port: one is read, and all of them send.
 *
 * <p>A channel lets one thread at a time send, which would make threads that send queue for it. A sender takes a channel that is
 * not in use at the moment. None of the additional channels, the outlets, is read: {@link Outlets} says why nothing is lost in one.
 */
final class UdpPort implements Closeable {

    private static final System.Logger LOGGER = System.getLogger(UdpPort.class.getName());

    /** How many ints there are from one flag to the next, so that no two of them share a cache line. */
    private static final int STRIDE = 32;

    /** The channel that has been bound first; the address of the port is its own. */
    final DatagramChannel first;

    /** The channel to which the system gives what arrives. */
    final DatagramChannel reading;

    /** What arrived at another channel while the port was opened. */
    final Deque<Outlets.Early> early;

    private final DatagramChannel[] channels;

    /** For each channel, whether a thread is sending with it. */
    private final AtomicIntegerArray taken;

    private UdpPort(DatagramChannel first, @Nullable Outlets outlets) {
        this.first = first;
        this.reading = outlets == null ? first : outlets.reading();
        this.early = outlets == null ? new ArrayDeque<>() : outlets.early();
        List<DatagramChannel> all = outlets == null ? List.of(first) : outlets.withFirst();
        this.channels = all.toArray(DatagramChannel[]::new);
        this.taken = new AtomicIntegerArray(channels.length * STRIDE);
    }

    /** Opens a port with as many channels as are asked for or, if that can't be, with one. */
    static UdpPort open(UdpSettings settings) throws IOException {
        DatagramChannel first = settings.openBound();
        Outlets outlets = null;
        boolean opened = false;
        try {
            if (settings.wantsOutlets() && !Outlets.arePossible(settings)) {
                log(first, "several take Linux and its list of ports");
            } else if (settings.wantsOutlets()) {
                outlets = new Outlets(first, settings);
                String obstacle = outlets.open();
                if (obstacle != null) {
                    outlets.close();
                    outlets = null;
                    log(first, obstacle);
                    // no other process has the port, or this fails
                    first.close();
                    first = settings.openBound();
                }
            }
            UdpPort port = new UdpPort(first, outlets);
            opened = true;
            return port;
        } finally {
            if (!opened) {
                closeAll(first, outlets);
            }
        }
    }

    private static void closeAll(DatagramChannel first, @Nullable Outlets outlets) throws IOException {
        try (first;
                outlets) {
            // closed by leaving
        }
    }

    private static void log(DatagramChannel channel, String obstacle) throws IOException {
        try {
            LOGGER.log(
                    Level.INFO,
                    "udp port {0} sends by one channel, so threads that send at once queue for it: {1}",
                    channel.getLocalAddress(),
                    obstacle);
        } catch (RuntimeException e) {
            // a log handler that throws must not keep the port from being opened
        }
    }

    /** Returns how many channels send. */
    int outlets() {
        return channels.length;
    }

    /** Sends a datagram; returns 0 if the send buffer of the channel that was taken is full. */
    int send(ByteBuffer payload, InetSocketAddress to) throws IOException {
        int count = channels.length;
        if (count == 1) {
            return first.send(payload, to);
        }
        int begin = (int) (Thread.currentThread().getId() % count);
        for (int i = 0; i < count; i++) {
            int index = (begin + i) % count;
            if (taken.get(index * STRIDE) == 0 && taken.compareAndSet(index * STRIDE, 0, 1)) {
                try {
                    return channels[index].send(payload, to);
                } finally {
                    taken.set(index * STRIDE, 0);
                }
            }
        }
        return channels[begin].send(payload, to);
    }

    @Override
    public void close() throws IOException {
        IOException thrown = null;
        for (DatagramChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                thrown = e;
            }
        }
        if (thrown != null) {
            throw thrown;
        }
    }
}
