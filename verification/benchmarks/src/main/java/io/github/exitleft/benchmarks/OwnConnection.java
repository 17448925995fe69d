package io.github.exitleft.benchmarks;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A connection for every thread and nothing shared: the limit for many callers and, for one, the floor, a bare write
 * and read loop.
 */
final class OwnConnection implements Contender {

    private final InetSocketAddress peer;
    private final boolean select;
    private final Queue<Closeable> opened = new ConcurrentLinkedQueue<>();

    private OwnConnection(InetSocketAddress peer, boolean select) {
        this.peer = peer;
        this.select = select;
    }

    /** Blocks in {@code read}, without a timeout. */
    static Contender blocking(InetSocketAddress peer) {
        return new OwnConnection(peer, false);
    }

    /** Waits in {@code select} and then reads, as is necessary to survive an interrupt. */
    static Contender selecting(InetSocketAddress peer) {
        return new OwnConnection(peer, true);
    }

    @Override
    public Caller caller() throws IOException {
        SocketChannel channel = TcpReader.connect(peer);
        opened.add(channel);
        return TcpWire.framing(select ? selecting(channel) : blocking(channel));
    }

    private static Caller blocking(SocketChannel channel) {
        ByteBuffer answer = ByteBuffer.allocateDirect(TcpWire.SIZE);
        return (token, frame) -> {
            write(channel, frame);
            answer.clear();
            while (answer.hasRemaining()) {
                read(channel, answer);
            }
            return checked(answer, token);
        };
    }

    private Caller selecting(SocketChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.allocateDirect(TcpWire.SIZE);
        channel.configureBlocking(false);
        Selector selector = Selector.open();
        opened.add(selector);
        channel.register(selector, SelectionKey.OP_READ);
        return (token, frame) -> {
            write(channel, frame);
            answer.clear();
            while (answer.hasRemaining()) {
                selector.select(key -> {});
                if (!selector.isOpen()) {
                    throw new ClosedSelectorException();
                }
                read(channel, answer);
            }
            return checked(answer, token);
        };
    }

    private static void write(SocketChannel channel, ByteBuffer frame) throws IOException {
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private static void read(SocketChannel channel, ByteBuffer answer) throws IOException {
        if (channel.read(answer) < 0) {
            throw new EOFException("the peer closed the connection");
        }
    }

    /** Returns the answering word; fails if the answer is for another token. */
    private static long checked(ByteBuffer answer, long token) {
        return answer.getLong(TcpWire.LENGTH_SIZE) == token ? answer.getLong(TcpWire.LENGTH_SIZE + Wire.ANSWER_AT) : 0;
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : opened) {
            each.close();
        }
    }
}
