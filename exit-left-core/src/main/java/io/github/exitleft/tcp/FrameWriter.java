package io.github.exitleft.tcp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Sends whole frames over one connection, one at a time, for any number of threads. */
final class FrameWriter {

    /** The connection that is written to. */
    interface Wire {

        /** Writes as {@link Transport#write} does. */
        long write(ByteBuffer[] parts, int offset, int count) throws IOException;

        /** Waits until there is room, or the thread is interrupted. */
        void awaitRoom(long nanos) throws IOException;

        boolean isIntact();

        /** Fails the connection, on which nothing can be sent any more. */
        void giveUp(Throwable cause);

        /** Returns what to throw for a failed connection. */
        IOException lost();
    }

    /** How many bytes are written at once. Each attempt to write more would make the JVM copy all of the rest. */
    private static final int CHUNK = 1 << 17;

    private final Wire wire;
    private final InetSocketAddress remote;
    private final ReentrantLock sending = new ReentrantLock();

    FrameWriter(Wire wire, InetSocketAddress remote) {
        this.wire = wire;
        this.remote = remote;
    }

    /**
     * Sends a whole frame. A frame that was begun is finished even if the thread is interrupted, since an interrupt
     * must not cost all other callers the connection. If there is no room for the rest in time, the connection fails.
     *
     * @param parts the frame's bytes
     * @param nanos how long to wait for room, and for other senders, in nanoseconds
     */
    void send(ByteBuffer[] parts, long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        lock(deadline);
        boolean interrupted = false;
        // whether nothing or all of the frame has been sent
        boolean intact = true;
        try {
            if (!wire.isIntact()) {
                throw wire.lost();
            }
            long size = remaining(parts);
            long sent = 0;
            // bytes that the wire has taken, and that will travel even if the system has no room for them yet
            long begun = 0;
            while (sent < size) {
                if (begun > 0 && Thread.interrupted()) {
                    interrupted = true;
                }
                // if the next line throws, it is unknown how much it has written
                intact = false;
                long count = write(parts);
                sent += count;
                begun = size - remaining(parts);
                intact = begun == 0 || sent == size;
                if (count == 0) {
                    awaitRoom(deadline, nanos, begun, size);
                }
            }
        } catch (Throwable e) {
            if (!intact) {
                // nothing may follow a part of a frame
                wire.giveUp(e);
                if (e instanceof IOException && !(e instanceof SocketTimeoutException)) {
                    throw wire.lost();
                }
            }
            throw e;
        } finally {
            sending.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void lock(long deadline) throws IOException {
        if (sending.tryLock()) {
            return;
        }
        try {
            if (sending.tryLock(Math.max(0, Nanos.until(deadline)), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
        throw new SocketTimeoutException(
                "others have been sending to " + remote + " until the time was up; nothing was sent");
    }

    private void awaitRoom(long deadline, long nanos, long sent, long size) throws IOException {
        long rest = Nanos.until(deadline);
        if (rest <= 0) {
            throw new SocketTimeoutException("no room to send " + size + " bytes to " + remote + " for "
                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms; "
                    + (sent == 0
                            ? "nothing was sent"
                            : "the connection is given up, since " + sent + " of them were sent"));
        }
        wire.awaitRoom(rest);
        if (sent == 0 && Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
    }

    private InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while waiting to send to " + remote + "; nothing was sent");
    }

    /** Writes as much as there is room for, from the first part that has something left, if one has. */
    private long write(ByteBuffer[] parts) throws IOException {
        int first = 0;
        while (first < parts.length - 1 && !parts[first].hasRemaining()) {
            first++;
        }
        int room = CHUNK;
        int last = first;
        while (last < parts.length - 1 && parts[last].remaining() < room) {
            room -= parts[last].remaining();
            last++;
        }
        ByteBuffer cut = parts[last];
        int limit = cut.limit();
        if (cut.remaining() > room) {
            cut.limit(cut.position() + room);
        }
        try {
            return wire.write(parts, first, last - first + 1);
        } finally {
            cut.limit(limit);
        }
    }

    private static long remaining(ByteBuffer[] parts) {
        long remaining = 0;
        for (ByteBuffer part : parts) {
            remaining += part.remaining();
        }
        return remaining;
    }
}
