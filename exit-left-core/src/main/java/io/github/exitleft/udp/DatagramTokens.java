package io.github.exitleft.udp;

import io.github.exitleft.TokenReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/** Token readers for datagrams: a field at a fixed offset, or the sender's address. */
public final class DatagramTokens {

    private DatagramTokens() {}

    /**
     * Returns a reader of tokens at a fixed offset, with numbers in network byte order.
     *
     * @param <T> tokens
     * @param type {@code Integer} (1 to 4 bytes; fewer than 4 are unsigned), {@code Long} (1 to 8 bytes; fewer than 8
     *     are unsigned), {@code UUID} (16 bytes), {@code ByteBuffer} (a read-only copy; while it is a token, send its
     *     {@code duplicate()}, since reading changes it), or {@code String} (lower-case hexadecimal digits)
     * @param offset where the field begins, in bytes from 0
     * @param length the field's length in bytes
     * @return the reader; a datagram that is too short has no token
     * @throws IllegalArgumentException if such a token can't be read from such a field
     */
    public static <T> TokenReader<T, Datagram> at(Class<T> type, int offset, int length) {
        if (offset < 0 || length < 1 || offset > 65_535 - length) {
            throw new IllegalArgumentException("a token at offset " + offset + " with length " + length
                    + " is in no datagram; let 'offset' be 0 or more, 'length' 1 or more, and their sum at most 65535");
        }
        TokenReader<?, Datagram> reader;
        if (type == Integer.class) {
            require(length <= 4, type, length, "1 to 4 bytes");
            reader = field(offset, length, bytes -> (int) number(bytes, offset, length));
        } else if (type == Long.class) {
            require(length <= 8, type, length, "1 to 8 bytes");
            reader = field(offset, length, bytes -> number(bytes, offset, length));
        } else if (type == UUID.class) {
            require(length == 16, type, length, "16 bytes");
            reader = field(offset, length, bytes -> new UUID(number(bytes, offset, 8), number(bytes, offset + 8, 8)));
        } else if (type == ByteBuffer.class) {
            reader = field(
                    offset,
                    length,
                    bytes -> ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + length))
                            .asReadOnlyBuffer());
        } else if (type == String.class) {
            HexFormat hex = HexFormat.of();
            reader = field(offset, length, bytes -> hex.formatHex(bytes, offset, offset + length));
        } else {
            throw new IllegalArgumentException("a token of type " + type.getTypeName()
                    + " can't be read from a place in a datagram; use java.lang.Integer, java.lang.Long,"
                    + " java.util.UUID, java.nio.ByteBuffer or java.lang.String, or a token reader of your own");
        }
        return cast(reader);
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

    private interface Field<T> {
        T read(byte[] bytes);
    }

    private static <T> TokenReader<T, Datagram> field(int offset, int length, Field<T> field) {
        return datagram -> datagram.length() < offset + length ? null : field.read(datagram.bytes());
    }

    private static long number(byte[] bytes, int offset, int length) {
        long number = 0;
        for (int i = offset; i < offset + length; i++) {
            number = number << 8 | bytes[i] & 0xff;
        }
        return number;
    }

    private static void require(boolean fits, Class<?> type, int length, String needed) {
        if (!fits) {
            throw new IllegalArgumentException("a token of type " + type.getTypeName() + " can't be read from " + length
                    + " bytes; let 'length' be " + needed);
        }
    }

    @SuppressWarnings("unchecked") // each branch of at() has compared the type with what it reads
    private static <T> TokenReader<T, Datagram> cast(TokenReader<?, Datagram> reader) {
        return (TokenReader<T, Datagram>) reader;
    }
}
