package io.github.exitleft.tcp;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, from the attempt to make it to its end, with all state that belongs to it alone.
 *
 * <p>One thread makes it; then one thread at a time receives, while any number send. The channel does not block, so no
 * interrupt closes it. The first failure, of either side, is kept: no frame is sent after it, and receiving ends with
 * it once everything that had come before has been read.
 */
final class Connection implements Closeable {

    private static final int LOOKS = 3;

    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private final Readiness readable;
    private final Readiness writable;
    final FrameBuffer frames;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Wire wire = new Wire();
    private final FrameWriter writer;
    private final Places places = new Places(this::fail);

    // written before other threads get the connection

    /** What it has where there are several connections. */
    @Nullable
    Watch watch;

    /** Whether the current thread may wait in order to send. */
    BooleanSupplier mayBlock = () -> true;

    private InetSocketAddress localAddress = new InetSocketAddress(0);
    private Instant since = Instant.EPOCH;

    /** What all bytes go through. A thread that closes the connection meanwhile may see the one before. */
    private Transport transport;

    /** When it was about to be used, by {@link System#nanoTime()}. */
    private long inUseSince;

    // the fields from here on are used by the receiving thread only

    /** Counts up when a look finds something, and down when it does not; at most this far from zero. */
    private int looks;

    /** Counts the waits that began without a look. */
    private int waits;

    /** Whether everything that had come before the failure has been read. */
    private boolean lastRead;

