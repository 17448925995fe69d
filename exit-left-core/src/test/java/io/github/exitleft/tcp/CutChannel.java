package io.github.exitleft.tcp;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.IntUnaryOperator;

/** A stream that is all there, and comes in pieces. */
final class CutChannel implements ReadableByteChannel {

    private final ByteBuffer stream;
    private final IntUnaryOperator cut;
    int reads;

    /** Cuts a stream: is given how many bytes are left and says how many of them come next. */
    CutChannel(byte[] stream, IntUnaryOperator cut) {
        this.stream = ByteBuffer.wrap(stream);
        this.cut = cut;
    }

    boolean isOver() {
        return !stream.hasRemaining();
    }

    @Override
    public int read(ByteBuffer into) {
        reads++;
        if (isOver()) {
            return -1;
        }
        int count = Math.min(into.remaining(), cut.applyAsInt(stream.remaining()));
        into.put(stream.slice(stream.position(), count));
        stream.position(stream.position() + count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
