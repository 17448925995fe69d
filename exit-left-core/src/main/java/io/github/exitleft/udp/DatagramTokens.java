package io.github.exitleft.udp;

import io.github.exitleft.PeerToken;
import io.github.exitleft.TokenReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

/** Token readers for datagrams: a field at a fixed offset, the sender's address, or both. */
public final class DatagramTokens {

    private DatagramTokens() {}

    /**
     * Returns a reader of tokens at a fixed offset, with numbers in network byte order.
     *
     * @param <T> tokens
     * @param type as for {@link #at(Class, int, int, ByteOrder)}
     * @param offset where the field begins, in bytes from 0
     * @param length the field's length in bytes
     * @return the reader; a datagram that is too short has no token
     * @throws IllegalArgumentException if such a token can't be read from such a field
     */
    public static <T> TokenReader<T, Datagram> at(Class<T> type, int offset, int length) {
        return at(type, offset, length, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Returns a reader of tokens at a fixed offset.
     *
     * @param <T> tokens
     * @param type {@code Short} (1 or 2 bytes; 1 is unsigned), {@code Integer} (1 to 4 bytes; fewer than 4 are
     *     unsigned), {@code Long} (1 to 8 bytes; fewer than 8 are unsigned), {@code UUID} (16 bytes), {@code
     *     ByteBuffer} (a read-only copy; while it is a token, send its {@code duplicate()}, since reading changes it),
     *     or {@code String} (lower-case hexadecimal digits)
     * @param offset where the field begins, in bytes from 0
     * @param length the field's length in bytes
     * @param byteOrder the byte order of numbers; other types are big-endian
     * @return the reader; a datagram that is too short has no token
     * @throws IllegalArgumentException if such a token can't be read from such a field
     */
    public static <T> TokenReader<T, Datagram> at(Class<T> type, int offset, int length, ByteOrder byteOrder) {
        Objects.requireNonNull(byteOrder, "'byteOrder' must not be null");
        if (offset < 0 || length < 1 || offset > 65_535 - length) {
            throw new IllegalArgumentException("a token at offset " + offset + " with length " + length
                    + " is in no datagram; let 'offset' be 0 or more, 'length' 1 or more, and their sum at most 65535");
        }
        TokenReader<?, Datagram> reader;
        if (type == Short.class) {
            reader = number(type, offset, length, Short.BYTES, byteOrder, number -> (short) number);
        } else if (type == Integer.class) {
            reader = number(type, offset, length, Integer.BYTES, byteOrder, number -> (int) number);
        } else if (type == Long.class) {
            reader = number(type, offset, length, Long.BYTES, byteOrder, number -> number);
        } else {
            reader = bytes(type, offset, length);
            require(byteOrder == ByteOrder.BIG_ENDIAN, type, "little-endian bytes; let 'byteOrder' be big-endian");
        }
        return cast(reader);
    }

    /**
     * Returns a reader of tokens that are made of the sender's address and an id at a fixed offset, so that the ids of
     * one peer don't exclude those of another.
     *
     * @param <T> ids
     * @param type the class of the ids, as for {@link #at(Class, int, int, ByteOrder)}
     * @param offset where the id begins, in bytes from 0
     * @param length the id's length in bytes
     * @param byteOrder the byte order of ids that are numbers
     * @return the reader; a datagram that is too short has no token
     * @throws IllegalArgumentException if such an id can't be read from such a field
     * @see PeerToken#type(Class)
     */
    public static <T> TokenReader<PeerToken<T>, Datagram> ofPeer(
            Class<T> type, int offset, int length, ByteOrder byteOrder) {
        TokenReader<T, Datagram> ids = at(type, offset, length, byteOrder);
        return datagram -> {
            T id = ids.read(datagram);
            return id == null ? null : new PeerToken<>(datagram.sender(), id);
        };
    }

    /**
     * Returns a reader that takes the sender's address for the token, which allows one outstanding request a peer. A
     * late reply can't be told from the answer to the next request.
     *
     * @param <T> tokens
     * @param type {@code InetSocketAddress} or a supertype
     * @return the reader
     * @throws IllegalArgumentException if an address is not of that type
     */
    public static <T> TokenReader<T, Datagram> sender(Class<T> type) {
        if (!type.isAssignableFrom(InetSocketAddress.class) || type == Object.class) {
            throw new IllegalArgumentException("a token of type " + type.getTypeName()
                    + " can't be a sender's address; use java.net.InetSocketAddress");
        }
        return datagram -> type.cast(datagram.sender());
    }

    private interface Number<T> {
        T of(long number);
    }

    private static <T> TokenReader<T, Datagram> number(
            Class<?> type, int offset, int length, int most, ByteOrder byteOrder, Number<T> number) {
        require(length <= most, type, length + " bytes; let 'length' be 1 to " + most + " bytes");
        return field(offset, length, datagram -> number.of(datagram.number(offset, length, byteOrder)));
    }

    private static TokenReader<?, Datagram> bytes(Class<?> type, int offset, int length) {
        if (type == UUID.class) {
            require(length == 16, type, length + " bytes; let 'length' be 16 bytes");
            return field(
                    offset,
                    length,
                    datagram -> new UUID(datagram.getLong(offset), datagram.getLong(offset + Long.BYTES)));
        }
        if (type == ByteBuffer.class) {
            return field(
                    offset,
                    length,
                    datagram -> ByteBuffer.wrap(Arrays.copyOfRange(datagram.bytes(), offset, offset + length))
                            .asReadOnlyBuffer());
        }
        if (type == String.class) {
            HexFormat hex = HexFormat.of();
            return field(offset, length, datagram -> hex.formatHex(datagram.bytes(), offset, offset + length));
        }
        throw new IllegalArgumentException("a token of type " + type.getTypeName()
                + " can't be read from a place in a datagram; use java.lang.Short, java.lang.Integer, java.lang.Long,"
                + " java.util.UUID, java.nio.ByteBuffer or java.lang.String, or a token reader of your own");
    }

    private static <T> TokenReader<T, Datagram> field(int offset, int length, TokenReader<T, Datagram> field) {
        return datagram -> datagram.length() < offset + length ? null : field.read(datagram);
    }

    private static void require(boolean fits, Class<?> type, String instead) {
        if (!fits) {
            throw new IllegalArgumentException(
                    "a token of type " + type.getTypeName() + " can't be read from " + instead);
        }
    }

    @SuppressWarnings("unchecked") // each branch of at() has compared the type with what it reads
    private static <T> TokenReader<T, Datagram> cast(TokenReader<?, Datagram> reader) {
        return (TokenReader<T, Datagram>) reader;
    }
}
