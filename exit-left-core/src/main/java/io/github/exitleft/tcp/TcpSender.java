package io.github.exitleft.tcp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sends to the peer of a stage over TCP. Any thread may use it; it can't read.
 *
 * <p>Frames are sent whole, one at a time. An interrupt of a sending thread does not close the connection. If the
 * connection was lost, and all waiters have been told, sending makes a new one first. That may take the connect timeout
 * for each remote and the time for the opening, in addition to the timeouts below.
 */
public final class TcpSender {

    private final TcpSource source;
    private final Framing framing;
    private final Duration timeout;

    TcpSender(TcpSource source, Framing framing, Duration timeout) {
        this.source = source;
        this.framing = framing;
        this.timeout = timeout;
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
        source.send(framing.encode(payload), nanos, false);
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
        return source.send(framing.encode(payload), nanos, true);
    }
}
