package io.github.exitleft.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;

/** A datagram that was received: its sender's address and its payload; immutable. Offsets are in bytes from 0. */
public final class Datagram {

    private final InetSocketAddress sender;
    private final byte[] bytes;

    Datagram(InetSocketAddress sender, byte[] bytes) {
        this.sender = sender;
        this.bytes = bytes;
    }

    /**
     * Creates a datagram; for tests of code that handles datagrams.
     *
     * @param sender the sender's address and port
     * @param payload its payload; copied
     * @return the datagram
     */
    public static Datagram of(InetSocketAddress sender, byte[] payload) {
        return new Datagram(Objects.requireNonNull(sender, "'sender' must not be null"), payload.clone());
    }

    /**
     * Returns a check for {@code Stage.call} and {@code Stage.ticket} that accepts only datagrams from one address.
     *
     * @param address the sender's address and port: resolved, and one that a datagram can come from, so not a wildcard
     *     (which some systems take for loopback when sending), broadcast or multicast address, and not port 0
     * @return the check
     * @throws IllegalArgumentException if no datagram can come from the address
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

    /** {@return the sender's address and port, as the network says; they can be forged} */
    public InetSocketAddress sender() {
        return sender;
    }

    /** {@return a read-only view of the payload, with a position of its own} */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** {@return the payload's length in bytes} */
    public int length() {
        return bytes.length;
    }

    /** {@return a copy of the payload} */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /**
     * Reads a byte.
     *
     * @param offset where it is
     * @return the byte
     * @throws IndexOutOfBoundsException if the payload has no such byte
     */
    public byte get(int offset) {
        return bytes[index(offset, 1)];
    }

    /**
     * Reads two bytes as a number in network byte order.
     *
     * @param offset where they begin
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public short getShort(int offset) {
        return getShort(offset, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads two bytes as a number.
     *
     * @param offset where they begin
     * @param byteOrder their byte order
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public short getShort(int offset, ByteOrder byteOrder) {
        return (short) number(offset, Short.BYTES, byteOrder);
    }

    /**
     * Reads four bytes as a number in network byte order.
     *
     * @param offset where they begin
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public int getInt(int offset) {
        return getInt(offset, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads four bytes as a number.
     *
     * @param offset where they begin
     * @param byteOrder their byte order
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public int getInt(int offset, ByteOrder byteOrder) {
        return (int) number(offset, Integer.BYTES, byteOrder);
    }

    /**
     * Reads eight bytes as a number in network byte order.
     *
     * @param offset where they begin
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public long getLong(int offset) {
        return getLong(offset, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads eight bytes as a number.
     *
     * @param offset where they begin
     * @param byteOrder their byte order
     * @return the number
     * @throws IndexOutOfBoundsException if the payload does not have them
     */
    public long getLong(int offset, ByteOrder byteOrder) {
        return number(offset, Long.BYTES, byteOrder);
    }

    /** Reads a number of that many bytes, unsigned if there are fewer than eight. */
    long number(int offset, int count, ByteOrder byteOrder) {
        int at = index(offset, count);
        long number = 0;
        for (int i = 0; i < count; i++) {
            int next = byteOrder == ByteOrder.BIG_ENDIAN ? at + i : at + count - 1 - i;
            number = number << 8 | bytes[next] & 0xff;
        }
        return number;
    }

    private int index(int offset, int count) {
        if (offset < 0 || offset > bytes.length - count) {
            throw new IndexOutOfBoundsException(
                    "a datagram of " + bytes.length + " bytes does not have " + count + " bytes at offset " + offset);
        }
        return offset;
    }

    /** Returns the payload itself, which must not be changed. */
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
