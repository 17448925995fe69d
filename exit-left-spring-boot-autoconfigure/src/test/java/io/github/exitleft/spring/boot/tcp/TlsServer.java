package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.springframework.boot.ssl.SslBundle;

/** A server on loopback that plays a part on each connection, on a daemon thread. Frames have two bytes of length. */
final class TlsServer implements AutoCloseable {

    static final Framing FRAMING = Framing.lengthField(0, 2);

    @FunctionalInterface
    interface Part {
        void play(Line line) throws Exception;
    }

    /** A connection as the server sees it. */
    record Line(Socket socket, DataInputStream in) {

        static Line of(Socket socket) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Patience.LIMIT.toMillis()); // of a test that fails
            return new Line(socket, new DataInputStream(socket.getInputStream()));
        }

        SSLSocket tls() {
            return (SSLSocket) this.socket;
        }

        void write(byte[] bytes) throws IOException {
            this.socket.getOutputStream().write(bytes);
        }

        void frame(int token) throws IOException {
            write(framed(token));
        }

        int token() throws IOException {
            return ByteBuffer.wrap(FrameServer.frame(this.in)).getInt(2);
        }

        /** Goes on with TLS over the same connection. */
        Line startTls(SSLContext context) throws IOException {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(this.socket, null, true);
            tls.setUseClientMode(false);
            return of(tls);
        }

        /** Waits until the client has closed it. */
        void awaitEnd() throws IOException {
            while (this.in.read() >= 0) {
                // what the client sends is of no interest
            }
        }
    }

    private final ServerSocket server;
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private final Thread acceptor;

    private TlsServer(ServerSocket server, Part part) {
        this.server = server;
        this.acceptor = daemon(() -> {
            while (true) {
                Socket socket = this.server.accept();
                this.accepted.add(socket);
                daemon(() -> {
                    try (socket) {
                        part.play(Line.of(socket));
                    }
                });
            }
        });
    }

    static TlsServer showing(Certificates.Shown shown, Part part, String... protocols) {
        try {
            var server = (SSLServerSocket) shown.context()
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            if (protocols.length > 0) {
                server.setEnabledProtocols(protocols);
            }
            return new TlsServer(server, part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TlsServer of(Part part, String... protocols) {
        return showing(Certificates.Shown.GOOD, part, protocols);
    }

    /** Returns one that begins without TLS. */
    static TlsServer plain(Part part) {
        try {
            return new TlsServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends back whatever comes. */
    static void echo(Line line) throws IOException {
        byte[] bytes = new byte[65_536];
        for (int count = line.in().read(bytes); count >= 0; count = line.in().read(bytes)) {
            line.socket().getOutputStream().write(bytes, 0, count);
        }
    }

    static byte[] framed(int token) {
        return ByteBuffer.allocate(6).putShort((short) 4).putInt(token).array();
    }

    static byte[] payload(int token) {
        return ByteBuffer.allocate(6).putInt(2, token).array();
    }

    int port() {
        return this.server.getLocalPort();
    }

    int accepted() {
        return this.accepted.size();
    }

    /** Returns what opens a source that trusts a bundle, and calls the server localhost. */
    TcpSource.Builder source(SslBundle bundle) {
        return source(port(), bundle);
    }

    static TcpSource.Builder source(int port, SslBundle bundle) {
        return plainSource(port).transport(new TlsTransports(bundle, true));
    }

    static TcpSource.Builder plainSource(int port) {
        return TcpSource.builder()
                .remote(localhost(port))
                .framing(FRAMING)
                .connectTimeout(Patience.FOR_EVER)
                .sendTimeout(Patience.FOR_EVER);
    }

    private static InetSocketAddress localhost(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    static Thread daemon(Body body) {
        var thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                // it was closed, here or there
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        this.server.close();
        try {
            // as long as it is in accept, the system goes on to accept too
            Patience.join(this.acceptor);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        for (Socket socket : this.accepted) {
            socket.close();
        }
    }
}
