package io.github.exitleft.tcp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends to the peer of a stage over TCP. Any thread may use it; it can't read.
 *
 * <p>Frames are sent whole, one at a time. An interrupt of a sending thread does not close the connection. If the
 * connection was lost, and all waiters have been told, sending makes a new one first. That may take the connect timeout
 * for each remote and the time for the opening, in addition to the timeouts below.
 *
 * <p>A thread that {@linkplain io.github.exitleft.Stage#neverBlock must not block} gets an {@link IllegalStateException}
 * where it would wait for room to begin a frame, behind a thread that waits for room, or for a connection; nothing is
 * sent.
 */
public final class TcpSender {

    /** Sends frames to where they go. */
    @FunctionalInterface
    interface Outlet {
        /** Sends as the source does. */
        long send(ByteBuffer[] frame, long nanos, boolean inOrder) throws IOException;
    }

    /** Takes what is sent, where there is no network: in a test. */
    @FunctionalInterface
    public interface Sink {

        /**
         * Takes a frame, on the thread that sends it, and one at a time.
         *
         * @param place the frame's place, which is that of its answer; -1 if it is not sent in order
         * @param payload a copy of the payload, as the peer would read it from the frame
         * @throws IOException to be thrown to the sender
         */
        void send(long place, byte[] payload) throws IOException;
    }

    private final Outlet outlet;
    private final Framing framing;
    private final Duration timeout;

    TcpSender(Outlet outlet, Framing framing, Duration timeout) {
        this.outlet = outlet;
        this.framing = framing;
        this.timeout = timeout;
    }

    /**
     * Creates a sender that gives what it sends to a function instead of a network; for tests of code that sends frames.
     * As on a connection, all frames are sent in order or none.
     *
     * @param framing makes the frames, and refuses payloads that can't be framed
     * @param sink takes the frames
     * @return the sender
     */
    public static TcpSender of(Framing framing, Sink sink) {
        Objects.requireNonNull(framing, "'framing' must not be null");
        return new TcpSender(
                new SinkOutlet(framing, Objects.requireNonNull(sink, "'sink' must not be null")),
                framing,
                Duration.ofSeconds(1));
    }

    /**
     * Sends a frame; waits for room at most as long as the source's send timeout.
     *
     * @param payload its payload
     * @throws SocketTimeoutException if there is no room in time
     * @throws InterruptedIOException if the thread is interrupted while it waits
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @see #send(ByteBuffer, Duration)
     */
    public void send(byte[] payload) throws IOException {
        send(ByteBuffer.wrap(payload), timeout);
    }

    /**
     * Sends a frame; waits for room at most as long as the source's send timeout.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @throws SocketTimeoutException if there is no room in time
     * @throws InterruptedIOException if the thread is interrupted while it waits
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @see #send(ByteBuffer, Duration)
     */
    public void send(ByteBuffer payload) throws IOException {
        send(payload, timeout);
    }

    /**
     * Sends a frame.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @param timeout how long to wait at most for room, and for other senders; zero to try without waiting
     * @throws SocketTimeoutException if there is no room in time. If a part of the frame has been sent the connection
     *     is lost, since nothing else can follow a part
     * @throws InterruptedIOException if the thread is interrupted while it waits; nothing is sent and its interrupt
     *     flag stays set. A frame that was begun is finished all the same
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @throws IllegalStateException if frames were sent in order on the connection; nothing is sent
     */
    public void send(ByteBuffer payload, Duration timeout) throws IOException {
        long nanos = Nanos.of(timeout);
        outlet.send(framing.encode(payload), nanos, false);
    }

    /**
     * Sends a frame in order; waits for room at most as long as the source's send timeout.
     *
     * @param payload its payload
     * @return its place, which is that of its answer
     * @throws SocketTimeoutException if there is no room in time
     * @throws InterruptedIOException if the thread is interrupted while it waits
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @throws IllegalStateException if frames were sent by {@code send} on the connection; nothing is sent
     * @see #sendInOrder(ByteBuffer, Duration)
     */
    public long sendInOrder(byte[] payload) throws IOException {
        return sendInOrder(ByteBuffer.wrap(payload), timeout);
    }

    /**
     * Sends a frame in order; waits for room at most as long as the source's send timeout.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @return its place, which is that of its answer
     * @throws SocketTimeoutException if there is no room in time
     * @throws InterruptedIOException if the thread is interrupted while it waits
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @throws IllegalStateException if frames were sent by {@code send} on the connection; nothing is sent
     * @see #sendInOrder(ByteBuffer, Duration)
     */
    public long sendInOrder(ByteBuffer payload) throws IOException {
        return sendInOrder(payload, timeout);
    }

    /**
     * Sends a frame in order, for protocols without ids whose peers answer each frame with one frame, in the order in
     * which they came.
     *
     * <p>The place that is returned is the token of the answer: see {@link FrameTokens#order()}. A place is never given
     * out again, so the answer to a question that was given up is nobody else's. If sending fails without anything being
     * sent, no place is used up.
     *
     * <p>All frames of a connection are sent in order, or none, except for those that the opening sends. A peer that
     * sends more frames than it was sent has lost the order, so the connection fails.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @param timeout how long to wait at most for room, and for other senders; zero to try without waiting
     * @return its place, which is that of its answer
     * @throws SocketTimeoutException if there is no room in time. If a part of the frame has been sent the connection
     *     is lost, since nothing else can follow a part
     * @throws InterruptedIOException if the thread is interrupted while it waits; nothing is sent and its interrupt
     *     flag stays set. A frame that was begun is finished all the same
     * @throws IOException if the connection is lost, or can't be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing is sent
     * @throws IllegalStateException if frames were sent by {@code send} on the connection; nothing is sent
     */
    public long sendInOrder(ByteBuffer payload, Duration timeout) throws IOException {
        long nanos = Nanos.of(timeout);
        return outlet.send(framing.encode(payload), nanos, true);
    }

    /** Gives the frames to a test, with places as on a connection. */
    private static final class SinkOutlet implements Outlet {

        private final Framing framing;
        private final Sink sink;
        private final ReentrantLock lock = new ReentrantLock();

        /** Guarded by the lock. No frame comes, so that order is never lost. */
        private final Places places = new Places(lost -> {});

        SinkOutlet(Framing framing, Sink sink) {
            this.framing = framing;
            this.sink = sink;
            places.begin();
        }

        @Override
        public long send(ByteBuffer[] frame, long nanos, boolean inOrder) throws IOException {
            byte[] payload = payload(frame);
            lock.lock();
            try {
                long place = places.take(inOrder);
                boolean sent = false;
                try {
                    sink.send(place, payload);
                    sent = true;
                } finally {
                    if (!sent) {
                        places.giveBack(inOrder);
                    }
                }
                return place;
            } finally {
                lock.unlock();
            }
        }

        private byte[] payload(ByteBuffer[] frame) {
            int length = 0;
            for (ByteBuffer part : frame) {
                length += part.remaining();
            }
            ByteBuffer whole = ByteBuffer.allocate(length);
            for (ByteBuffer part : frame) {
                whole.put(part.duplicate());
            }
            return Arrays.copyOfRange(whole.array(), framing.prefixLength(), length - framing.suffixLength());
        }
    }
}
