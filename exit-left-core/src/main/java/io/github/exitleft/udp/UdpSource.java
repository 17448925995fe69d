package io.github.exitleft.udp;

import io.github.exitleft.Source;
import io.github.exitleft.UnreadableMessageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A source of datagrams: one UDP port, IPv4 and IPv6, that no interrupt closes.
 *
 * <p>It reads a non-blocking channel and waits with a selector, because an interrupt closes a channel that blocks in
 * {@code receive}. A datagram costs one system call if it is there already, and two if the reader has to wait for it: the source
 * looks before it waits as long as looking has been worth it lately.
 */
public final class UdpSource implements Source<Datagram> {

    private static final System.Logger LOGGER = System.getLogger(UdpSource.class.getName());
    private static final int LOOKS = 3;

    private final UdpPort port;
    private final DatagramChannel channel;
    private final Selector selector;
    private final UdpSocket socket;
    private final InetSocketAddress localAddress;
    private final int receiveBufferSize;
    private final int sendBufferSize;
    private final int maxDatagramSize;
    private final boolean broadcast;
    private final List<MulticastGroup> groups;

    private final LongAdder truncated = new LongAdder();

    // the fields from here on are used by the reading thread only

    private final ByteBuffer buffer;

    /** Counts up when a look before waiting finds a datagram, and down when it does not; between -LOOKS and LOOKS. */
    private int looks;

    /** Counts the waits that began without a look. */
    private int waits;

    private UdpSource(UdpPort port, Selector selector, UdpSettings settings) throws IOException {
        this.port = port;
        this.channel = port.reading;
        this.selector = selector;
        this.socket = new UdpSocket(port.first, port::send, port.first::send);
        this.maxDatagramSize = settings.maxDatagramSize;
        this.buffer = ByteBuffer.allocateDirect(maxDatagramSize + 1); // one byte more shows a datagram that is too long
        this.broadcast = settings.broadcast;
        this.groups = List.copyOf(settings.groups);
        channel.register(selector, SelectionKey.OP_READ);
        this.localAddress = socket.localAddress();
        this.receiveBufferSize = channel.getOption(StandardSocketOptions.SO_RCVBUF);
        this.sendBufferSize = channel.getOption(StandardSocketOptions.SO_SNDBUF);
        warnIfClamped("receive", receiveBufferSize, settings.receiveBufferSize, "net.core.rmem_max");
        warnIfClamped("send", sendBufferSize, settings.sendBufferSize, "net.core.wmem_max");
    }

    private void warnIfClamped(String which, int granted, int asked, String limit) {
        if (granted < asked) {
            try {
                LOGGER.log(
                        Level.WARNING,
                        "udp port {0} has a {1} buffer of {2} bytes, not of {3} as asked for; raise {4}, or ask for less",
                        localAddress,
                        which,
                        String.valueOf(granted),
                        String.valueOf(asked),
                        limit);
            } catch (RuntimeException e) {
                // a log handler that throws must not keep the port from being opened
            }
        }
    }

    /**
     * Begins a source on any free port of all interfaces.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable Datagram receive(Duration remaining) throws Exception {
        boolean mayWait = !remaining.isZero() && !remaining.isNegative();
        if (!mayWait || looksFirst() || !port.early.isEmpty()) {
            Datagram datagram = read();
            looks = datagram == null ? Math.max(looks - 1, -LOOKS) : Math.min(looks + 1, LOOKS);
            if (datagram != null || !mayWait) {
                return datagram;
            }
        }
        try {
            selector.select(key -> {}, Source.toMillisRoundedUp(remaining));
        } catch (ClosedSelectorException e) {
            throw new IOException("udp port " + localAddress + " was closed while it was read", e);
        }
        if (Thread.interrupted()) { // a flag that stays set would make every select return at once
            throw new InterruptedException("interrupted while waiting for a datagram on " + localAddress);
        }
        return read();
    }

    /** Whether looks have found datagrams lately; also every 16th time, to find out whether they do again. */
    private boolean looksFirst() {
        return looks >= 0 || ++waits % 16 == 0;
    }

