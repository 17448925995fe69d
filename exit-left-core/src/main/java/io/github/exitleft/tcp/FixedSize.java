package io.github.exitleft.tcp;

import java.nio.ByteBuffer;

/** Frames that all have the same size. */
record FixedSize(int size) implements Framing {

    FixedSize {
        if (size < 1) {
            throw new IllegalArgumentException("'size' must be at least 1, but is " + size);
        }
    }

    @Override
    public long frameLength(ByteBuffer bytes, int seen) {
        return size;
    }
}
