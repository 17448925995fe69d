package io.github.exitleft.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Reads and writes the channel itself. */
record PlainTransport(SocketChannel channel) implements Transport {

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public int awaits() {
        return SelectionKey.OP_READ;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        return count == 1 ? channel.write(from[offset]) : channel.write(from, offset, count);
    }

    @Override
    public void close() {}
}
