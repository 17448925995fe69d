package io.github.exitleft.udp;

import io.github.exitleft.Source;
import io.github.exitleft.internal.Audience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends from a stage's UDP port, and tells its address. Any thread may use it; it can't read.
 *
 * <p>An interrupt of a sending thread does not close the port.
 */
public final class UdpSocket {

    /** Sends a datagram, or returns 0 when the send buffer is full. */
    @FunctionalInterface
    interface Outlet {
        int send(ByteBuffer payload, InetSocketAddress to) throws IOException;
    }

    /** Takes what is sent, where there is no network: in a test. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes a datagram, on the thread that sends it.
         *
         * @param to the receiver's address and port
         * @param payload a copy of the payload
         * @throws IOException to be thrown to the sender
         */
        void send(InetSocketAddress to, byte[] payload) throws IOException;
    }

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

    /** Null if there is no network. */
    private final @Nullable DatagramChannel channel;

    /** Null if the channel knows it. */
    private final @Nullable InetSocketAddress localAddress;

    private final Outlet outlet;

    /** Sends by the channel that is watched for room. */
    private final Outlet watched;

    /** Tells which threads must not wait for room. Null if any may, since no stage of this module uses the socket. */
    private volatile @Nullable Audience audience;

    UdpSocket(DatagramChannel channel, Outlet outlet) {
        this(channel, outlet, outlet);
    }

    /**
     * Creates a socket.
     *
     * @param channel a channel of the port
     * @param outlet sends by any channel of the port
     * @param watched sends by that channel
     */
    UdpSocket(DatagramChannel channel, Outlet outlet, Outlet watched) {
        this.channel = channel;
        this.localAddress = null;
        this.outlet = outlet;
        this.watched = watched;
    }

    private UdpSocket(InetSocketAddress localAddress, Outlet outlet) {
        this.channel = null;
        this.localAddress = localAddress;
        this.outlet = outlet;
        this.watched = outlet;
    }

    /**
     * Creates a socket that gives what it sends to a function instead of a network; for tests of code that sends datagrams.
     *
     * @param localAddress what {@link #localAddress()} returns
     * @param sink takes the datagrams
     * @return the socket
     */
    public static UdpSocket of(InetSocketAddress localAddress, Sink sink) {
        Objects.requireNonNull(localAddress, "'localAddress' must not be null");
        Objects.requireNonNull(sink, "'sink' must not be null");
        return new UdpSocket(localAddress, (payload, to) -> {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            sink.send(to, bytes);
            return bytes.length;
        });
    }

    /** Is given for whom the port is read. */
    void attach(BooleanSupplier awaited) {
        audience = awaited instanceof Audience known ? known : null;
    }

    /**
     * Sends a datagram; waits up to a second for room while the send buffer is full.
     *
     * @param to the receiver's address and port
     * @param payload the payload
     * @throws SocketTimeoutException if there is no room for a second; nothing is sent
     * @throws InterruptedIOException if the thread is interrupted while it waits for room; nothing is sent
     * @throws IOException if the datagram can't be sent
     * @see #send(InetSocketAddress, ByteBuffer)
     */
    public void send(InetSocketAddress to, byte[] payload) throws IOException {
        send(to, ByteBuffer.wrap(payload));
    }

    /**
     * Sends a datagram; waits up to a second for room while the send buffer is full.
     *
     * <p>The port is not connected, so an unreachable peer is not reported: it looks like a timeout.
     *
     * @param to the receiver's address and port
     * @param payload the payload, from position to limit
     * @throws SocketTimeoutException if there is no room for a second; nothing is sent
     * @throws InterruptedIOException if the thread is interrupted while it waits for room; nothing is sent and its
     *     interrupt flag stays set
     * @throws IOException if the datagram can't be sent, for example because it is too long, the port is closed, or it
     *     would be a {@linkplain UdpSource.Builder#broadcast broadcast} and may not
     * @throws IllegalStateException if there is no room, and the thread {@linkplain io.github.exitleft.Stage#neverBlock
     *     must not block}; nothing is sent
     */
    public void send(InetSocketAddress to, ByteBuffer payload) throws IOException {
        if (to.isUnresolved()) {
            throw new IOException("cannot send to " + to + ", whose name is not resolved; resolve it first");
        }
        // an empty datagram is sent by a send of 0 bytes
        boolean empty = !payload.hasRemaining();
        try {
            if (outlet.send(payload, to) == 0 && !empty) {
                sendWhenThereIsRoom(to, payload);
            }
        } catch (SocketException e) {
            throw isForbiddenBroadcast(e) ? forbiddenBroadcast(to, e) : e;
        }
    }

    /**
     * Returns whether the system refuses the datagram as it refuses a broadcast; no other send fails with this message.
     */
    private boolean isForbiddenBroadcast(SocketException thrown) throws IOException {
        return String.valueOf(thrown.getMessage()).contains("ermission denied")
                && channel != null
                && !channel.getOption(StandardSocketOptions.SO_BROADCAST);
    }

    private static IOException forbiddenBroadcast(InetSocketAddress to, SocketException cause) {
        return new IOException(
                "cannot send to " + to + " (" + cause.getMessage() + "), which seems to be a broadcast address;"
                        + " open the port with the option 'broadcast' to send there",
                cause);
    }

    /** Sends a datagram for which there was no room. */
    void sendWhenThereIsRoom(InetSocketAddress to, ByteBuffer payload) throws IOException {
        Audience known = audience;
        if (known != null && !known.mayBlock()) {
            throw Audience.refusal("waiting for room to send to " + to);
        }
        DatagramChannel channel = Objects.requireNonNull(this.channel);
        long deadline = System.nanoTime() + SEND_TIMEOUT.toNanos();
        try (Selector room = Selector.open()) {
            // a selector of its own, since the reader's must not wake up for senders
            channel.register(room, SelectionKey.OP_WRITE);
            while (watched.send(payload, to) == 0) {
                long rest = deadline - System.nanoTime();
                if (rest <= 0) {
                    throw new SocketTimeoutException("no room to send " + payload.remaining() + " bytes to " + to
                            + " for " + SEND_TIMEOUT.toMillis() + " ms; send less, or raise the send buffer");
                }
                room.select(Source.toMillisRoundedUp(Duration.ofNanos(rest)));
                room.selectedKeys().clear();
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while waiting for room to send to " + to);
                }
            }
        }
    }

    /**
     * Returns the address that the port is bound to.
     *
     * @return address and port
     * @throws IOException if the port is closed
     */
    public InetSocketAddress localAddress() throws IOException {
        return channel == null ? Objects.requireNonNull(localAddress) : (InetSocketAddress) channel.getLocalAddress();
    }
}
