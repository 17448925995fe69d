package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Frames with certain bytes at their end, and perhaps others at their beginning. */
final class Marks implements Framing {

    private final byte[] start;
    private final byte[] end;

    Marks(byte[] start, byte[] end) {
        if (end.length == 0) {
            throw new IllegalArgumentException("the bytes that end a frame must not be empty");
        }
        this.start = start.clone();
        this.end = end.clone();
    }

    @Override
    public long frameLength(ByteBuffer bytes, int seen) {
        int begin = bytes.position();
        int count = bytes.remaining();
        for (int i = Math.min(seen, start.length); i < Math.min(count, start.length); i++) {
            if (bytes.get(begin + i) != start[i]) {
                throw new FramingException("a frame does not begin with "
                        + HexFormat.of().formatHex(start) + "; check the start and end bytes");
            }
        }
        for (int i = Math.max(start.length, seen - end.length + 1); i <= count - end.length; i++) {
            if (endsAt(bytes, begin + i, end.length)) {
                return i + end.length;
            }
        }
        return UNKNOWN;
    }

    /** Returns whether the first {@code matching} bytes of the end mark are at an index. */
    private boolean endsAt(ByteBuffer bytes, int index, int matching) {
        for (int i = 0; i < matching; i++) {
            if (bytes.get(index + i) != end[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether the end mark is found before the payload's end, or across it. */
    private boolean endsEarly(ByteBuffer payload) {
        for (int i = payload.position(); i < payload.limit(); i++) {
            int inside = Math.min(end.length, payload.limit() - i);
            if (endsAt(payload, i, inside) && goesOn(inside)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the end mark's bytes from {@code after} on are those with which it begins. */
    private boolean goesOn(int after) {
        for (int i = after; i < end.length; i++) {
            if (end[i] != end[i - after]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int prefixLength() {
        return start.length;
    }

    @Override
    public int suffixLength() {
        return end.length;
    }

    @Override
    public ByteBuffer[] encode(ByteBuffer payload) {
        if (endsEarly(payload)) {
            throw new IllegalArgumentException(payload.remaining() + " bytes to be sent have "
                    + HexFormat.of().formatHex(end) + " in them, which ends a frame; escape it");
        }
        return start.length == 0
                ? new ByteBuffer[] {payload.slice(), ByteBuffer.wrap(end)}
                : new ByteBuffer[] {ByteBuffer.wrap(start), payload.slice(), ByteBuffer.wrap(end)};
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "Marks[start=" + hex.formatHex(start) + ", end=" + hex.formatHex(end) + "]";
    }
}
