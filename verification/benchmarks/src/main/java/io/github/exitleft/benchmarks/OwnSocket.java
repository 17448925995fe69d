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

    /** How a socket is used. */
    private enum Use {
        BLOCKING,
        CONNECTED,
        SELECTING
    }

    private final InetSocketAddress peer;
    private final Use use;
    private final Queue<Closeable> opened = new ConcurrentLinkedQueue<>();

    private OwnSocket(InetSocketAddress peer, Use use) {
        this.peer = peer;
        this.use = use;
    }

    /** Blocks in {@code receive}, without a timeout. */
    static Contender blocking(InetSocketAddress peer) {
        return new OwnSocket(peer, Use.BLOCKING);
    }

    /** Blocks in {@code read} of a channel that is connected to the peer, and so can serve no other. */
    static Contender connected(InetSocketAddress peer) {
        return new OwnSocket(peer, Use.CONNECTED);
    }

    /** Waits in {@code select} and then receives, as is necessary to survive an interrupt. */
    static Contender selecting(InetSocketAddress peer) {
        return new OwnSocket(peer, Use.SELECTING);
    }

    @Override
    public Caller caller() throws IOException {
        DatagramChannel channel = Channels.open();
        opened.add(channel);
        return switch (use) {
            case BLOCKING -> blocking(channel);
            case CONNECTED -> connected(channel);
            case SELECTING -> selecting(channel);
        };
    }

    private Caller connected(DatagramChannel channel) throws IOException {
        ByteBuffer answer = ByteBuffer.allocateDirect(Wire.SIZE + 1);
        channel.connect(peer);
        return (token, request) -> {
            channel.write(request);
            answer.clear();
            channel.read(answer);
            return checked(answer, token);
        };
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