    /** Takes over a channel, and closes it if that fails. */
    Connection(SocketChannel channel, InetSocketAddress remote, Framing framing, int maxFrameSize) throws IOException {
        Readiness first = null;
        Readiness second = null;
        boolean complete = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // so that the system finds out in the end about a peer that has gone without a word
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            first = new Readiness(channel, this::lost);
            // one of its own, since the receiving thread must not wake up for senders
            second = new Readiness(channel, this::lost);
            this.channel = channel;
            this.remote = remote;
            this.transport = new PlainTransport(channel, channel);
            this.readable = first;
            this.writable = second;
            this.frames = new FrameBuffer(framing, maxFrameSize, remote, places);
            this.writer = new FrameWriter(wire, places, remote);
            complete = true;
        } finally {
            if (!complete) {
                closeQuietly(channel);
                closeQuietly(first);
                closeQuietly(second);
            }
        }
    }

    /**
     * Connects.
     *
     * @param transports makes what all bytes go through; null for none but the channel
     * @param unwanted whether to give up; asked before each wait
     */
    void connect(Duration timeout, Transport.@Nullable Factory transports, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Nanos.of(timeout);
        boolean connected = channel.connect(remote);
        while (!connected && !channel.finishConnect()) {
            awaitPeer(SelectionKey.OP_CONNECT, deadline, unwanted, "no answer for " + timeout.toMillis() + " ms");
        }
        localAddress = (InetSocketAddress) channel.getLocalAddress();
        if (localAddress.equals(remote)) {
            // this happens when nothing listens on a port that the system also gives to clients
            throw new ConnectException("Connection refused: the port was connected to itself");
        }
        if (transports != null) {
            start(transports, timeout, deadline, unwanted);
        }
        since = Instant.now();
    }

    /** Lets all bytes go through another transport from now on. */
    void startTls(Transport.Factory transports, Duration timeout, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        try {
            if (frames.hasPartOfAFrame()) {
                // they may have been put there by another than the peer, to be taken for the peer's
                throw new IOException("more came before TLS than the opening has read; none of it is used");
            }
            start(transports, timeout, System.nanoTime() + Nanos.of(timeout), unwanted);
        } catch (Throwable e) {
            // an opening that ignores this must not go on without TLS
            fail(e);
            throw e;
        }
    }

    private void start(Transport.Factory transports, Duration timeout, long deadline, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        Transport begun = transports.over(channel, remote);
        transport = begun;
        String late = "it was connected, but the TLS handshake was not over after " + timeout.toMillis() + " ms";
        for (int awaits = begun.start(); awaits != 0; awaits = begun.start()) {
            awaitPeer(awaits, deadline, unwanted, late);
        }
    }

    private void awaitPeer(int operations, long deadline, BooleanSupplier unwanted, String late)
            throws IOException, InterruptedException {
        long rest = Nanos.until(deadline);
        if (rest <= 0) {
            throw new SocketTimeoutException(late);
        }
        if (unwanted.getAsBoolean()) {
            throw new IOException("the attempt was given up");
        }
        readable.await(operations, rest);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while connecting to " + remote);
        }
    }

    /** Counts the frames that are sent and received from now on, since the opening is over. */
    void beginOrder() {
        places.begin();
    }

    /** Lets a selector tell of this connection too when there may be something to read. */
    SelectionKey register(Selector ofAll) throws IOException {
        return channel.register(ofAll, SelectionKey.OP_READ, watch);
    }

    /** Returns what the channel must be ready for before the next read can find anything; zero for nothing. */
    int awaits() {
        return transport.awaits();
    }

    InetSocketAddress remote() {
        return remote;
    }

    InetSocketAddress localAddress() {
        return localAddress;
    }

    Instant since() {
        return since;
    }

    boolean isIntact() {
        return failure.get() == null;
    }

    /**
     * Marks the connection as failed, unless it has failed already, and wakes the receiving thread and one that waits for
     * room; returns the first failure.
     */
    Throwable fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            wakeup();
            // without a reader nothing else would tell a sender before its deadline
            writable.wakeup();
        }
        return failure();
    }

    /** Looks whether the connection is still open, by a thread that may receive; what has come is kept. */
    boolean isStillOpen() {
        try {
            int count = isIntact() ? 1 : 0;
            if (watch != null) {
                // what is read here no selector tells of
                watch.ready = true;
            }
            while (count > 0) {
                count = frames.isFull() && frames.hasPartOfAFrame() ? 0 : frames.fill(wire);
            }
            if (count < 0) {
                throw new EOFException("the peer closed it");
            }
        } catch (IOException e) {
            fail(e);
        }
        return isIntact();
    }

    Throwable failure() {
        Throwable first = failure.get();
        return first == null ? new IOException("it is closed") : first;
    }

    /** Notes that nothing has been asked on it yet, before it is used. */
    void inUse() {
        inUseSince = System.nanoTime();
    }

    long inUseSince() {
        return inUseSince;
    }

    /** Ends the present or the next wait of {@link #receive} or {@link #connect} at once. */
    void wakeup() {
        readable.wakeup();
        if (watch != null) {
            watch.selector.wakeup();
        }
    }

    /**
     * Receives a frame; returns null if the time is up, the thread was woken, or only a part of a frame has come.
     *
     * @param nanos how long to wait at most, in nanoseconds; zero to look
     * @param waking what ends the wait
     * @throws IOException if the connection has failed or ended; everything that came before has been received
     * @throws RuntimeException if the bytes that have come are no frame
     */
    @Nullable
    Frame receive(long nanos, Waking waking) throws IOException, InterruptedException {
        Frame frame = frames.next();
        if (frame != null) {
            return frame;
        }
        boolean failed = !isIntact();
        if (failed || nanos <= 0 || transport.awaits() == 0 || looksFirst()) {
            frame = failed && lastRead ? null : read();
            looks = frame == null ? Math.max(looks - 1, -LOOKS) : Math.min(looks + 1, LOOKS);
            lastRead = failed;
            if (frame != null) {
                return frame;
            }
            if (failed) {
                throw lost();
            }
            if (nanos <= 0) {
                return null;
            }
        }
        if (!waking.isWoken()) {
            readable.await(transport.awaits(), nanos);
        }
        waking.waited();
        if (Thread.interrupted()) {
            // a flag that stays set would make every select return at once
            throw new InterruptedException("interrupted while waiting for a frame from " + remote);
        }
        return read();
    }

    /** Returns whether looks have found something lately; also true now and then, to find out whether they do again. */
    private boolean looksFirst() {
        return looks >= 0 || ++waits % 16 == 0;
    }

    private @Nullable Frame read() throws IOException {
        Frame frame = null;
        boolean more = true;
        while (frame == null && more) {
            int count = frames.fill(wire);
            if (count < 0) {
                throw new EOFException(
                        frames.hasPartOfAFrame()
                                ? "the peer closed it in the middle of a frame"
                                : "the peer closed it");
            }
            frame = frames.next();
            // full with a frame that is longer than the buffer, or the selector would not tell of the rest
            more = frames.isFull() || transport.awaits() == 0;
        }
        return frame;
    }

    /** Returns what to throw for a failed connection; a new exception for each thread. */
    IOException lost() {
        Throwable cause = failure();
        return new IOException("connection to " + remote + " is lost: " + cause.getMessage(), cause);
    }

    /** Sends a whole frame, as {@link FrameWriter#send} does; returns its place. */
    long send(ByteBuffer[] parts, long nanos, boolean inOrder) throws IOException {
        return writer.send(parts, nanos, inOrder);
    }

    /** The transport at the time, as seen by what reads and what writes frames. */
    private final class Wire implements ReadableByteChannel, FrameWriter.Wire {

        @Override
        public int read(ByteBuffer into) throws IOException {
            return transport.read(into);
        }

        @Override
        public long write(ByteBuffer[] parts, int offset, int count) throws IOException {
            return transport.write(parts, offset, count);
        }

        @Override
        public boolean isDirect() {
            return transport instanceof PlainTransport;
        }

        @Override
        public void awaitRoom(long nanos) throws IOException {
            writable.await(SelectionKey.OP_WRITE, nanos);
        }

        @Override
        public boolean mayBlock() {
            return mayBlock.getAsBoolean();
        }

        @Override
        public boolean isIntact() {
            return Connection.this.isIntact();
        }

        @Override
        public void giveUp(Throwable cause) {
            fail(cause);
            try {
                // otherwise the peer would wait for the rest of the frame until the failure is noticed here
                channel.shutdownOutput();
            } catch (IOException e) {
                // the connection is lost anyway
            }
        }

        @Override
        public IOException lost() {
            return Connection.this.lost();
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            Connection.this.close();
        }
    }

    /** Closes the connection, also while threads receive or send. */
    @Override
    public void close() {
        fail(new IOException("it was closed"));
        try {
            closeQuietly(transport);
        } finally {
            closeQuietly(channel);
            closeQuietly(readable);
            closeQuietly(writable);
        }
    }

    private static void closeQuietly(@Nullable Closeable opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                // the connection is of no more use either way
            }
        }
    }
}
