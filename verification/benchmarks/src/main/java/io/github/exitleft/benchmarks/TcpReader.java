package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread that does nothing but read one connection, and a map of futures: the usual solution.
 *
 * <p>It is written as well as the stage: one read takes all frames that have come, one wake-up an answer, and no second
 * look into the map when all goes well. The channel blocks, which takes fewer calls than to select.
 */
final class TcpReader implements Contender {

    private final InetSocketAddress peer;
    private final boolean timed;
    private final SocketChannel channel;
    private final ReentrantLock sending = new ReentrantLock();
    private final ConcurrentHashMap<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final Thread reader = new Thread(this::run, "reader");

    private TcpReader(InetSocketAddress peer, boolean timed) throws IOException {
        this.peer = peer;
        this.timed = timed;
        this.channel = connect(peer);
        reader.setDaemon(true);
    }

    /** Lets callers wait with {@code get(timeout)}, as they should. */
    static Contender timed(InetSocketAddress peer) throws IOException {
        return started(new TcpReader(peer, true));
    }

    /** Lets callers wait without a limit. */
    static Contender untimed(InetSocketAddress peer) throws IOException {
        return started(new TcpReader(peer, false));
    }

    private static Contender started(TcpReader contender) {
        contender.reader.start();
        return contender;
    }

    /** Returns a channel like the stage's, but for blocking. */
    static SocketChannel connect(InetSocketAddress peer) throws IOException {
        SocketChannel channel = SocketChannel.open(peer);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    private void run() {
        try {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.remaining() >= TcpWire.sizeOfNext(buffer)) {
                    byte[] bytes = new byte[buffer.getInt()];
                    buffer.get(bytes);
                    var message = new Message(peer, bytes);
                    CompletableFuture<Message> future = pending.remove(message.token());
                    if (future != null) {
                        future.complete(message);
                    }
                }
                buffer.compact();
            }
        } catch (ClosedChannelException e) {
            // closed
        } catch (IOException e) {
            pending.values().forEach(future -> future.completeExceptionally(e));
        }
    }

    @Override
    public Caller caller() {
        return TcpWire.framing(this::exchange);
    }

    private long exchange(long id, ByteBuffer frame) throws Exception {
        Long token = id;
        var future = new CompletableFuture<Message>();
        if (pending.putIfAbsent(token, future) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        send(frame);
        if (!timed) {
            return future.get().answer();
        }
        try {
            return future.get(Caller.TIMEOUT_SECONDS, TimeUnit.SECONDS).answer();
        } catch (TimeoutException e) {
            pending.remove(token, future);
            throw e;
        }
    }

    private void send(ByteBuffer frame) throws IOException {
        // the channel's own lock would let another frame follow a part
        sending.lock();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        pending.values().forEach(future -> future.cancel(false));
    }
}
