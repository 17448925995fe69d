package io.github.exitleft.tcp;

import io.github.exitleft.TokenReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

/** Token readers for frames: a field at a fixed offset of the payload, or the place in the order of sending. */
public final class FrameTokens {

    private FrameTokens() {}

    /**
     * Returns a reader of places, for protocols without ids: answers come in the order in which the questions were sent.
     *
     * {@snippet :
     * Frame answer = redis.call(() -> redis.backdoor(TcpSender.class).sendInOrder(get(key)));
     * }
     *
     * @return the reader; a frame that answers nothing has a token that no question gets
     * @see TcpSender#sendInOrder(byte[])
     */
    public static TokenReader<Long, Frame> order() {
        return Frame::place;
    }

    /**
     * Returns a reader of tokens at a fixed offset, with numbers in network byte order.
     *
     * @param <T> tokens
     * @param type as for {@link #at(Class, int, int, ByteOrder)}
     * @param offset where the field begins in the payload, in bytes from 0
     * @param length the field's length in bytes
     * @return the reader; a frame that is too short has no token
     * @throws IllegalArgumentException if such a token can't be read from such a field
     */
    public static <T> TokenReader<T, Frame> at(Class<T> type, int offset, int length) {
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
     * @param offset where the field begins in the payload, in bytes from 0
     * @param length the field's length in bytes
     * @param byteOrder the byte order of numbers; other types are big-endian
     * @return the reader; a frame that is too short has no token
     * @throws IllegalArgumentException if such a token can't be read from such a field
     */
    public static <T> TokenReader<T, Frame> at(Class<T> type, int offset, int length, ByteOrder byteOrder) {
        Objects.requireNonNull(byteOrder, "'byteOrder' must not be null");
        if (offset < 0 || length < 1 || offset > Integer.MAX_VALUE - length) {
            throw new IllegalArgumentException("a token at offset " + offset + " with length " + length
                    + " is in no frame; let 'offset' be 0 or more, and 'length' 1 or more");
        }
        TokenReader<?, Frame> reader;
        if (type == Short.class) {
            reader = number(type, offset, length, Short.BYTES, byteOrder, number -> (short) number);
        } else if (type == Integer.class) {
            reader = number(type, offset, length, Integer.BYTES, byteOrder, number -> (int) number);
        } else if (type == Long.class) {
            reader = number(type, offset, length, Long.BYTES, byteOrder, number -> number);
        } else {
            require(byteOrder == ByteOrder.BIG_ENDIAN, type, "little-endian bytes; let 'byteOrder' be big-endian");
            reader = bytes(type, offset, length);
        }
        return cast(reader);
    }

    private interface Number<T> {
        T of(long number);
    }

    private static <T> TokenReader<T, Frame> number(
            Class<?> type, int offset, int length, int most, ByteOrder byteOrder, Number<T> number) {
        require(length <= most, type, length + " bytes; let 'length' be 1 to " + most);
        return frame -> frame.length() < offset + length ? null : number.of(frame.number(offset, length, byteOrder));
    }

    private static TokenReader<?, Frame> bytes(Class<?> type, int offset, int length) {
        if (type == UUID.class) {
            require(length == 16, type, length + " bytes; let 'length' be 16");
            return frame -> frame.length() < offset + length
                    ? null
                    : new UUID(frame.getLong(offset), frame.getLong(offset + Long.BYTES));
        }
        if (type == ByteBuffer.class) {
            return frame -> frame.length() < offset + length
                    ? null
                    : ByteBuffer.wrap(frame.copy(offset, length)).asReadOnlyBuffer();
        }
        if (type == String.class) {
            HexFormat hex = HexFormat.of();
            return frame -> frame.length() < offset + length ? null : hex.formatHex(frame.copy(offset, length));
        }
        throw new IllegalArgumentException("a token of type " + type.getName() + " can't be read from a place in a"
                + " frame; use java.lang.Short, java.lang.Integer, java.lang.Long, java.util.UUID, java.nio.ByteBuffer"
                + " or java.lang.String, or a token reader of your own");
    }

    private static void require(boolean fits, Class<?> type, String instead) {
        if (!fits) {
            throw new IllegalArgumentException("a token of type " + type.getName() + " can't be read from " + instead);
        }
    }

    @SuppressWarnings("unchecked") // each branch of at() has compared the type with what it reads
    private static <T> TokenReader<T, Frame> cast(TokenReader<?, Frame> reader) {
        return (TokenReader<T, Frame>) reader;
    }
}
