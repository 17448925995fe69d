package io.github.exitleft.benchmarks;

import java.nio.ByteBuffer;

/** What callers and peer exchange over TCP: the messages of {@link Wire}, each behind its length in four bytes. */
final class TcpWire {

    static final int LENGTH_SIZE = Integer.BYTES;
    static final int SIZE = LENGTH_SIZE + Wire.SIZE;

    private TcpWire() {}

    /** Returns a caller that puts each request into a frame, for a caller that sends frames. */
    static Caller framing(Caller caller) {
        ByteBuffer frame = ByteBuffer.allocateDirect(SIZE).putInt(0, Wire.SIZE);
        return (token, request) -> {
            frame.clear().put(LENGTH_SIZE, request, 0, Wire.SIZE);
            return caller.exchange(token, frame);
        };
    }

    /** Returns the size of the frame at a buffer's position, as far as it can be told; otherwise the largest number. */
    static int sizeOfNext(ByteBuffer received) {
        return received.remaining() < LENGTH_SIZE
                ? Integer.MAX_VALUE
                : LENGTH_SIZE + received.getInt(received.position());
    }
}
