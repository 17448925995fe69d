package io.github.exitleft.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A thread that does nothing but read, and a map of futures: the usual solution.
 *
 * <p>It is written as well as the stage: the same kind of channel, buffer and message, reading on without {@code
 * select} while there is something, one wake-up an answer, and no second look into the map when all goes well.
 */
final class DedicatedReader implements Contender {

    /** Sends by a channel of the port. */
    @FunctionalInterface
    private interface Outlet {
        void send(ByteBuffer payload, InetSocketAddress to) throws IOException;
    }

    private final InetSocketAddress peer;
    private final boolean timed;
    private final Closeable port;
    private final DatagramChannel channel;
    private final Outlet outlet;
    private final Selector selector = Selector.open();
    private final ConcurrentHashMap<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_501);
    private final Thread reader = new Thread(this::run, "reader");

    private DedicatedReader(
            InetSocketAddress peer, boolean timed, Closeable port, DatagramChannel channel, Outlet outlet)
            throws IOException {
        this.peer = peer;
        this.timed = timed;
        this.port = port;
        this.channel = channel;
        this.outlet = outlet;
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        reader.setDaemon(true);
    }

    /** Lets callers wait with {@code get(timeout)}, as they should. */
    static Contender timed(InetSocketAddress peer) throws IOException {
        return withOneChannel(peer, true);
    }

    /** Lets callers wait without a limit. */
    static Contender untimed(InetSocketAddress peer) throws IOException {
        return withOneChannel(peer, false);
    }

    /** Lets callers wait without a limit, and send by whichever of the port's channels is free: the best that can be built. */
    static Contender best(InetSocketAddress peer) throws IOException {
        var port = new SeveralChannels();
        return started(new DedicatedReader(peer, false, port, port.reading(), port::send));
    }

    private static Contender withOneChannel(InetSocketAddress peer, boolean timed) throws IOException {
        DatagramChannel channel = Channels.open();
        return started(new DedicatedReader(peer, timed, channel, channel, channel::send));
    }

    private static Contender started(DedicatedReader contender) {
        contender.reader.start();
        return contender;
    }

    private void run() {
        try {
            while (true) {
                Message message = read();
                if (message == null) {
                    selector.select(key -> {});
                    continue;
                }
                CompletableFuture<Message> future = pending.remove(message.token());
                if (future != null) {
                    future.complete(message);
                }
            }
        } catch (ClosedChannelException | ClosedSelectorException e) {
            // closed
        } catch (IOException e) {
            pending.values().forEach(future -> future.completeExceptionally(e));
        }
    }

    private @Nullable Message read() throws IOException {
        buffer.clear();
        var sender = (InetSocketAddress) channel.receive(buffer);
        if (sender == null) {
            return null;
        }
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return new Message(sender, bytes);
    }

    @Override
    public Caller caller() {
        return this::exchange;
    }

    private long exchange(long id, ByteBuffer request) throws Exception {
        Long token = id;
        var future = new CompletableFuture<Message>();
        if (pending.putIfAbsent(token, future) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        outlet.send(request, peer);
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

    @Override
    public void close() throws IOException {
        port.close();
        selector.close();
        pending.values().forEach(future -> future.cancel(false));
    }
}
