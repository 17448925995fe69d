package io.github.exitleft.udp;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The opening of additional channels on a UDP port that is bound already, on Linux.
 *
 * <p>The port is bound without sharing first, so a port in use is refused. Then {@code SO_REUSEPORT} is on for as long as it takes
 * to bind the others, and off on all of them from then on: the port can't be bound again. Linux gives each datagram that
 * comes afterwards to the same one of the channels, since their claims are equal; a probe finds out which. Whatever came to another
 * before is kept. Only a datagram to a broadcast address is given to each of the channels; the buffers of those that are not read are
 * therefore made as small as they can be.
 *
 * <p>While the option is on, another process of the same user could bind the port too. The system's list of ports would show that.
 */
final class Outlets implements Closeable {

    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PROBE_LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A datagram that arrived while the port was opened: the sender, and the buffer from position to limit. */
    record Early(InetSocketAddress sender, ByteBuffer payload) {}

    private final DatagramChannel first;
    private final UdpSettings settings;
    private final List<DatagramChannel> channels = new ArrayList<>();
    private final Deque<Early> early = new ArrayDeque<>();
    private final ByteBuffer buffer;
    private final byte[] probe = new byte[PROBE_LENGTH];
    private @Nullable DatagramChannel reading;

    Outlets(DatagramChannel first, UdpSettings settings) {
        this.first = first;
        this.settings = settings;
        this.buffer = ByteBuffer.allocateDirect(Math.max(PROBE_LENGTH, settings.maxDatagramSize) + 1);
    }

    /** Returns whether this system is known to behave as described above. */
    static boolean arePossible(UdpSettings settings) {
        return Files.isReadable(settings.portLists.get(0));
    }

    /** Opens the channels; returns why that can't be, or null. */
    @Nullable
    String open() {
        try {
            InetSocketAddress address = (InetSocketAddress) first.getLocalAddress();
            long before = sockets(address.getPort());
            bind(address);
            if (sockets(address.getPort()) != before + channels.size()) {
                return "another process opened it at the same moment";
            }
            return findReading(address);
        } catch (IOException | RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void bind(InetSocketAddress address) throws IOException {
        first.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        try {
            while (channels.size() < settings.outlets - 1) {
                DatagramChannel channel = settings.open();
                channels.add(channel);
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                channel.bind(address);
            }
        } finally {
            for (DatagramChannel channel : withFirst()) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, false);
            }
        }
    }

    /** Returns how many sockets of this system have a port of that number, at whatever address. */
    private long sockets(int port) throws IOException {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        long count = 0;
        for (Path list : settings.portLists) {
            if (Files.isReadable(list)) {
                try (Stream<String> lines = Files.lines(list)) {
                    count += lines.skip(1)
                            .filter(line -> line.strip().split(" +", 3)[1].endsWith(suffix))
                            .count();
                }
            }
        }
        return count;
    }

    /** Finds out which channel gets what arrives; returns why it is not one and the same, or null. */
    private @Nullable String findReading(InetSocketAddress address) throws IOException {
        try (Selector selector = Selector.open()) {
            for (DatagramChannel channel : withFirst()) {
                channel.register(selector, SelectionKey.OP_READ);
            }
            for (InetAddress target : targets(address.getAddress())) {
                String obstacle = probe(selector, new InetSocketAddress(target, address.getPort()));
                if (obstacle != null) {
                    return obstacle;
                }
            }
        }
        DatagramChannel found = reading;
        if (found == null) {
            return "no datagram of its own has reached it";
        }
        for (DatagramChannel channel : withFirst()) {
            if (channel != found) {
                while (take(channel) != null) {
                    // kept
                }
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 1);
            }
        }
        return null;
    }

    /** Returns where to send in order to reach the port: by each family if it is that of all interfaces. */
    private static List<InetAddress> targets(InetAddress bound) throws IOException {
        if (!bound.isAnyLocalAddress()) {
            return List.of(bound);
        }
        InetAddress four = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        byte[] six = new byte[16];
        six[15] = 1;
        return bound instanceof Inet4Address ? List.of(four) : List.of(four, InetAddress.getByAddress(six));
    }

    private @Nullable String probe(Selector selector, InetSocketAddress target) throws IOException {
        RANDOM.nextBytes(probe);
        try {
            first.send(ByteBuffer.wrap(probe), target);
        } catch (IOException e) {
            // a family that the system does not have
            return null;
        }
        long deadline = System.nanoTime() + PROBE_NANOS;
        long rest = PROBE_NANOS;
        while (rest > 0) {
            selector.select(TimeUnit.NANOSECONDS.toMillis(rest) + 1);
            for (SelectionKey key : selector.selectedKeys()) {
                DatagramChannel channel = (DatagramChannel) key.channel();
                Boolean ofOurs = take(channel);
                if (Boolean.TRUE.equals(ofOurs)) {
                    if (reading != null && reading != channel) {
                        return "what comes over IPv4 and IPv6 reaches different channels";
                    }
                    reading = channel;
                    return null;
                }
            }
            selector.selectedKeys().clear();
            if (Thread.currentThread().isInterrupted()) {
                return "the thread was interrupted";
            }
            rest = deadline - System.nanoTime();
        }
        return "no datagram of its own has reached it by " + target;
    }

    /** Takes a datagram out of a channel; returns whether it is the probe, or null if there is none. */
    private @Nullable Boolean take(DatagramChannel channel) throws IOException {
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) channel.receive(buffer);
        if (sender == null) {
            return null;
        }
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        if (Arrays.equals(bytes, probe)) {
            return true;
        }
        early.add(new Early(sender, ByteBuffer.wrap(bytes)));
        return false;
    }

    DatagramChannel reading() {
        return Objects.requireNonNull(reading, "not open");
    }

    Deque<Early> early() {
        return early;
    }

    List<DatagramChannel> withFirst() {
        List<DatagramChannel> all = new ArrayList<>();
        all.add(first);
        all.addAll(channels);
        return all;
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
