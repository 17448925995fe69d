package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Frames with a length field. */
record LengthField(int offset, int length, ByteOrder byteOrder, int adjustment, boolean includesItself)
        implements Framing {

    private static final int FARTHEST = 1 << 16;

    /** From this value on a length is too long whatever is added to it; below it nothing overflows. */
    private static final long TOO_LONG = 1L << 40;

    LengthField {
        Objects.requireNonNull(byteOrder, "'byteOrder' must not be null");
        if (offset < 0 || offset > FARTHEST) {
            throw new IllegalArgumentException("'offset' must be from 0 to " + FARTHEST + ", but is " + offset);
        }
        if (length < 1 || length > 8) {
            throw new IllegalArgumentException("'length' must be from 1 to 8, but is " + length);
        }
    }

    @Override
    public long frameLength(ByteBuffer bytes, int seen) {
        if (bytes.remaining() < header()) {
            return UNKNOWN;
        }
        long value = read(bytes, bytes.position() + offset);
        if (value < 0 || value >= TOO_LONG) {
            return Long.MAX_VALUE;
        }
        long whole = value + uncounted();
        if (whole < header()) {
            throw new FramingException("a frame's length field says that it is shorter than the " + header()
                    + " bytes up to the field's end; check offset, length, byte order and adjustment");
        }
        return whole;
    }

    @Override
    public ByteBuffer[] encode(ByteBuffer payload) {
        int size = payload.remaining();
        if (size < header()) {
            throw new IllegalArgumentException(size + " bytes to be sent have no room for a length field of " + length
                    + " bytes at offset " + offset + "; leave room for it, it is filled in");
        }
        long value = size - uncounted();
        if (value < 0 || length < 8 && value >>> 8 * length != 0) {
            throw new IllegalArgumentException(size + " bytes to be sent would have " + value
                    + " for a length, which a field of " + length + " bytes can't say");
        }
        byte[] field = new byte[length];
        for (int i = 0; i < length; i++) {
            field[byteOrder == ByteOrder.BIG_ENDIAN ? length - 1 - i : i] = (byte) (value >>> 8 * i);
        }
        ByteBuffer rest = payload.slice(payload.position() + header(), size - header());
        return offset == 0
                ? new ByteBuffer[] {ByteBuffer.wrap(field), rest}
                : new ByteBuffer[] {payload.slice(payload.position(), offset), ByteBuffer.wrap(field), rest};
    }

    private int header() {
        return offset + length;
    }

    /** Returns how many bytes of a frame its length field does not count. */
    private long uncounted() {
        return (long) offset + (includesItself ? 0 : length) + adjustment;
    }

    private long read(ByteBuffer bytes, int at) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            int next = byteOrder == ByteOrder.BIG_ENDIAN ? at + i : at + length - 1 - i;
            value = value << 8 | bytes.get(next) & 0xff;
        }
        return value;
    }
}
