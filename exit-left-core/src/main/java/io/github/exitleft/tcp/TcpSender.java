package io.github.exitleft.tcp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What any thread may do with a stage over TCP: send; never read.
 *
 * <p>Frames are sent whole, one at a time. An interrupt of a sending thread does not close the connection. If the connection was lost,
 * and all waiters have been told of that, sending makes a new one first; that may take the connect timeout for each remote, and the time
 * for the opening, in addition to the timeouts below.
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
     * Sends a frame; while there is no room waits as long as is set for the source.
     *
     * @param payload its payload
     * @throws IOException as for {@link #send(ByteBuffer, Duration)}
     */
    public void send(byte[] payload) throws IOException {
        send(ByteBuffer.wrap(payload), timeout);
    }

    /**
     * Sends a frame; while there is no room waits as long as is set for the source.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @throws IOException as for {@link #send(ByteBuffer, Duration)}
     */
    public void send(ByteBuffer payload) throws IOException {
        send(payload, timeout);
    }

    /**
     * Sends a frame.
     *
     * @param payload its payload, from position to limit, neither of which is changed
     * @param timeout how long to wait at most for room, and for other senders; zero not to wait
     * @throws SocketTimeoutException if there was no room in time. If a part of the frame had been sent the connection is lost,
     *     since nothing else can follow a part
     * @throws InterruptedIOException if the thread was interrupted while it waited; its interrupt flag stays set and nothing was sent. A
     *     frame that was begun is finished all the same
     * @throws IOException if the connection is lost, or could not be made anew
     * @throws IllegalArgumentException if the payload can't be framed; nothing was sent
     */
    public void send(ByteBuffer payload, Duration timeout) throws IOException {
        long nanos = Nanos.of(timeout);
        source.send(framing.encode(payload), nanos);
    }
}
