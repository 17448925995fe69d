package com.example.unixsocket;

import io.github.exitleft.Source;
import io.github.exitleft.UnreadableMessageException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A connection to a server that sends and receives lines. The channel never blocks, so no interrupt closes it. */
final class Connection {

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

    private final SocketChannel channel;
    private final Selector selector;
    private final ReentrantLock writing = new ReentrantLock();

    // the fields from here on are used by the reading thread only

    private final ByteBuffer buffer;

    /** The number of bytes in the buffer that hold no end of a line. */
    private int searched;

    /** Whether the beginning of the present line was dropped. */
    private boolean tooLong;

    private Connection(SocketChannel channel, Selector selector, int maxLineSize) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.buffer = ByteBuffer.allocate(maxLineSize + 1); // with the end of the line
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    static Connection open(Path path, Selector selector, int maxLineSize) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        try {
            return new Connection(channel, selector, maxLineSize);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the next line if all of it is here, after one look at the socket at most. */
    @Nullable
    String next() throws IOException, UnreadableMessageException {
        String line = line();
        if (line != null) {
            return line;
        }
        if (!this.buffer.hasRemaining()) {
            this.tooLong = true;
            this.buffer.clear();
            this.searched = 0;
        }
        if (this.channel.read(this.buffer) < 0) {
            throw new EOFException("the server closed the connection");
        }
        return line();
    }

    private @Nullable String line() throws UnreadableMessageException {
        byte[] bytes = this.buffer.array();
        while (this.searched < this.buffer.position() && bytes[this.searched] != '\n') {
            this.searched++;
        }
        if (this.searched == this.buffer.position()) {
            return null;
        }
        String line = new String(bytes, 0, this.searched, StandardCharsets.UTF_8);
        this.buffer.flip().position(this.searched + 1);
        this.buffer.compact();
        this.searched = 0;
        if (this.tooLong) {
            this.tooLong = false;
            throw new UnreadableMessageException(
                    "a line is longer than " + (this.buffer.capacity() - 1) + " bytes; raise the maximum", null);
        }
        return line;
    }

    /** Writes a line; any thread may. */
    void write(String line) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + '\n');
        int length = bytes.remaining();
        this.writing.lock();
        try {
            while (bytes.hasRemaining()) {
                if (this.channel.write(bytes) == 0) {
                    awaitRoom();
                }
            }
        } catch (IOException e) {
            if (bytes.remaining() < length) { // the rest of the line will never come
                this.channel.close();
                this.selector.wakeup(); // so that the reader sees that
            }
            throw e;
        } finally {
            this.writing.unlock();
        }
    }

    private void awaitRoom() throws IOException {
        try (Selector room = Selector.open()) { // the reader's must not wake up for writers
            this.channel.register(room, SelectionKey.OP_WRITE);
            if (room.select(Source.toMillisRoundedUp(SEND_TIMEOUT)) == 0) {
                throw Thread.currentThread().isInterrupted()
                        ? new InterruptedIOException("interrupted while waiting for room to send")
                        : new SocketTimeoutException("no room to send for " + SEND_TIMEOUT.toMillis() + " ms");
            }
        }
    }

    void close() {
        try {
            this.channel.close();
        } catch (IOException e) {
            // the connection is given up all the same
        }
    }
}
