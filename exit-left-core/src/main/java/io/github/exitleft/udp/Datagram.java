package io.github.exitleft.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;

/** A datagram that was received: who sent it, and its payload; immutable. */
public final class Datagram {

    private final InetSocketAddress sender;
    private final byte[] bytes;

    Datagram(InetSocketAddress sender, byte[] bytes) {
        this.sender = sender;
        this.bytes = bytes;
    }

    /**
     * Makes a datagram, for tests of what handles them.
     *
     * @param sender who sent it
     * @param payload its payload; copied
     * @return the datagram
     */
    public static Datagram of(InetSocketAddress sender, byte[] payload) {
        return new Datagram(Objects.requireNonNull(sender, "'sender' must not be null"), payload.clone());
    }

    /**
     * A check for {@code Stage.call} and {@code Stage.ticket}: believes only what comes from one address.
     *
     * @param address the address and port that must have sent it; resolved, and one that a datagram can come from: not the wildcard,
     *     which some systems take for loopback when they send to it, not a broadcast or multicast address, and not port 0
     * @return the check
     * @throws IllegalArgumentException if no datagram can come from there
     */
    public static Predicate<Datagram> from(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException(
                    "'address' must be resolved, but is " + address + "; nothing could come from it");
        }
        String group = host.isAnyLocalAddress()
                ? "the wildcard address"
                : host.isMulticastAddress()
                        ? "a multicast address"
                        : host.getHostAddress().equals("255.255.255.255") ? "the broadcast address" : null;
        if (group != null) {
            throw new IllegalArgumentException("'address' must be that of one host, but " + address + " is " + group
                    + ", from which nothing comes; name the host that answers, or use another check");
        }
        if (address.getPort() == 0) {
            throw new IllegalArgumentException(
                    "'address' must have a port, but is " + address + "; nothing comes from port 0");
        }
        return datagram -> datagram.sender.equals(address);
    }

    /**
     * Who sent it.
     *
     * @return address and port, as the network says; they can be forged
     */
    public InetSocketAddress sender() {
        return sender;
    }

    /**
     * The payload.
     *
     * @return a read-only view, with a position of its own
     */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /**
     * The payload's length.
     *
     * @return bytes
     */
    public int length() {
        return bytes.length;
    }

    /**
     * The payload.
     *
     * @return a copy
     */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** The payload itself, for reading. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Datagram that && sender.equals(that.sender) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * sender.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes from " + sender;
    }
}
