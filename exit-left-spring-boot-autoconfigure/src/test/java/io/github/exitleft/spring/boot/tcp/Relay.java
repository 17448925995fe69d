package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** Stands between a client and a server, and does what it likes with the bytes that the server sends. */
final class Relay implements AutoCloseable {

    /** Passes on what a server sends, in its way, until one of the two ends; the client's connection is closed then. */
    @FunctionalInterface
    interface Way {
        void pass(InputStream server, OutputStream client) throws IOException;
    }

    private final ServerSocket entrance;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final CountDownLatch over = new CountDownLatch(1);

    Relay(int port, Way way) {
        try {
            this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TlsServer.daemon(() -> {
            while (true) {
                Socket client = this.entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                this.sockets.add(client);
                this.sockets.add(server);
                TlsServer.daemon(() -> {
                    client.getInputStream().transferTo(new Recorded(server.getOutputStream()));
                    this.over.countDown();
                    server.shutdownOutput();
                });
                TlsServer.daemon(() -> {
                    try {
                        way.pass(server.getInputStream(), client.getOutputStream());
                    } finally {
                        client.shutdownOutput();
                    }
                });
            }
        });
    }

    /** Passes on what the client sends as long as the server takes it, and keeps all of it. */
    private final class Recorded extends FilterOutputStream {

        Recorded(OutputStream server) {
            super(server);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            Relay.this.sent.write(bytes, offset, count);
            try {
                this.out.write(bytes, offset, count);
            } catch (IOException e) {
                // the server has closed it
            }
        }
    }

    /** Returns all that the client has sent, once it has closed its connection. */
    byte[] sent() throws InterruptedException {
        Patience.await(this.over);
        return this.sent.toByteArray();
    }

    int port() {
        return this.entrance.getLocalPort();
    }

    /** Reads a whole record of TLS, with its header of five bytes; empty at the end. */
    static byte[] record(InputStream from) throws IOException {
        byte[] header = from.readNBytes(5);
        if (header.length < 5) {
            return header;
        }
        byte[] body = from.readNBytes((header[3] & 0xff) << 8 | header[4] & 0xff);
        byte[] record = new byte[5 + body.length];
        System.arraycopy(header, 0, record, 0, 5);
        System.arraycopy(body, 0, record, 5, body.length);
        return record;
    }

    @Override
    public void close() throws IOException {
        this.entrance.close();
        for (Socket socket : this.sockets) {
            socket.close();
        }
    }
}
