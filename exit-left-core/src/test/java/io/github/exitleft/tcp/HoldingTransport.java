package io.github.exitleft.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * Does what TLS may do, without encryption: it begins with a byte each way, holds what has come where no selector sees
 * it and gives it out byte by byte, takes bytes before it passes them on, and has a read that waits for room.
 */
final class HoldingTransport implements Transport {

    static final int HELLO = 0x55;

    final SocketChannel channel;
    private final ByteBuffer held = ByteBuffer.allocate(65_536).flip();
    private ByteBuffer taken = ByteBuffer.allocate(0);
    private boolean greeted;
    private int awaits;

    /** Whether nothing that was taken is passed on. */
    volatile boolean stuck;

    volatile int readsThatWaitedForRoom;
    volatile boolean closed;

    HoldingTransport(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int start() throws IOException {
        if (!greeted) {
            greeted = channel.write(ByteBuffer.allocate(1).put((byte) HELLO).flip()) == 1;
            return greeted ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
        }
        var answer = ByteBuffer.allocate(1);
        int count = channel.read(answer);
        if (count != 0 && answer.get(0) != HELLO) {
            throw new IOException("it was no greeting");
        }
        return count == 0 ? SelectionKey.OP_READ : 0;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!held.hasRemaining()) {
            int count = fetch();
            if (count <= 0) {
                awaits = SelectionKey.OP_READ;
                return count;
            }
            // as if something had to be written before what has come can be used
            awaits = SelectionKey.OP_WRITE;
            readsThatWaitedForRoom++;
            return 0;
        }
        into.put(held.get());
        awaits = 0;
        return 1;
    }

    private int fetch() throws IOException {
        held.clear();
        try {
            return channel.read(held);
        } finally {
            // also if it throws, or what had come before would come again
            held.flip();
        }
    }

    @Override
    public int awaits() {
        return awaits;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        if (!taken.hasRemaining()) {
            int size = 0;
            for (int i = offset; i < offset + count; i++) {
                size += from[i].remaining();
            }
            taken = ByteBuffer.allocate(size);
            for (int i = offset; i < offset + count; i++) {
                taken.put(from[i]);
            }
            taken.flip();
            return 0;
        }
        return stuck ? 0 : channel.write(taken);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        throw new IOException("the peer can't be told");
    }
}
