package io.github.exitleft.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Prepares each new connection before anything else is sent on it: bind, log on, authenticate.
 *
 * <p>It has the connection to itself. If it throws, the attempt to connect fails with that cause, and the next remote
 * is tried if there is one. Frames that have come and that it does not read go to the stage.
 */
@FunctionalInterface
public interface Opening {

    /**
     * Talks to the peer until the connection is ready for use.
     *
     * @param peer the peer; of no use afterwards, or on another thread
     * @throws Exception if the connection can't be used
     */
    void open(Peer peer) throws Exception;

    /** The peer of a connection that is being opened. */
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
         * @param atMost how long to wait at most
         * @return the frame
         * @throws java.net.SocketTimeoutException if no frame comes in time
         * @throws IOException if the connection is lost
         * @throws FramingException if the bytes that come are no frame
         * @throws InterruptedException if the thread is interrupted
         */
        Frame receive(Duration atMost) throws IOException, InterruptedException;

        /**
         * Starts TLS, once the peer has agreed to it. All that is sent and received afterwards is encrypted. Needs a
         * source {@linkplain TcpSource.Builder#transportByOpening that leaves that to the opening}, on which an opening
         * that does not start TLS has failed.
         *
         * @throws IllegalStateException if the source has no such transport, or TLS has been started
         * @throws IOException if TLS can't be started within the connect timeout, or more came before than was
         *     received here; the connection is of no more use
         * @throws InterruptedException if the thread is interrupted
         */
        void startTls() throws IOException, InterruptedException;

        /** {@return the peer's address and port} */
        InetSocketAddress remote();
    }
}
