package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.tcp.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import tlschannel.ClientTlsChannel;
import tlschannel.NeedsReadException;
import tlschannel.NeedsWriteException;
import tlschannel.TlsChannel;

/**
 * TLS, as a client. The library below lets a thread that writes spin for ever while another thread is in a renegotiation;
 * so there is one lock around it, under which no call waits, and a renegotiation is a failure. What is left, the changes of keys of TLS
 * 1.3, needs no more than that a read may have to write.
 */
final class TlsTransport implements Transport {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final TlsChannel tls;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock

    /** Why neither a read nor a write is possible any more. */
    private @Nullable IOException failure;

    /** Why nothing more can be written to the channel, from which what had come before can still be read. */
    private @Nullable IOException unwritable;

    /** How many bytes were taken from writers and have not been passed on. */
    private long owed;

    private boolean reading;

    /** What the next read waits for; used by the reading thread only. */
    private int awaits;

    TlsTransport(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        // the buffers are kept, since one connection serves all
        this.tls = ClientTlsChannel.newBuilder(new Wire(), engine)
                .withReleaseBuffers(false)
                .build();
    }

    @Override
    public int start() throws IOException {
        this.lock.lock();
        try {
            requireIntact();
            this.tls.handshake();
            return 0;
        } catch (NeedsReadException e) {
            return SelectionKey.OP_READ;
        } catch (NeedsWriteException e) {
            requireWritable();
            return SelectionKey.OP_WRITE;
        } catch (SSLException e) {
            var refused = new SSLHandshakeException("TLS handshake failed: " + e.getMessage());
            refused.initCause(e);
            this.failure = refused;
            throw refused;
        } catch (IOException e) {
            // the library reports the end of the stream as if the channel had been closed here
            this.failure = this.channel.isOpen() ? new EOFException("the peer closed it during the TLS handshake") : e;
            throw this.failure;
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        this.lock.lock();
        try {
            requireIntact();
            this.awaits = 0;
            this.reading = true;
            int before = into.position();
            boolean end = false;
            try {
                // as much as a plain channel would give, and until it is known whether there is more
                while (!end && into.hasRemaining()) {
                    end = this.tls.read(into) < 0;
                }
            } catch (NeedsReadException e) {
                this.awaits = SelectionKey.OP_READ;
            } catch (NeedsWriteException e) {
                this.awaits = SelectionKey.OP_WRITE;
                if (this.unwritable != null) {
                    this.failure = this.unwritable;
                }
            } catch (IOException e) {
                this.failure = e;
            }
            if (end && !this.tls.shutdownReceived()) {
                this.failure = new SSLException("the peer closed it without close_notify; what it sent may be cut off");
            }
            int count = into.position() - before;
            if (count == 0) {
                requireIntact();
            }
            if (this.failure != null) {
                this.awaits = 0;
            }
            return count == 0 && end ? -1 : count;
        } finally {
            this.reading = false;
            this.lock.unlock();
        }
    }

    @Override
    public int awaits() {
        return this.awaits;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        this.lock.lock();
        try {
            requireIntact();
            long before = remaining(from, offset, count);
            try {
                this.tls.write(from, offset, count);
            } catch (NeedsWriteException e) {
                this.owed += before - remaining(from, offset, count);
                requireWritable();
                return 0;
            } catch (IOException e) {
                this.failure = e;
                throw e;
            }
            long rest = remaining(from, offset, count);
            if (rest > 0) {
                throw new EOFException("the peer has ended TLS");
            }
            long passedOn = this.owed + before;
            this.owed = 0;
            return passedOn;
        } finally {
            this.lock.unlock();
        }
    }

    private static long remaining(ByteBuffer[] buffers, int offset, int count) {
        long remaining = 0;
        for (int i = offset; i < offset + count; i++) {
            remaining += buffers[i].remaining();
        }
        return remaining;
    }

    private void requireIntact() throws IOException {
        if (this.failure != null) {
            throw this.failure;
        }
    }

    private void requireWritable() throws IOException {
        if (this.unwritable != null) {
            throw this.unwritable;
        }
    }

    /** Ends TLS, or tells the peer why it has failed; leaves that out if it would take any waiting. */
    @Override
    public void close() throws IOException {
        if (!this.lock.tryLock()) {
            return;
        }
        try {
            if (this.failure == null) {
                this.tls.shutdown();
            } else if (this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                ByteBuffer alert = ByteBuffer.allocate(this.engine.getSession().getPacketBufferSize());
                this.engine.wrap(NOTHING, alert);
                this.channel.write(alert.flip());
            }
        } finally {
            this.lock.unlock();
        }
    }

    /** The channel, which the library takes for one that never fails to write, since it would not read afterwards. */
    private final class Wire implements ByteChannel {

        @Override
        public int read(ByteBuffer into) throws IOException {
            return TlsTransport.this.channel.read(into);
        }

        @Override
        public int write(ByteBuffer from) throws SSLException {
            if (TlsTransport.this.reading
                    && !TlsTransport.this.engine.getSession().getProtocol().equals("TLSv1.3")) {
                // nothing else makes a read write
                throw new SSLException("the peer began a renegotiation, which is refused; use TLS 1.3,"
                        + " or let the peer ask for a certificate in the first handshake");
            }
            try {
                return TlsTransport.this.channel.write(from);
            } catch (IOException e) {
                TlsTransport.this.unwritable = e;
                return 0;
            }
        }

        @Override
        public boolean isOpen() {
            return TlsTransport.this.channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            TlsTransport.this.channel.close();
        }
    }
}
