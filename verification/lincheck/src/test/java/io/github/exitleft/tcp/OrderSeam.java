package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** The sending half of a connection on a wire in memory, for the scenarios. */
public final class OrderSeam {

    private static final int MOST = 4;
    private static final long LONG = 3_600_000_000_000L;

    private final Places places = new Places(cause -> {});
    private final FrameWriter writer =
            new FrameWriter(new Wire(), places, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));

    /** The frames in the order in which they were written; each write is one step. */
    private final byte[] written = new byte[MOST];

    private volatile int count;

    /** Creates a connection whose opening is over. */
    public OrderSeam() {
        places.begin();
    }

    /**
     * Sends a frame of one byte in order.
     *
     * @param frame the byte
     * @return its place
     */
    public long send(int frame) {
        try {
            return writer.send(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {(byte) frame})}, LONG, true);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Receives the answer to the frame that was written next.
     *
     * @return its place
     */
    public long receive() {
        return places.next();
    }

    /**
     * Returns what was written.
     *
     * @param index how many frames were written before
     * @return the byte
     */
    public int written(int index) {
        return written[index];
    }

    /** Returns how many frames have been written. */
    public int count() {
        return count;
    }

    private final class Wire implements FrameWriter.Wire {

        @Override
        public long write(ByteBuffer[] parts, int offset, int number) {
            int at = count;
            written[at] = parts[offset].get();
            count = at + 1;
            return 1;
        }

        @Override
        public void awaitRoom(long nanos) {}

        @Override
        public boolean isIntact() {
            return true;
        }

        @Override
        public void giveUp(Throwable cause) {}

        @Override
        public IOException lost() {
            return new IOException("lost");
        }
    }
}
