package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection that are no whole frame yet. Used by one thread at a time.
 *
 * <p>The system puts bytes into a buffer outside the heap, from which each is copied once, into its frame. A frame
 * whose length is known before all of it has come is filled bit by bit. Only the beginning of a frame whose length is
 * unknown is moved, when it reaches the end of the buffer.
 */
final class FrameBuffer {

    private static final int LEAST = 8_192;

    /** The buffer's capacity at the beginning, in bytes. */
    private static final int MOST = 65_536;

    /** From this size on, the first of four bytes read as a length is a printable character. */
    private static final long PLAUSIBLE = 1 << 28;

    private final Framing framing;
    private final int maxFrameSize;
    private final InetSocketAddress remote;
    private final Places places;

    /** The bytes that have come, from {@link #begin} to the position. */
    private ByteBuffer buffer;

    /** The same memory as the framing sees it. */
    private ByteBuffer view;

    private int begin;

    /** How many bytes from {@link #begin} on the framing has seen without finding the frame's length. */
    private int seen;

    /** A frame of which only a part has come; the buffer is then empty. */
    private byte @Nullable [] partial;

    private int filled;

    FrameBuffer(Framing framing, int maxFrameSize, InetSocketAddress remote, Places places) {
        this.framing = framing;
        this.maxFrameSize = maxFrameSize;
        this.remote = remote;
        this.places = places;
        this.buffer = ByteBuffer.allocateDirect(Math.max(LEAST, Math.min(maxFrameSize, MOST)));
        this.view = buffer.asReadOnlyBuffer();
    }

    /**
     * Returns a frame's size in words. A huge one is not shown, since it may be content that was taken for a length.
     */
    static String size(long length) {
        return length < PLAUSIBLE ? length + " bytes" : "256 MiB or more";
    }

    /** Returns whether anything has come that was not taken, such as a part of a frame. */
    boolean hasPartOfAFrame() {
        return partial != null || buffer.position() > begin;
    }

    /** Returns whether there may be more to read than there was room for. */
    boolean isFull() {
        return !buffer.hasRemaining();
    }

    /** Takes the next frame; returns null if it has not come yet. */
    @Nullable
    Frame next() {
        int available = buffer.position() - begin;
        if (partial != null) {
            return goOn(partial, available);
        }
        if (available == 0) {
            return null;
        }
        long length = lengthOf(available);
        if (length == Framing.UNKNOWN) {
            seen = available;
            return null;
        }
        if (length > available) {
            byte[] begun = new byte[(int) length];
            take(begun, 0, begin, available);
            begin += available;
            partial = begun;
            filled = available;
            seen = 0;
            return null;
        }
        byte[] payload = new byte[(int) length - framing.prefixLength() - framing.suffixLength()];
        take(payload, 0, begin + framing.prefixLength(), payload.length);
        begin += (int) length;
        seen = 0;
        return new Frame(remote, places.next(), payload, 0, payload.length);
    }

    private @Nullable Frame goOn(byte[] begun, int available) {
        int taken = Math.min(available, begun.length - filled);
        take(begun, filled, begin, taken);
        begin += taken;
        filled += taken;
        if (filled < begun.length) {
            return null;
        }
        int prefix = framing.prefixLength();
        Frame frame = new Frame(remote, places.next(), begun, prefix, begun.length - prefix - framing.suffixLength());
        partial = null;
        return frame;
    }

    private void take(byte[] into, int at, int from, int count) {
        buffer.get(from, into, at, count);
    }

    private long lengthOf(int available) {
        view.clear().limit(begin + available).position(begin).order(ByteOrder.BIG_ENDIAN);
        long length = framing.frameLength(view, seen);
        if (length > maxFrameSize || length == Framing.UNKNOWN && available >= maxFrameSize) {
            throw new FramingException("a frame of "
                    + (length == Framing.UNKNOWN ? "more than " + available + " bytes" : size(length))
                    + " is longer than the " + maxFrameSize
                    + " bytes that are allowed; raise the maximum frame size, or check that the framing is the peer's");
        }
        if (length < 0 || length != Framing.UNKNOWN && length < framing.prefixLength() + framing.suffixLength()) {
            throw new FramingException(
                    "a frame has " + length + " bytes according to " + framing + "; that can't be; mend the framing");
        }
        return length;
    }

    /**
     * Reads what is there, without blocking if the channel does not block.
     *
     * @return how many bytes were read; -1 at the end of the stream
     */
    int fill(ReadableByteChannel channel) throws IOException {
        if (begin == buffer.position()) {
            begin = 0;
            buffer.clear();
        } else if (!buffer.hasRemaining()) {
            makeRoom();
        }
        return channel.read(buffer);
    }

    private void makeRoom() {
        if (begin > 0) {
            buffer.limit(buffer.position()).position(begin);
            buffer.compact();
        } else {
            // the maximum has not been reached, or the frame would have been refused
            int size = (int) Math.min(2L * buffer.capacity(), maxFrameSize);
            ByteBuffer larger = ByteBuffer.allocateDirect(size);
            // before anything is changed, or an Error would leave a view of the old memory
            ByteBuffer seenLarger = larger.asReadOnlyBuffer();
            larger.put(buffer.flip());
            buffer = larger;
            view = seenLarger;
        }
        begin = 0;
    }
}
