package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What is said on each new connection before anything else may be sent on it: bind, log on, authenticate.
 *
 * <p>It talks alone. What it throws fails the attempt to connect, with that for the cause; the next remote is tried then, if there is
 * one. Frames that have come and that it does not read go to the stage.
 */
@FunctionalInterface
public interface Opening {

    /**
     * Talks to the peer until the connection is ready for others.
     *
     * @param peer the peer; of no use afterwards, or on another thread
     * @throws Exception if the connection can't be used
     */
    void open(Peer peer) throws Exception;

    /** The peer on a connection that is being opened. */
    interface Peer {

        /**
         * Sends a frame.
         *
         * @param payload its payload
         * @throws IOException as for {@link TcpSender#send(byte[])}
         */
        void send(byte[] payload) throws IOException;

        /**
         * Sends a frame.
         *
         * @param payload its payload, from position to limit, neither of which is changed
         * @throws IOException as for {@link TcpSender#send(ByteBuffer)}
         */
        void send(ByteBuffer payload) throws IOException;

        /**
         * Waits for the next frame.
         *
         * @param atMost how long
         * @return the frame
         * @throws java.net.SocketTimeoutException if none has come in time
         * @throws IOException if the connection is lost
         * @throws FramingException if what has come is no frame
         * @throws InterruptedException if the thread was interrupted
         */
        Frame receive(Duration atMost) throws IOException, InterruptedException;

        /**
         * Returns the peer's address.
         *
         * @return address and port
         */
        InetSocketAddress remote();
    }
}