    private @Nullable Datagram read() throws IOException, UnreadableMessageException {
        Outlets.Early early = port.early.poll();
        if (early != null) {
            return datagram(early.sender(), early.payload());
        }
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) channel.receive(buffer);
        return sender == null ? null : datagram(sender, buffer.flip());
    }

    private Datagram datagram(InetSocketAddress sender, ByteBuffer payload) throws UnreadableMessageException {
        if (payload.remaining() > maxDatagramSize) {
            truncated.increment();
            throw new UnreadableMessageException(
                    "datagram from " + sender + " is longer than " + maxDatagramSize
                            + " bytes; raise the maximum datagram size",
                    null);
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return new Datagram(sender, bytes);
    }

    @Override
    public void attach(BooleanSupplier awaited) {
        socket.attach(awaited);
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public boolean closesUnderReader() {
        return true;
    }

    @Override
    public UdpSocket backdoor() {
        return socket;
    }

    /**
     * Returns the address that the port is bound to.
     *
     * @return address and port
     */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public String type() {
        return "udp";
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("localAddress", text(localAddress));
        details.put("receiveBufferSize", receiveBufferSize);
        details.put("sendBufferSize", sendBufferSize);
        details.put("maxDatagramSize", maxDatagramSize);
        details.put("outlets", port.outlets());
        details.put("broadcast", broadcast);
        if (!groups.isEmpty()) {
            details.put(
                    "multicastGroups",
                    groups.stream().map(MulticastGroup::toString).toList());
        }
        details.put("truncated", truncated.sum());
        return details;
    }

    private static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host instanceof Inet6Address) {
            return "[" + (host.isAnyLocalAddress() ? "::" : host.getHostAddress()) + "]:" + address.getPort();
        }
        return host.getHostAddress() + ":" + address.getPort();
    }

    @Override
    public void close() throws IOException {
        try (port) {
            selector.close();
        }
    }

    /** Builds a {@link UdpSource}. */
    public static final class Builder {

        private final UdpSettings settings = new UdpSettings();

        private Builder() {}

        /**
         * Sets the interface to listen on; all of them, IPv4 and IPv6, unless set.
         *
         * @param address the interface's address, or a wildcard
         * @return this builder
         */
        public Builder address(InetAddress address) {
            settings.address = Objects.requireNonNull(address, "'address' must not be null");
            return this;
        }

        /**
         * Sets the port; any free one unless set.
         *
         * @param port 0 to 65535; 0 for any free one
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder port(int port) {
            settings.port = inRange(port, 0, 65_535, "port");
            return this;
        }

        /**
         * Sets the size of the system's buffer in which datagrams wait to be read; 1 MiB unless set. The system may grant
         * less, which is logged.
         *
         * @param bytes positive
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder receiveBufferSize(int bytes) {
            settings.receiveBufferSize = inRange(bytes, 1, Integer.MAX_VALUE, "receiveBufferSize");
            return this;
        }

        /**
         * Sets the longest payload to expect; 1500 bytes unless set. A longer one counts as unreadable.
         *
         * @param bytes 1 to 65535
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder maxDatagramSize(int bytes) {
            settings.maxDatagramSize = inRange(bytes, 1, 65_535, "maxDatagramSize");
            return this;
        }

        /**
         * Sets the size of the system's buffer in which datagrams wait to be sent; the system's default unless set. The
         * system may grant less, which is logged.
         *
         * @param bytes positive
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder sendBufferSize(int bytes) {
            settings.sendBufferSize = inRange(bytes, 1, Integer.MAX_VALUE, "sendBufferSize");
            return this;
        }

        /**
         * Sets whether datagrams can be sent to broadcast addresses; false unless set. A port of all interfaces receives them
         * either way.
         *
         * @param broadcast whether they can
         * @return this builder
         */
        public Builder broadcast(boolean broadcast) {
            settings.broadcast = broadcast;
            return this;
        }

        /**
         * Joins a multicast group, in addition to the groups that were named before. Datagrams to groups leave by the interface
         * that was named last. Several processes can open a port with groups at once, as the members of a group need. The port
         * must not be bound to the address of one interface, since no datagram to a group arrives there.
         *
         * @param group the group's address
         * @param on the interface that listens
         * @return this builder
         * @throws IllegalArgumentException if it is not a multicast address
         */
        public Builder join(InetAddress group, NetworkInterface on) {
            if (!group.isMulticastAddress()) {
                throw new IllegalArgumentException(
                        "'group' must be a multicast address, but is " + group.getHostAddress());
            }
            settings.groups.add(new MulticastGroup(group, Objects.requireNonNull(on, "'on' must not be null")));
            return this;
        }

        /**
         * Sets the traffic class that routers may look at, called type of service in IPv4; the system's default unless set.
         *
         * @param trafficClass 0 to 255; its upper six bits are the DSCP, so that 184 is expedited forwarding
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder trafficClass(int trafficClass) {
            settings.trafficClass = inRange(trafficClass, 0, 255, "trafficClass");
            return this;
        }

        /**
         * Sets how many channels send, so that as many threads can send at once; 8 unless set. Each takes a file descriptor.
         *
         * <p>Where the system can't have several channels on one port that is not shared, and with multicast groups, there is
         * one. The port is one port all the same: what is sent comes from it, and what comes to it is read.
         *
         * @param outlets 1 to 64
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder outlets(int outlets) {
            settings.outlets = inRange(outlets, 1, 64, "outlets");
            return this;
        }

        /**
         * Opens the port.
         *
         * @return the source, to be closed by the stage that gets it
         * @throws UncheckedIOException if the port could not be opened, for example because it is in use, or a group could not be
         *     joined
         * @throws IllegalArgumentException if there are groups and the address is that of an interface
         */
        public UdpSource open() {
            InetAddress address = settings.address;
            if (!settings.groups.isEmpty() && !address.isAnyLocalAddress() && !address.isMulticastAddress()) {
                throw new IllegalArgumentException("'address' is " + address.getHostAddress()
                        + ", at which no datagram to a multicast group arrives; remove it, or set it to the group's");
            }
            UdpPort opened = null;
            Selector selector = null;
            try {
                opened = UdpPort.open(settings);
                selector = Selector.open();
                return new UdpSource(opened, selector, settings);
            } catch (UncheckedIOException e) {
                closeQuietly(selector, e);
                closeQuietly(opened, e);
                throw e;
            } catch (IOException | RuntimeException e) {
                closeQuietly(selector, e);
                closeQuietly(opened, e);
                throw new UncheckedIOException(
                        "udp port " + settings.port + " of " + address + " could not be opened: " + e.getMessage()
                                + "; choose another port or address, or 0 for any free port",
                        e instanceof IOException io ? io : new IOException(e));
            }
        }

        private static void closeQuietly(java.io.@Nullable Closeable opened, Exception because) {
            if (opened != null) {
                try {
                    opened.close();
                } catch (IOException e) {
                    because.addSuppressed(e);
                }
            }
        }

        private static int inRange(int value, int least, int most, String name) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        "'" + name + "' must be from " + least + " to " + most + ", but is " + value);
            }
            return value;
        }
    }
}
