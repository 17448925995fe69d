package io.github.exitleft.tcp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** A frame that was received: its payload and the peer that sent it; immutable. Offsets are in bytes from 0. */
public final class Frame {

    private final InetSocketAddress remote;
    private final long place;
    private final byte[] bytes;
    private final int begin;
    private final int length;

    /** Creates a frame of an array that is not copied and must not change any more. */
    Frame(InetSocketAddress remote, long place, byte[] bytes, int begin, int length) {
        this.remote = remote;
        this.place = place;
        this.bytes = bytes;
        this.begin = begin;
        this.length = length;
    }

    /**
     * Creates a frame; for tests of code that handles frames.
     *
     * @param remote the peer
     * @param payload its payload; copied
     * @return the frame
     */
    public static Frame of(InetSocketAddress remote, byte[] payload) {
        return of(remote, Places.NONE, payload);
    }

    /**
     * Creates a frame that answers another; for tests of code that handles frames.
     *
     * @param remote the peer
     * @param place the place of the frame that it answers
     * @param payload its payload; copied
     * @return the frame
     * @see #place()
     */
    public static Frame of(InetSocketAddress remote, long place, byte[] payload) {
        return new Frame(
                Objects.requireNonNull(remote, "'remote' must not be null"), place, payload.clone(), 0, payload.length);
    }

    /**
     * Returns which frame this one answers, by the order of sending.
     *
     * <p>The n-th frame that comes on a connection answers the n-th that was sent on it by {@link
     * TcpSender#sendInOrder(byte[]) sendInOrder}. What the opening sends and receives does not count. Two frames with
     * the same content are equal whatever their places.
     *
     * @return what {@code sendInOrder} returned for that frame; -1 if this one answers none
     */
    public long place() {
        return place;
    }

    /** {@return the address and port of the peer that sent the frame} */
    public InetSocketAddress remote() {
        return remote;
    }

    /** {@return a read-only view of the payload, with a position of its own} */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(bytes, begin, length).slice().asReadOnlyBuffer();
    }

    /** {@return the payload's length in bytes} */
    public int length() {
        return length;
    }

    /** {@return a copy of the payload} */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(bytes, begin, begin + length);
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

    /** Copies that many bytes. */
    byte[] copy(int offset, int count) {
        int at = index(offset, count);
        return Arrays.copyOfRange(bytes, at, at + count);
    }

    private int index(int offset, int count) {
        if (offset < 0 || offset > length - count) {
            throw new IndexOutOfBoundsException(
                    "a frame of " + length + " bytes does not have " + count + " bytes at offset " + offset);
        }
        return begin + offset;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame that
                && remote.equals(that.remote)
                && Arrays.equals(bytes, begin, begin + length, that.bytes, that.begin, that.begin + that.length);
    }

    @Override
    public int hashCode() {
        return 31 * remote.hashCode() + payload().hashCode();
    }

    @Override
    public String toString() {
        return length + " bytes from " + remote;
    }
}
