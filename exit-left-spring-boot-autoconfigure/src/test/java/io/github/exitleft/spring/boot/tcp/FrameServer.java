package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.testing.Patience;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server on loopback that does with each connection what a test tells it to, each on a daemon thread. */
public final class FrameServer implements AutoCloseable {

    private static final int MILLIS = (int) Patience.LIMIT.toMillis();

    /** What is done with a connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Part {

        /**
         * Serves one connection.
         *
         * @param in what the client sends
         * @param out what the client gets
         * @throws IOException if the client or the server has closed it
         */
        void play(DataInputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private final Thread acceptor;

    public FrameServer(Part part) {
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.acceptor = daemon(() -> {
            while (true) {
                Socket socket = this.server.accept();
                this.accepted.add(socket);
                socket.setSoTimeout(MILLIS); // of a test that fails
                daemon(() -> serve(socket, part));
            }
        });
    }

    private static void serve(Socket socket, Part part) throws IOException {
        try (socket) {
            part.play(new DataInputStream(new BufferedInputStream(socket.getInputStream())), socket.getOutputStream());
        }
    }

    /** Returns host and port, as the key takes them. */
    public String remote() {
        return "127.0.0.1:" + this.server.getLocalPort();
    }

    /** Returns how many connections it has accepted. */
    public int accepted() {
        return this.accepted.size();
    }

    /** Reads a frame of two bytes of length, which don't count themselves, and that many bytes; both are in the result. */
    public static byte[] frame(DataInputStream in) throws IOException {
        int length = in.readUnsignedShort();
        byte[] frame = new byte[2 + length];
        frame[0] = (byte) (length >> 8);
        frame[1] = (byte) length;
        in.readFully(frame, 2, length);
        return frame;
    }

    /** Breaks all connections that it has. */
    public void disconnect() throws IOException {
        for (Socket socket : this.accepted) {
            socket.close();
        }
    }

    /** Accepts no more, and breaks all connections. */
    public void stop() throws IOException {
        this.server.close();
        try {
            // as long as it is in accept, the system goes on to accept too
            Patience.join(this.acceptor);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        disconnect();
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    private interface Body {
        void run() throws IOException;
    }

    private static Thread daemon(Body body) {
        var thread = new Thread(() -> {
            try {
                body.run();
            } catch (IOException e) {
                // it was closed, here or there
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
