package io.github.exitleft.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the channel itself.
 *
 * <p>Small buffers are copied into one outside the heap and written by one plain write, which costs less than a
 * gathering one: that copies what is on the heap as well, buffer by buffer.
 */
final class PlainTransport implements Transport {

    /** The most bytes that are copied for a write. */
    private static final int MOST_COPIED = 16_384;

    private final ReadableByteChannel in;
    private final GatheringByteChannel out;

    /** What is written; used by the thread that writes, and made when it is needed. */
    private @Nullable ByteBuffer copy;

    PlainTransport(ReadableByteChannel in, GatheringByteChannel out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return in.read(into);
    }

    @Override
    public int awaits() {
        return SelectionKey.OP_READ;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        if (count == 1) {
            return out.write(from[offset]);
        }
        long size = 0;
        for (int i = offset; i < offset + count; i++) {
            size += from[i].remaining();
        }
        return size > MOST_COPIED ? out.write(from, offset, count) : writeCopy(from, offset, (int) size);
    }

    private int writeCopy(ByteBuffer[] from, int offset, int size) throws IOException {
        ByteBuffer all = copy;
        if (all == null) {
            all = ByteBuffer.allocateDirect(MOST_COPIED);
            copy = all;
        }
        all.clear();
        int copied = 0;
        for (int i = offset; copied < size; i++) {
            ByteBuffer next = from[i];
            all.put(copied, next, next.position(), next.remaining());
            copied += next.remaining();
        }
        int written = out.write(all.limit(size));
        int rest = written;
        for (int i = offset; rest > 0; i++) {
            ByteBuffer next = from[i];
            int of = Math.min(rest, next.remaining());
            next.position(next.position() + of);
            rest -= of;
        }
        return written;
    }

    @Override
    public void close() {}
}
