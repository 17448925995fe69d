package io.github.exitleft.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A socket for every thread and nothing shared: the limit for many callers and, for one, the floor, a bare send and
 * receive loop.
 */
final class OwnSocket implements Contender {

    private final InetSocketAddress peer;
    private final boolean select;
    private final Queue<Closeable> opened = new ConcurrentLinkedQueue<>();

    private OwnSocket(InetSocketAddress peer, boolean select) {
        this.peer = peer;
        this.select = select;
    }

    /** Blocks in {@code receive}, without a timeout. */
    static Contender blocking(InetSocketAddress peer) {
        return new OwnSocket(peer, false);
    }

    /** Waits in {@code select} and then receives, as is necessary to survive an interrupt. */
    static Contender selecting(InetSocketAddress peer) {
        return new OwnSocket(peer, true);
    }

    @Override
    public Caller caller() throws IOException {
        DatagramChannel channel = Channels.open();
        opened.add(channel);
        return select ? selecting(channel) : blocking(channel);
    }

    private Caller blocking(DatagramChannel channel) {
        ByteBuffer answer = ByteBuffer.allocateDirect(Wire.SIZE + 1);
        return (token, request) -> {
            channel.send(request, peer);
            answer.clear();
            channel.receive(answer);
            return checked(answer, token);
        };
    }

    private Caller selecting(DatagramChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.allocateDirect(Wire.SIZE + 1);
        channel.configureBlocking(false);
        Selector selector = Selector.open();
        opened.add(selector);
        channel.register(selector, SelectionKey.OP_READ);
        return (token, request) -> {
            channel.send(request, peer);
            answer.clear();
            do {
                selector.select(key -> {});
                if (!selector.isOpen()) {
                    throw new ClosedSelectorException();
                }
            } while (channel.receive(answer) == null);
            return checked(answer, token);
        };
    }

    /** Returns the answering word; fails if the answer is for another token. */
    private static long checked(ByteBuffer answer, long token) {
        return answer.getLong(0) == token ? answer.getLong(Wire.ANSWER_AT) : 0;
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : opened) {
            each.close();
        }
    }
}
