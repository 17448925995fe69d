package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Opens the sending side of a TCP connection to the tests, on a connection that takes few bytes at a time. */
public final class SendSeam {

    /** Takes nothing, half a frame, one and a half, half and so on; without any lock of its own. */
    private static final class StingyWire implements FrameWriter.Wire {

        final StringBuilder sent = new StringBuilder();
        private int writes;

        @Override
        public long write(ByteBuffer[] parts, int offset, int count) {
            int room = writes == 0 ? 0 : writes % 2 == 0 ? 3 : 1;
            writes++;
            int before = sent.length();
            for (int i = offset; i < offset + count; i++) {
                while (parts[i].hasRemaining() && sent.length() - before < room) {
                    sent.append((char) parts[i].get());
                }
            }
            // the other thread is to come meanwhile
            Thread.yield();
            return sent.length() - before;
        }

        @Override
        public void awaitRoom(long nanos) {
            Thread.yield();
        }

        @Override
        public void giveUp(Throwable cause) {}

        @Override
        public boolean isIntact() {
            return true;
        }

        @Override
        public IOException lost() {
            return new IOException("lost");
        }
    }

    private final StingyWire wire = new StingyWire();
    private final FrameWriter writer =
            new FrameWriter(wire, new Places(cause -> {}), InetSocketAddress.createUnresolved("peer", 1));

    /**
     * Sends a frame of two parts, a letter each.
     *
     * @param letter the letter
     * @param patience how long it may take
     * @return whether it was sent in time
     */
    public boolean send(char letter, Duration patience) {
        ByteBuffer[] frame = {ByteBuffer.wrap(new byte[] {(byte) letter}), ByteBuffer.wrap(new byte[] {(byte) letter})};
        long begin = System.nanoTime();
        try {
            writer.send(frame, patience.toNanos(), false);
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new IllegalStateException("the connection of these tests does not fail", e);
        }
        return System.nanoTime() - begin < patience.toNanos();
    }

    /**
     * Returns what was sent; to be called when no thread sends.
     *
     * @return the letters
     */
    public String sent() {
        return wire.sent.toString();
    }
}
