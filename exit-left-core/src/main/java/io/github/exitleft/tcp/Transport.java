package io.github.exitleft.tcp;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * What one connection reads and writes through, such as TLS. It belongs to the connection, as does the channel below.
 *
 * <p>No method waits: the channel does not block, and the connection waits with its selectors. One thread at a time
 * reads and one writes, both at once; any thread closes. What a method throws is why the connection has failed.
 */
public interface Transport extends Closeable {

    /** Makes the transport of each connection. */
    @FunctionalInterface
    interface Factory {

        /**
         * Makes a transport.
         *
         * @param channel the channel, which is connected and does not block
         * @param remote the peer; its {@linkplain InetSocketAddress#getHostString host} is the name under which it was
         *     found, if it has one
         * @return the transport, which has not started
         * @throws IOException if the connection can't have one
         */
        Transport over(SocketChannel channel, InetSocketAddress remote) throws IOException;
    }

    /**
     * Goes on with what comes before the first byte, such as a handshake, as far as it gets without waiting.
     *
     * @return 0 if the transport is ready to read and to write; otherwise what the channel must be ready for before the
     *     next call: {@link SelectionKey#OP_READ} or {@link SelectionKey#OP_WRITE}
     * @throws IOException if it fails
     */
    int start() throws IOException;

    /**
     * Reads what there is. What a read has to write, such as a change of keys, it writes.
     *
     * @param into has room
     * @return how many bytes were read; 0 if there are none now, and -1 at an end that the peer meant
     * @throws IOException if the connection has failed, or its end may not be the one that the peer meant; everything
     *     that came before has been read
     */
    int read(ByteBuffer into) throws IOException;

    /**
     * Returns what the channel must be ready for before the next read can find anything.
     *
     * @return 0 if the next read may find something already; otherwise {@link SelectionKey#OP_READ}, {@link
     *     SelectionKey#OP_WRITE}, or both
     */
    int awaits();

    /**
     * Writes as much as there is room for.
     *
     * <p>Bytes may be taken from the buffers before the system has room for them. They count only when it has taken
     * them, in a later call, which is made even if nothing is left in the buffers.
     *
     * @param from buffers
     * @param offset the first of them to be used
     * @param count how many of them are used
     * @return how many of the bytes taken in this call and before have been passed on in this call; 0 if there must be
     *     room first
     * @throws IOException if the connection has failed
     */
    long write(ByteBuffer[] from, int offset, int count) throws IOException;

    /** Tells the peer of the end if that is possible at once. The channel is closed afterwards, by the connection. */
    @Override
    void close() throws IOException;
}
