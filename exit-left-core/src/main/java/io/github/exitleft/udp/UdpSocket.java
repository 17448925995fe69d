package io.github.exitleft.udp;

import io.github.exitleft.Source;
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

/**
 * What any thread may do with a stage's UDP port: send, and ask for its address; never read.
 *
 * <p>An interrupt of a sending thread does not close the port.
 */
public final class UdpSocket {

    /** How a datagram leaves: returns 0 when the send buffer is full. */
    @FunctionalInterface
    interface Outlet {
        int send(ByteBuffer payload, InetSocketAddress to) throws IOException;
    }

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

    private final DatagramChannel channel;
    private final Outlet outlet;

    UdpSocket(DatagramChannel channel) {
        this(channel, channel::send);
    }

    UdpSocket(DatagramChannel channel, Outlet outlet) {
        this.channel = channel;
        this.outlet = outlet;
    }

    /**
     * Sends a datagram.
     *
     * @param to where to
     * @param payload what to send, whole
     * @throws IOException as for {@link #send(InetSocketAddress, ByteBuffer)}
     */
    public void send(InetSocketAddress to, byte[] payload) throws IOException {
        send(to, ByteBuffer.wrap(payload));
    }

    /**
     * Sends a datagram; while the send buffer is full waits up to a second for room.
     *
     * @param to where to
     * @param payload what to send, from its position to its limit
     * @throws SocketTimeoutException if there was no room for a second; nothing was sent
     * @throws InterruptedIOException if the thread was interrupted while it waited for room; its interrupt flag stays set
     *     and nothing was sent
     * @throws java.net.PortUnreachableException never, since the port is not connected: a dead peer looks like a timeout
     * @throws IOException if the datagram could not be sent, for example because it is too long, the port is closed, or it
     *     would be a {@linkplain UdpSource.Builder#broadcast broadcast} and may not
     */
    public void send(InetSocketAddress to, ByteBuffer payload) throws IOException {
        if (to.isUnresolved()) {
            throw new IOException("cannot send to " + to + ", whose name is not resolved; resolve it first");
        }
        boolean empty = !payload.hasRemaining(); // an empty datagram is sent by a send of 0 bytes
        try {
            if (outlet.send(payload, to) == 0 && !empty) {
                sendWhenThereIsRoom(to, payload);
            }
        } catch (SocketException e) {
            throw isForbiddenBroadcast(e) ? forbiddenBroadcast(to, e) : e;
        }
    }

    /** Whether the system says no as it does to a broadcast; no other send is answered by that. */
    private boolean isForbiddenBroadcast(SocketException thrown) throws IOException {
        return String.valueOf(thrown.getMessage()).contains("ermission denied")
                && !channel.getOption(StandardSocketOptions.SO_BROADCAST);
    }

    private static IOException forbiddenBroadcast(InetSocketAddress to, SocketException cause) {
        return new IOException(
                "cannot send to " + to + " (" + cause.getMessage() + "), which seems to be a broadcast address;"
                        + " open the port with the option 'broadcast' to send there",
                cause);
    }

    private void sendWhenThereIsRoom(InetSocketAddress to, ByteBuffer payload) throws IOException {
        long deadline = System.nanoTime() + SEND_TIMEOUT.toNanos();
        try (Selector room = Selector.open()) { // one of its own: the reader's must not wake up for writers
            channel.register(room, SelectionKey.OP_WRITE);
            while (outlet.send(payload, to) == 0) {
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
     * The address that the port is bound to.
     *
     * @return address and port
     * @throws IOException if the port is closed
     */
    public InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }
}
